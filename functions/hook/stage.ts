import type { ParticipantPorts, Ports } from '../../adapters/ports.ts';
import { membershipOf, membershipText } from '../../core/membership.ts';
import { membershipLink } from '../../core/membership-link.ts';
import { beginHook } from '../../core/participants/begin-hook.ts';
import {
  commandsOnTheirWay,
  type HookCommand,
  moveHook,
  noteSent,
  replyOfRun,
} from '../../core/participants/move-hook.ts';
import type { HookRunRecord } from '../../core/records.ts';
import type { Stored } from '../../core/stored.ts';
import type { ReplyPlaces } from '../../core/tell-participants.ts';
import type { Wake } from '../run-wakes.ts';
import { hookScript, packed } from './hook-script.ts';

/** What this stage may touch. */
export type HookPorts = Pick<Ports, 'clock' | 'table' | 'ticks'> & Pick<ParticipantPorts, 'commands' | 'replies'>;

/** What one run did; logged as one line. */
export interface HookReport {
  readonly application: string;
  /** Commands sent, over all instances. */
  readonly sent: number;
  /** Participants whose hook runs. */
  readonly running: readonly string[];
}

/** After a notice it looks again so soon: most commands are done within seconds. */
const LOOK_AGAIN_SECONDS = [3, 8];
/** More moves than a run has; what is left is done at the next wake. */
const MOST_MOVES = 100;

/**
 * Characters of a packed membership that go into the script. SSM names no limit for parameters; a document may have 64 KB, and commands of
 * that size are taken. 2,000 instances take 45,000.
 */
const MOST_PACKED = 48_000;

/**
 * Runs the hooks of an application as far as they go now, and acknowledges those that are over. Woken by notices and, while something moves,
 * by ticks; each run looks at what is stored and what SSM says, so any of them may be lost, late or twice. One hook that fails never keeps
 * the others from running: errors are thrown together at the end. `places` is where a membership too large for a command is fetched.
 */
export async function hookStage(
  ports: HookPorts,
  { application, isTick }: Wake,
  places: ReplyPlaces = {},
): Promise<HookReport> {
  const { file } = await ports.table.load(application);
  const errors: unknown[] = [];
  const running: string[] = [];
  let sent = 0;
  for (const [participant, { hook }] of Object.entries(file?.file.participants ?? {})) {
    if (hook === undefined) continue;
    try {
      const went = await runHook(ports, { application, participant, places });
      sent += went.sent;
      if (went.isRunning) running.push(participant);
    } catch (error) {
      errors.push(error);
    }
  }
  if (!isTick && running.length > 0) await ports.ticks.later(application, LOOK_AGAIN_SECONDS);
  if (errors.length > 0) throw new AggregateError(errors, `not every hook of ${application} could be run`);
  return { application, sent, running };
}

interface Who {
  readonly application: string;
  readonly participant: string;
  readonly places: ReplyPlaces;
}

/** Each move is stored on a condition before the next: of two runs at a time one starts over, and sees what the other has done. */
async function runHook(ports: HookPorts, who: Who): Promise<{ readonly sent: number; readonly isRunning: boolean }> {
  let sent = 0;
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    const stored = await ports.table.load(who.application);
    const settings = stored.file?.file.participants[who.participant];
    if (settings?.hook === undefined) return { sent, isRunning: false };
    const begun = beginHook(stored, who.participant);
    const run = begun ?? stored.hookRuns.get(who.participant);
    if (run === undefined) return { sent, isRunning: false };
    if (begun !== undefined) {
      await store(ports, begun);
    } else if (run.outcome !== undefined) {
      const reply = replyOfRun(stored, run);
      if (reply !== undefined) await ports.replies.send(reply);
      return { sent, isRunning: false };
    } else {
      const outcomes = await outcomesOf(ports, run);
      const move = moveHook(run, { stored, settings, outcomes, now: ports.clock.now() });
      if (move.move === 'wait') return { sent, isRunning: true };
      if (move.move === 'store') await store(ports, move.run);
      else sent += await send(ports, { stored, run, command: move.command, places: who.places });
    }
  }
  return { sent, isRunning: true };
}

/** A conflict is no matter: the next look shows what the other run stored. */
async function store(ports: HookPorts, run: HookRunRecord): Promise<void> {
  await ports.table.commit(run.application, { put: [run] });
}

async function outcomesOf(ports: HookPorts, run: HookRunRecord) {
  const commandIds = commandsOnTheirWay(run);
  return commandIds.length === 0 ? [] : await ports.commands.outcomes(commandIds);
}

async function send(
  ports: HookPorts,
  {
    stored,
    run,
    command,
    places,
  }: {
    readonly stored: Stored;
    readonly run: HookRunRecord;
    readonly command: HookCommand;
    readonly places: ReplyPlaces;
  },
): Promise<number> {
  const { application, participant, membershipVersion } = run;
  const { step, instanceIds, token, timeoutSeconds } = command;
  const { event, layer } = step;
  const commandIds = await ports.commands.send({
    instanceIds,
    timeoutSeconds,
    comment: `Concertina ${application} ${participant}: ${event} ${layer}, membership ${membershipVersion}`,
    script: hookScript({
      ...{ token, application, event, layer, command: step.command, changed: step.changed },
      membership: membershipFor(stored, participant, places.url),
    }),
  });
  const noted = noteSent(run, commandIds);
  await store(ports, { ...noted, version: run.version + 1 });
  return instanceIds.length;
}

/** One that is too large for a command is where large notices have it, when there is such a place. */
function membershipFor(stored: Stored, participant: string, url: string | undefined): string {
  const membership = membershipOf(stored);
  const text = membershipText(membership);
  if (url === undefined || stored.head === undefined || packed(text).length <= MOST_PACKED) return text;
  const { application, head } = stored;
  return JSON.stringify(membershipLink(membership, { application, participant, tokenKey: head.tokenKey, url }));
}
