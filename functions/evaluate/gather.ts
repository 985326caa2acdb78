import type { Ports } from '../../adapters/ports.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { type HistoryWish, historyFrom, type RuleHistory } from '../../core/collect-history.ts';
import type { MetricPlan } from '../../core/collect-metrics.ts';
import type { AlarmReading } from '../../core/readings.ts';
import type { RevisionRecord } from '../../core/records.ts';
import type { Series } from '../../core/samples.ts';

/** What an evaluation asks of the world, each thing once. */
export interface Questions {
  readonly plan: MetricPlan;
  readonly alarms: readonly string[];
  readonly ssmParameters: readonly string[];
  readonly subnetIds: readonly string[];
  readonly history?: HistoryWish | undefined;
}

/** The answers. What could not be asked is absent, and `degraded` says why, in plain words for the log. */
export interface Answers {
  readonly results: ReadonlyMap<string, Series>;
  readonly alarms: readonly AlarmReading[];
  /** By SSM parameter. */
  readonly images: ReadonlyMap<string, string>;
  /** By subnet id. */
  readonly zones: ReadonlyMap<string, string>;
  /** Of the rule that lacks history; none when no rule does. */
  readonly histories: readonly RuleHistory[];
  readonly degraded: readonly string[];
}

/**
 * Asks everything at once. No answer is no reason to stop: a decision without metrics still keeps the floor, and an image that cannot be looked
 * up is still pinned in the revision. Never throws.
 */
export async function gather(
  ports: Pick<Ports, 'metrics' | 'images' | 'fleet'>,
  { plan, alarms, ssmParameters, subnetIds, history }: Questions,
): Promise<Answers> {
  const degraded: string[] = [];
  const ask = <Answer>(what: string, call: () => Promise<Answer>, otherwise: Answer): Promise<Answer> =>
    call().catch((error: unknown) => {
      degraded.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return otherwise;
    });
  const none: ReadonlyMap<string, never> = new Map<string, never>();
  const [results, states, zones, histories, ...images] = await Promise.all([
    plan.calls.length === 0 ? none : ask('metrics', () => ports.metrics.read(plan), none),
    alarms.length === 0 ? [] : ask('alarms', () => ports.metrics.alarms(alarms), []),
    subnetIds.length === 0 ? none : ask('zones of subnets', () => ports.fleet.zones(subnetIds), none),
    history === undefined
      ? []
      : ask(
          `history of ${history.layer} ${JSON.stringify(history.rule)}`,
          async () => [historyFrom(history, await ports.metrics.read(history.plan))],
          [historyFrom(history, undefined)],
        ),
    ...ssmParameters.map((parameter) =>
      ask(`image ${parameter}`, async () => [[parameter, await ports.images.resolve(parameter)] as const], []),
    ),
  ]);
  return { results, alarms: states, zones, histories, images: new Map(images.flat()), degraded };
}

/** What must be looked up to pin the revisions of an application's layers. Images are looked up again on every `isDue`. */
export function pinQuestions(
  application: Application,
  of: { readonly latest: ReadonlyMap<string, RevisionRecord>; readonly isDue: boolean },
): Pick<Questions, 'ssmParameters' | 'subnetIds'> {
  const ssmParameters = new Set<string>();
  const subnetIds = new Set<string>();
  for (const [name, { image, launch }] of Object.entries(application.layers)) {
    const latest = of.latest.get(name);
    if ('ssmParameter' in image && (of.isDue || latest === undefined)) ssmParameters.add(image.ssmParameter);
    const known = latest?.subnets ?? [];
    const isKnown = launch.subnetIds.every((id) => known.some(({ subnetId }) => subnetId === id));
    if (!isKnown) for (const id of launch.subnetIds) subnetIds.add(id);
  }
  return { ssmParameters: [...ssmParameters], subnetIds: [...subnetIds] };
}
