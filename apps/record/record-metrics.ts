import type { Metrics } from '../../adapters/ports.ts';
import { addSeconds, isoFromInstant, secondsBetween } from '../../core/amounts.ts';
import type { RecordingPlan } from './plan-recording.ts';

/** A recording as it is written. */
export interface RecordedMetrics {
  /** With a header, a row a step, an empty cell where CloudWatch has no datapoint. */
  readonly csv: string;
  readonly rows: number;
  /** Steps with a datapoint, by column. */
  readonly found: ReadonlyMap<string, number>;
}

/** Asks one plan after the other, so that a long recording is never throttled. Throws what the port throws. */
export async function recordMetrics(
  plan: RecordingPlan,
  metrics: Pick<Metrics, 'read'>,
  onAnswer: (doneRatio: number) => void = () => undefined,
): Promise<RecordedMetrics> {
  const { columns, from, until, stepSeconds, plans } = plan;
  const rows = Math.round(secondsBetween(from, until) / stepSeconds);
  const values = new Map(columns.map(({ query }) => [query.id, new Float64Array(rows).fill(Number.NaN)]));
  for (const [index, part] of plans.entries()) {
    for (const [id, { samples }] of await metrics.read(part)) {
      const column = values.get(id);
      for (const { at, value } of samples)
        if (column) column[Math.round(secondsBetween(from, at) / stepSeconds)] = value;
    }
    onAnswer((index + 1) / plans.length);
  }
  const found = new Map(columns.map(({ name, query }) => [name, countOf(values.get(query.id) ?? new Float64Array())]));
  const lines = Array.from({ length: rows }, (_, row) => {
    const cells = columns.map(({ query }) => cellOf(values.get(query.id)?.[row]));
    return [isoFromInstant(addSeconds(from, row * stepSeconds)), ...cells].join(',');
  });
  const csv = `${['time', ...columns.map(({ name }) => name)].join(',')}\n${lines.join('\n')}\n`;
  return { csv, rows, found };
}

function countOf(values: Float64Array): number {
  return values.reduce((count, value) => count + Number(!Number.isNaN(value)), 0);
}

function cellOf(value = Number.NaN): string {
  return Number.isNaN(value) ? '' : String(value);
}
