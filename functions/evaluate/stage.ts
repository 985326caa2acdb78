import type { PublishedValue, StackValue } from '../../adapters/ports.ts';
import type { Instant } from '../../core/amounts.ts';
import type { Ceilings } from '../../core/ceilings.ts';
import type { Outcome, Trigger } from '../../core/decision.ts';
import { degradedBecause } from '../../core/readings.ts';
import { failedTogether } from '../failed-together.ts';
import { readAccount } from './account.ts';
import { type EvaluatedApplication, evaluateApplication } from './evaluate-application.ts';
import type { EvaluatePorts, EvaluateWake } from './wake.ts';

/** What one run did; logged as one line. */
export interface EvaluateReport {
  readonly trigger: Trigger;
  readonly applications: number;
  /** Layers by the outcome of their decision. */
  readonly decisions: Readonly<Record<Outcome, number>>;
  /** What could not be asked or published, in plain words. The decisions were made without it. */
  readonly degraded: readonly string[];
  /** KPIs without data or with a stand-in, as `application/layer kpi: why`. */
  readonly standIns: readonly string[];
  /** Participants that a change waits for beyond their time, as `application/participant`: an alarm rises while there are any. */
  readonly stopping: readonly string[];
  /** The kill switch is thrown: decisions are made, and nothing is launched or terminated. */
  readonly isStopped: boolean;
}

/** Applications evaluated at once: well below the 50 GetMetricData calls a second that CloudWatch allows. */
const MOST_AT_ONCE = 10;

/**
 * Reads metrics and alarms, decides every layer, stores the answers. On the schedule all applications, on an alarm those with a rule that names
 * it, on a tick one. An application that fails never keeps the others from being decided: the errors are thrown together at the end, and
 * the retry finds the others done.
 *
 * `ceilings` bound all applications together.
 *
 * An outage of the metrics does not throw: rules without data vote to stay, floors still hold, the report is `degraded`.
 */
export async function evaluateStage(
  ports: EvaluatePorts,
  wake: EvaluateWake,
  settings: { readonly ceilings?: Ceilings } = {},
): Promise<EvaluateReport> {
  const all = wake.trigger === 'tick' ? undefined : await ports.table.applications();
  const applications = wake.trigger === 'tick' ? [wake.application] : (all ?? []);
  const account = await readAccount(ports, {
    ceilings: settings.ceilings,
    applications: async () => all ?? ports.table.applications(),
  });
  const evaluated: EvaluatedApplication[] = [];
  const errors: unknown[] = [];
  for (let first = 0; first < applications.length; first += MOST_AT_ONCE) {
    const batch = applications.slice(first, first + MOST_AT_ONCE);
    for (const result of await Promise.allSettled(
      batch.map((name) => evaluateApplication(ports, name, { wake, account })),
    )) {
      if (result.status === 'rejected') errors.push(result.reason);
      else if (result.value !== undefined) evaluated.push(result.value);
    }
  }
  const values = evaluated.flatMap((application) => application.values);
  const unpublished = await publish(ports, [...values, ...overAll(wake, evaluated, ports.clock.now())]);
  errors.push(...evaluated.flatMap((application) => application.errors));
  if (errors.length > 0) throw failedTogether(errors, 'some evaluations failed, the others are done');
  return {
    trigger: wake.trigger,
    applications: evaluated.length,
    decisions: countOutcomes(evaluated),
    degraded: [...account.degraded, ...evaluated.flatMap(({ degraded }) => degraded), ...unpublished],
    standIns: evaluated.flatMap(standInsOf),
    stopping: evaluated.flatMap(({ stopping }) => stopping),
    isStopped: account.isStopped,
  };
}

/** Only the schedule sees all applications. It says so when nothing is degraded too: the alarm takes silence for the worst. */
function overAll(wake: EvaluateWake, evaluated: readonly EvaluatedApplication[], at: Instant): readonly StackValue[] {
  if (wake.trigger !== 'schedule') return [];
  const values = evaluated.flatMap((application) => application.values);
  const degraded = values.filter(({ name, value }) => name === 'Degraded' && value > 0);
  return [
    { name: 'StoppingParticipants', value: evaluated.flatMap(({ stopping }) => stopping).length, at },
    { name: 'DegradedLayers', value: degraded.length, at },
  ];
}

function standInsOf({ application, decided }: EvaluatedApplication): readonly string[] {
  return decided.flatMap(({ decision }) =>
    decision.readings.flatMap((reading) => {
      const why = degradedBecause(reading);
      return why === undefined ? [] : [`${application}/${decision.layer} ${reading.kpi}: ${why}`];
    }),
  );
}

/** Our own metrics are not worth a retry: the next minute brings the next ones, and readings bridge the gap. */
async function publish(ports: EvaluatePorts, values: readonly PublishedValue[]): Promise<readonly string[]> {
  if (values.length === 0) return [];
  try {
    await ports.metrics.publish(values);
    return [];
  } catch (error) {
    return [`publishing: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function countOutcomes(evaluated: readonly EvaluatedApplication[]): EvaluateReport['decisions'] {
  const counts = { out: 0, in: 0, hold: 0 };
  for (const { decided } of evaluated) for (const { decision } of decided) counts[decision.outcome] += 1;
  return counts;
}
