import type { Change, Ports } from '../../adapters/ports.ts';
import { addSeconds, type Instant, isAtOrAfter } from '../../core/amounts.ts';
import { type Ceilings, noteUsage, roomFor, type Usage, usageOfSlots } from '../../core/ceilings.ts';
import type { Slot } from '../../core/instance-life.ts';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import { type Plan, planChanges } from '../../core/plan-changes/plan-changes.ts';
import { recordLaunch } from '../../core/plan-changes/record-launch.ts';
import { type HeadRecord, type SlotRecord, type UsageRecord, wholeAccount } from '../../core/records.ts';
import type { Stored } from '../../core/stored.ts';
import { failedTogether } from '../failed-together.ts';

/** What this stage may touch. */
export type ReconcilePorts = Pick<Ports, 'clock' | 'table' | 'fleet' | 'killSwitch'>;

/** What one run did; logged as one line. */
export interface ReconcileReport {
  readonly application: string;
  readonly passes: number;
  readonly rows: number;
  readonly launched: number;
  readonly refused: number;
  readonly terminated: number;
  /** The kill switch was thrown: nothing was launched or terminated. */
  readonly isStopped: boolean;
  /** Layers that lack instances for which the ceilings of the account leave no room. */
  readonly atCeiling: readonly string[];
}

/** More passes than any life needs; what is left is taken up at the next wake. */
const MOST_PASSES = 50;
const MOST_ATTEMPTS = 10;
/** A call is made so soon after its rows were stored or read, or it is planned anew: a run that hung must not act on what no longer holds. */
const FRESH_SECONDS = 10;

/**
 * Carries an application towards its desired state as far as it goes now: plan, store, call EC2, store the answers, until there is nothing
 * left to do. Woken by the table's stream. Throws after everything that could be done was done when a call's outcome is unknown: the
 * stream's retry and the next tick make the call again, with the same token. The kill switch is asked before every pass.
 *
 * `ceilings` bound all applications together: what this one takes is noted for the whole account in the write that stores its intents, so
 * that two applications never both take the last place.
 */
export async function reconcileStage(
  ports: ReconcilePorts,
  application: string,
  { ceilings }: { readonly ceilings?: Ceilings } = {},
): Promise<ReconcileReport> {
  const run = new Run(application);
  while (run.passes < MOST_PASSES) {
    run.isStopped = await ports.killSwitch.isStopped();
    // Before the application: what is noted may then be older than what is counted, and the write is refused.
    const noted = ceilings && (await ports.table.load(wholeAccount)).usage;
    const stored = await ports.table.load(application);
    const room = ceilings && roomFor(stored, { ceilings, noted });
    const plan = planChanges(stored, ports.clock.now(), { isStopped: run.isStopped, room });
    if (plan === undefined || stored.head === undefined) break;
    run.atCeiling = plan.atCeiling;
    const usage = ceilings && noteUsage(noted, { application, usage: usageAfter(stored, plan) });
    const hasRows = plan.slots.length > 0 || plan.forgotten.length > 0 || usage !== undefined;
    const launches = plan.launches.filter(({ launch }) => !run.done.has(launch.token));
    const terminations = plan.terminations.filter(({ instanceId }) => !run.done.has(instanceId));
    if (!hasRows && launches.length === 0 && terminations.length === 0) break;
    run.passes++;
    if (
      hasRows &&
      (await ports.table.commit(application, changeOf(stored, stored.head, { plan, usage }))) === 'conflict'
    )
      continue;
    run.rows += plan.slots.length;
    await callEc2(ports, run, { launches, terminations, until: addSeconds(ports.clock.now(), FRESH_SECONDS) });
  }
  if (run.errors.length > 0) throw failedTogether(run.errors, `EC2 calls for ${application} have no known outcome`);
  const { passes, rows, launched, refused, terminated, isStopped, atCeiling } = run;
  return { application, passes, rows, launched, refused, terminated, isStopped, atCeiling };
}

/** What one invocation has done so far. */
class Run {
  readonly application: string;
  /** Tokens and instance ids already called for: a call is made once a run. */
  readonly done = new Set<string>();
  readonly errors: unknown[] = [];
  passes = 0;
  rows = 0;
  launched = 0;
  refused = 0;
  terminated = 0;
  isStopped = false;
  atCeiling: readonly string[] = [];

  constructor(application: string) {
    this.application = application;
  }
}

/** What the application takes once the rows of the plan are stored. */
function usageAfter(stored: Stored, { slots }: Plan): Usage {
  const key = ({ layer, number }: Slot): string => `${layer} ${number}`;
  const after = new Map([...stored.slots.map(({ slot }) => slot), ...slots].map((slot) => [key(slot), slot]));
  return usageOfSlots(stored, after.values());
}

function changeOf(
  stored: Stored,
  head: HeadRecord,
  { plan, usage }: { readonly plan: Plan; readonly usage: UsageRecord | undefined },
): Change {
  const { membershipVersion, nextSlotNumber } = plan;
  return {
    put: [
      { ...head, version: head.version + 1, membershipVersion, nextSlotNumber },
      ...slotRecords(stored, plan.slots),
      ...plan.images,
      ...(usage === undefined ? [] : [usage]),
    ],
    remove: plan.forgotten,
  };
}

function slotRecords(stored: Stored, slots: readonly Slot[]): readonly SlotRecord[] {
  const { application } = stored;
  return slots.map((slot) => {
    const { layer, number } = slot;
    const before = stored.slots.find((record) => record.slot.number === number && record.slot.layer === layer);
    return { kind: 'slot', application, version: (before?.version ?? 0) + 1, slot };
  });
}

async function callEc2(
  ports: ReconcilePorts,
  run: Run,
  { launches, terminations, until }: Pick<Plan, 'launches' | 'terminations'> & { readonly until: Instant },
): Promise<void> {
  for (const request of launches) {
    if (isAtOrAfter(ports.clock.now(), until)) return;
    run.done.add(request.launch.token);
    await collect(run, async () => {
      const result = await ports.fleet.launch(request);
      await storeLaunch(ports, request, result);
      run.launched += result.launched.length;
      run.refused += request.launch.count - result.launched.length;
    });
  }
  const instanceIds = terminations.map(({ instanceId }) => instanceId);
  if (instanceIds.length === 0 || isAtOrAfter(ports.clock.now(), until)) return;
  for (const id of instanceIds) run.done.add(id);
  await collect(run, async () => {
    await ports.fleet.terminate(instanceIds);
    run.terminated += instanceIds.length;
  });
}

/** One call that fails must not keep the others from being made. */
async function collect(run: Run, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    run.errors.push(error);
  }
}

async function storeLaunch(ports: ReconcilePorts, request: LaunchRequest, result: LaunchResult): Promise<void> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const stored = await ports.table.load(request.application);
    if (stored.head === undefined) return;
    const recorded = recordLaunch(stored, { request, result, now: ports.clock.now() });
    const outcome = await ports.table.commit(request.application, {
      put: [
        { ...stored.head, version: stored.head.version + 1 },
        ...slotRecords(stored, recorded.slots),
        ...(recorded.refused === undefined ? [] : [recorded.refused]),
      ],
      remove: recorded.cleared === undefined ? [] : [recorded.cleared],
    });
    if (outcome === 'committed') return;
  }
  throw new Error(`the answer of launch ${request.launch.token} was overtaken ${MOST_ATTEMPTS} times and not stored`);
}
