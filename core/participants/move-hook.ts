import { createHash } from 'node:crypto';
import type { Instant } from '../amounts.ts';
import type { Participant } from '../application/participant-schema.ts';
import type { HookStep } from '../hook-step.ts';
import type { Acknowledgement, RunReport } from '../notice.ts';
import { keptRuns } from '../read-runs.ts';
import type { HookRunRecord } from '../records.ts';
import type { Stored } from '../stored.ts';
import { placeOf } from './begin-hook.ts';
import { versionsOf } from './heard-slots.ts';
import { type CommandOutcome, judgeStep } from './judge-step.ts';
import { replyOf } from './reply.ts';

/** A command to send. A repeat has the same token: an instance that has it runs nothing more. */
export interface HookCommand {
  readonly step: HookStep;
  readonly instanceIds: readonly string[];
  /** 32 hexadecimal digits. */
  readonly token: string;
  readonly timeoutSeconds: number;
}

/** What a run does next. */
export type HookMove =
  /** Store `run`, then look again. */
  | { readonly move: 'store'; readonly run: HookRunRecord }
  /** Send the command, then store that it was sent (`noteSent`). */
  | { readonly move: 'send'; readonly command: HookCommand }
  | { readonly move: 'wait' };

/** A hook of a participant that nobody waits for may take this long. */
const DEFAULT_TIMEOUT_SECONDS = 600;

/** The command ids of the attempt on its way; none, when nothing is. */
export function commandsOnTheirWay({ steps }: HookRunRecord): readonly string[] {
  return steps.find(({ isDone }) => !isDone)?.sent?.commandIds ?? [];
}

/**
 * The next move of a run that is not over. The steps go one after the other; what each came to is judged by what SSM says. Pure and
 * level-triggered: asked again after a crash it says the same.
 */
export function moveHook(
  run: HookRunRecord,
  look: {
    readonly stored: Stored;
    readonly settings: Participant;
    readonly outcomes: readonly CommandOutcome[];
    readonly now: Instant;
  },
): HookMove {
  const index = run.steps.findIndex(({ isDone }) => !isDone);
  const step = run.steps[index];
  if (step === undefined) return stored(run, { outcome: 'applied' });
  const { settings, now } = look;
  const inService = instancesOf(look.stored, placeOf(run.participant, settings));
  const { sent } = step;
  if (sent === undefined) {
    if (inService.length === 0) return changed(run, index, { ...step, isDone: true });
    return changed(run, index, { ...step, sent: { attempt: 1, at: now, instanceIds: inService } });
  }
  const timeoutSeconds = settings.acknowledge?.withinSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  if (sent.commandIds === undefined) {
    const token = tokenOf(run, { index, attempt: sent.attempt });
    return { move: 'send', command: { step, instanceIds: sent.instanceIds, token, timeoutSeconds } };
  }
  const { atLeastPercent = 100 } = settings.acknowledge ?? {};
  const judged = judgeStep(step, sent, { outcomes: look.outcomes, inService, atLeastPercent, timeoutSeconds, now });
  if (judged.verdict === 'pending') return { move: 'wait' };
  const runs = keptRuns([...step.runs.filter(({ status }) => status === 'succeeded'), ...judged.runs]);
  const ended = { ...step, runs };
  if (judged.verdict === 'done') return changed(run, index, { ...ended, isDone: true });
  return afterFailure(run, { index, step: ended, sent, failed: judged.failed, settings, now });
}

/** The run once SSM has taken the command of its step. */
export function noteSent(run: HookRunRecord, commandIds: readonly string[]): HookRunRecord {
  const index = run.steps.findIndex(({ isDone }) => !isDone);
  const step = run.steps[index];
  if (step?.sent === undefined) return run;
  return withStep(run, index, { ...step, sent: { ...step.sent, commandIds } });
}

/** What a run that is over has to say and what was not heard yet. */
export function replyOfRun(stored: Stored, run: HookRunRecord): Acknowledgement | undefined {
  const { participant, membershipVersion, outcome, steps } = run;
  const { applied, failed } = versionsOf(stored, participant);
  const isHeard = applied >= membershipVersion || (outcome === 'failed' && failed >= membershipVersion);
  if (outcome === undefined || isHeard) return undefined;
  const runs = keptRuns(steps.flatMap((step) => step.runs));
  const answer = { participant, membershipVersion, status: outcome, ...(runs.length === 0 ? {} : { runs }) };
  return replyOf(stored, outcome === 'failed' ? { ...answer, message: sayFailure(runs) } : answer);
}

function afterFailure(
  run: HookRunRecord,
  of: {
    readonly index: number;
    readonly step: HookStep;
    readonly sent: NonNullable<HookStep['sent']>;
    readonly failed: readonly string[];
    readonly settings: Participant;
    readonly now: Instant;
  },
): HookMove {
  const { index, step, sent, failed, settings, now } = of;
  const { onFailure = 'stop', retries = 0 } = settings.hook ?? {};
  if (onFailure === 'continue') return changed(run, index, { ...step, isDone: true });
  if (onFailure === 'stop' || sent.attempt > retries) return stored(withStep(run, index, step), { outcome: 'failed' });
  const succeeded = [...step.succeeded, ...sent.instanceIds.filter((instanceId) => !failed.includes(instanceId))];
  return changed(run, index, {
    ...step,
    succeeded,
    sent: { attempt: sent.attempt + 1, at: now, instanceIds: failed },
  });
}

function changed(run: HookRunRecord, index: number, step: HookStep): HookMove {
  return stored(withStep(run, index, step), {});
}

function stored(run: HookRunRecord, change: Pick<HookRunRecord, 'outcome'>): HookMove {
  return { move: 'store', run: { ...run, ...change, version: run.version + 1 } };
}

function withStep(run: HookRunRecord, index: number, step: HookStep): HookRunRecord {
  return { ...run, steps: run.steps.with(index, step) };
}

function instancesOf({ slots }: Stored, layer: string): readonly string[] {
  return slots.flatMap(({ slot }) =>
    slot.layer === layer && slot.state === 'in-service' && slot.instanceId !== undefined ? [slot.instanceId] : [],
  );
}

function tokenOf(run: HookRunRecord, of: { readonly index: number; readonly attempt: number }): string {
  const { application, participant, membershipVersion, fileVersion } = run;
  const words = [application, participant, membershipVersion, fileVersion, of.index, of.attempt];
  return createHash('sha256').update(words.join(' ')).digest('hex').slice(0, 32);
}

/** `joined web failed on 2 instances: i-1 exit 3 (no space left), i-2 unreachable`. */
function sayFailure(runs: readonly RunReport[]): string {
  const failures = runs.filter(({ status }) => status !== 'succeeded');
  const [first] = failures;
  if (first === undefined) return 'the hook failed';
  const each = failures.map(({ instanceId, status, exitStatus, output }) => {
    const how = exitStatus === undefined ? status : `exit ${exitStatus}`;
    const line = output.trim().split('\n').at(-1) ?? '';
    return `${instanceId} ${how}${line === '' ? '' : ` (${line.slice(0, 100)})`}`;
  });
  const where = failures.length === 1 ? '1 instance' : `${failures.length} instances`;
  return `${first.event} ${first.layer} failed on ${where}: ${each.join(', ')}`;
}
