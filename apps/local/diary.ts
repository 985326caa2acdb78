import type { TableChange } from '../../adapters/memory/memory-table.ts';
import type { Instant } from '../../core/amounts.ts';
import type { Decision, Outcome } from '../../core/decision.ts';
import { mayRun, type Slot, slotName } from '../../core/instance-life.ts';
import type { LaunchResult } from '../../core/launch-call.ts';
import type { ToldRecord } from '../../core/records.ts';

/** A decision that changed something, in short. */
export interface Move {
  readonly at: Instant;
  readonly layer: string;
  readonly outcome: Outcome;
  readonly from: number;
  readonly to: number;
  readonly because: string;
  /** What weighed on it: names of limits that applied. */
  readonly limits: readonly string[];
}

/** Something that went wrong in the simulated world, and was dealt with. */
export interface Mishap {
  readonly at: Instant;
  readonly slot: string;
  readonly what: string;
}

/** What happened, counted while it happens. */
export class Diary {
  readonly moves: Move[] = [];
  readonly mishaps: Mishap[] = [];
  readonly notices = { sent: 0, acknowledged: 0, expired: 0 };
  readonly decisions: Record<Outcome, number> = { out: 0, in: 0, hold: 0 };
  /** Most instances of each layer that ran or were asked for at once. */
  readonly maxCount = new Map<string, number>();
  /** Why evaluations had to do without metrics, alarms or images, and how often. */
  readonly degraded = new Map<string, number>();
  failedLaunches = 0;
  readonly #launched = new Set<string>();
  readonly #terminated = new Set<string>();
  readonly #counts = new Map<string, number>();

  get launched(): number {
    return this.#launched.size;
  }

  get terminated(): number {
    return this.#terminated.size;
  }

  noteLaunch({ launched }: LaunchResult): void {
    for (const { instanceId } of launched) this.#launched.add(instanceId);
  }

  noteTerminate(instanceIds: readonly string[]): void {
    for (const instanceId of instanceIds) this.#terminated.add(instanceId);
  }

  noteEvaluation(report: {
    readonly decisions: Readonly<Record<Outcome, number>>;
    readonly degraded: readonly string[];
  }): void {
    this.decisions.out += report.decisions.out;
    this.decisions.in += report.decisions.in;
    this.decisions.hold += report.decisions.hold;
    for (const reason of report.degraded) this.degraded.set(reason, (this.degraded.get(reason) ?? 0) + 1);
  }

  follow({ before, after }: TableChange, now: Instant): void {
    const record = after ?? before;
    if (record?.kind === 'decision' && after?.kind === 'decision') this.#noteDecision(after.decision);
    if (record?.kind === 'slot') {
      this.#noteSlot(
        before?.kind === 'slot' ? before.slot : undefined,
        after?.kind === 'slot' ? after.slot : undefined,
        now,
      );
    }
    if (before?.kind === 'told' && after?.kind === 'told') this.#noteTold(before, after);
  }

  #noteDecision({ at, layer, outcome, from, to, because, limits }: Decision): void {
    if (outcome === 'hold') return;
    const names = limits.map(({ limit }) => limit);
    this.moves.push({ at, layer, outcome, from: from.count, to: to.count, because, limits: names });
  }

  #noteSlot(before: Slot | undefined, after: Slot | undefined, at: Instant): void {
    const layer = (after ?? before)?.layer ?? '';
    const change = Number(after !== undefined && mayRun(after)) - Number(before !== undefined && mayRun(before));
    const count = (this.#counts.get(layer) ?? 0) + change;
    this.#counts.set(layer, count);
    this.maxCount.set(layer, Math.max(this.maxCount.get(layer) ?? 0, count));
    if (before === undefined || after === undefined || before.state === after.state) return;
    const isRefused = before.state === 'launching' && after.state === 'gone';
    if (isRefused || (before.state === 'booting' && after.state === 'failed')) this.failedLaunches += 1;
    const isSpot = after.state === 'leaving' && after.because === 'Spot interruption';
    if (isRefused || isSpot || after.state === 'failed') {
      this.mishaps.push({ at, slot: slotName(after), what: after.because ?? after.state });
    }
  }

  /** A version that no longer waits was acknowledged, unless its deadline passed. */
  #noteTold(before: ToldRecord, after: ToldRecord): void {
    const waiting = new Set(after.awaiting.map(({ membershipVersion }) => membershipVersion));
    for (const { membershipVersion } of before.awaiting) {
      if (waiting.has(membershipVersion)) continue;
      const isExpired = membershipVersion <= after.expiredVersion && membershipVersion > before.expiredVersion;
      if (isExpired) this.notices.expired += 1;
      else this.notices.acknowledged += 1;
    }
  }
}
