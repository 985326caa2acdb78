import { addSeconds, type Instant, isAtOrAfter } from '../amounts.ts';
import type { HookStep } from '../hook-step.ts';
import type { RunReport, RunStatus } from '../notice.ts';

/** How a command goes on one instance. */
export interface CommandOutcome {
  readonly instanceId: string;
  readonly status: 'running' | Exclude<RunStatus, 'unreachable'>;
  readonly exitStatus?: number;
  readonly seconds?: number;
  readonly output: string;
}

/** What a step's attempt has come to. `failed` names where it failed and may be tried again. */
export type Verdict =
  | { readonly verdict: 'pending' }
  | { readonly verdict: 'done' | 'failed'; readonly runs: readonly RunReport[]; readonly failed: readonly string[] };

/** What of the world a step is judged by. */
export interface Judgement {
  readonly outcomes: readonly CommandOutcome[];
  /** In service in the layer where it runs. One that is so no longer does not count, whatever came of it. */
  readonly inService: readonly string[];
  readonly atLeastPercent: number;
  readonly timeoutSeconds: number;
  readonly now: Instant;
}

/** SSM shows no run on an instance that it does not know; one that it knows is shown within seconds. */
export const REACH_SECONDS = 90;

/** What SSM itself should have ended by then. */
const GRACE_SECONDS = 120;

type Sent = NonNullable<HookStep['sent']>;

/** Judges an attempt that was sent: as soon as the share is reached that is enough, or when there is nothing more to come. */
export function judgeStep(step: HookStep, sent: Sent, judgement: Judgement): Verdict {
  const { inService, atLeastPercent } = judgement;
  const alive = new Set(inService);
  const byId = new Map(judgement.outcomes.map((outcome) => [outcome.instanceId, outcome]));
  const reports = sent.instanceIds
    .filter((instanceId) => alive.has(instanceId))
    .map((instanceId) => reportOf(instanceId, byId.get(instanceId), { step, sent, judgement }));
  const runs = reports.filter((report) => report !== undefined);
  const before = step.succeeded.filter((instanceId) => alive.has(instanceId)).length;
  const succeeded = before + runs.filter(({ status }) => status === 'succeeded').length;
  const enough = Math.ceil((atLeastPercent * (before + reports.length)) / 100);
  const failed = runs.filter(({ status }) => status !== 'succeeded').map(({ instanceId }) => instanceId);
  if (succeeded >= enough) return { verdict: 'done', runs, failed };
  return runs.length < reports.length ? { verdict: 'pending' } : { verdict: 'failed', runs, failed };
}

/** Undefined while it may still come. */
function reportOf(
  instanceId: string,
  outcome: CommandOutcome | undefined,
  { step, sent, judgement }: { readonly step: HookStep; readonly sent: Sent; readonly judgement: Judgement },
): RunReport | undefined {
  const { now, timeoutSeconds } = judgement;
  const base = { instanceId, event: step.event, layer: step.layer };
  if (outcome === undefined) {
    if (!isAtOrAfter(now, addSeconds(sent.at, REACH_SECONDS))) return undefined;
    return {
      ...base,
      status: 'unreachable',
      output: 'SSM does not reach this instance: is its agent running, and has its role the right?',
    };
  }
  const { status, output, exitStatus, seconds } = outcome;
  if (status === 'running') {
    if (!isAtOrAfter(now, addSeconds(sent.at, timeoutSeconds + GRACE_SECONDS))) return undefined;
    return { ...base, status: 'timed-out', output };
  }
  return {
    ...base,
    status,
    output,
    ...(exitStatus === undefined ? {} : { exitStatus }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}
