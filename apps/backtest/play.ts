import { Dice } from '../../adapters/memory/dice.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { addSeconds, type Instant, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { DecidedLayer } from '../../core/decide-layers.ts';
import type { Outcome } from '../../core/decision.ts';
import type { Notice } from '../../core/notice.ts';
import type { AlarmReadings } from '../../core/readings.ts';
import type { StoredRecord } from '../../core/records.ts';
import { Agenda } from '../local/agenda.ts';
import { type Feed, LiveMetrics } from './live-metrics.ts';
import { type Life, Machines } from './machines.ts';
import { type PlayedApplication, standingFleet } from './played-application.ts';
import { type Product, type ProductWorld, PureProduct } from './product.ts';
import type { CountChange } from './score.ts';

/** What happens around the product in a back-test. */
export interface Conditions {
  /** From launch to ready, by layer. */
  readonly bootSecondsOf: (layer: string) => number;
  /** From the end of a period to its datapoint. */
  readonly delaySeconds: number;
  /** From a notice to its acknowledgement. */
  readonly acknowledgeSeconds: number;
  /** Share of launch calls that find no capacity, 0 to 100. */
  readonly refusePercent: number;
  readonly seed: number;
}

/** One application to play. */
export interface Play extends Conditions {
  readonly played: PlayedApplication;
  readonly feeds: readonly Feed[];
  readonly alarms: (now: Instant) => AlarmReadings;
  /** In service when the back-test begins, by layer. */
  readonly standing: ReadonlyMap<string, number>;
  readonly start: Instant;
  readonly end: Instant;
}

/** A decision as people read it. */
export interface ToldDecision {
  readonly at: Instant;
  readonly outcome: Outcome;
  readonly to: number;
  readonly because: string;
}

/** What one layer did. */
export interface PlayedLayer {
  /** In service; the first at the start. */
  readonly inService: readonly CountChange[];
  /** Desired, likewise. */
  readonly desired: readonly CountChange[];
  /** As many as were stored: holds for the same reason are told once. */
  readonly told: readonly ToldDecision[];
  /** Instant and outcome of every decision, ticks included. */
  readonly outcomes: readonly { readonly at: Instant; readonly outcome: Outcome }[];
}

/** What came of a play. */
export interface Run {
  readonly layers: ReadonlyMap<string, PlayedLayer>;
  readonly lives: readonly Life[];
  readonly refusedCalls: number;
}

/** Makes the product that is played; tests make one of the real stages. */
export type MakeProduct = (played: PlayedApplication, world: ProductWorld, records: readonly StoredRecord[]) => Product;

/** The schedule comes a moment after the minute, and while something moves looks come between two of them (functions/evaluate). */
const scheduleOffsetSeconds = 2;
const tickSeconds = [15, 30, 45];

const pure: MakeProduct = (played, world, records) => new PureProduct(played, world, records);

/** Plays an application from `start` to `end` in virtual time. `onProgress` gets the share done, once for each virtual minute. */
export async function play(
  of: Play,
  {
    makeProduct = pure,
    onProgress = () => undefined,
  }: { readonly makeProduct?: MakeProduct; readonly onProgress?: (doneRatio: number) => void } = {},
): Promise<Run> {
  const { start, end, played, acknowledgeSeconds } = of;
  const clock = new MemoryClock(start);
  const agenda = new Agenda(clock);
  const now = (): Instant => clock.now();
  const metrics = new LiveMetrics({ feeds: of.feeds, start, delaySeconds: of.delaySeconds });
  const machines = new Machines({
    now,
    bootSecondsOf: of.bootSecondsOf,
    refusedRatio: of.refusePercent / 100,
    dice: new Dice(`backtest/${of.seed}`),
    tell: (instanceId, at) => agenda.at(at, () => after(product.observe(instanceId))),
  });
  const diary = new LayerDiary(Object.keys(played.file.file.layers), of);
  const hear = (notice: Notice): void => {
    if (notice.acknowledge === undefined) return;
    const { application, participant, membership, acknowledge } = notice;
    const reply = {
      schema: 'concertina.acknowledgement/1',
      application,
      participant,
      membershipVersion: membership.version,
      token: acknowledge.token,
      status: 'applied',
    } as const;
    agenda.at(addSeconds(now(), acknowledgeSeconds), () => after(product.acknowledge(reply)));
  };
  const joiningSecondsOf = (layer: string): number => of.bootSecondsOf(layer) + acknowledgeSeconds;
  const records = standingFleet(played, { counts: of.standing, at: start, joiningSecondsOf, machines });
  const onDecided = (decided: readonly DecidedLayer[], isStored: (layer: string) => boolean): void =>
    diary.note(decided, isStored);
  const product = makeProduct(played, { now, metrics, machines, alarms: of.alarms, onDecided, hear }, records);
  const count = (): void => {
    for (const [layer, change] of diary.count(product.inService(), now())) metrics.setInService(layer, change, now());
  };
  async function after(done: Promise<unknown> | unknown): Promise<void> {
    await done;
    count();
  }
  const evaluate = async (trigger: 'schedule' | 'tick'): Promise<void> => {
    metrics.advanceTo(now());
    const moves = await product.evaluate(trigger);
    count();
    if (moves && trigger === 'schedule')
      for (const seconds of tickSeconds) agenda.at(addSeconds(now(), seconds), () => evaluate('tick'));
  };
  count();
  for (let minute = start; isBefore(minute, end); minute = addSeconds(minute, 60)) {
    agenda.at(addSeconds(minute, scheduleOffsetSeconds), () => evaluate('schedule'));
    await agenda.runUntil(addSeconds(minute, 60));
    onProgress(secondsBetween(start, clock.now()) / secondsBetween(start, end));
  }
  return { layers: diary.layers, lives: machines.lives, refusedCalls: machines.refusedCalls };
}

interface Noted extends PlayedLayer {
  readonly inService: CountChange[];
  readonly desired: CountChange[];
  readonly told: ToldDecision[];
  readonly outcomes: { readonly at: Instant; readonly outcome: Outcome }[];
}

/** Writes down what each layer did. */
class LayerDiary {
  readonly layers: ReadonlyMap<string, Noted>;

  constructor(layers: readonly string[], { start, standing }: Pick<Play, 'start' | 'standing'>) {
    this.layers = new Map(
      layers.map((layer) => {
        const desired = [{ at: start, count: standing.get(layer) ?? 0 }];
        return [layer, { inService: [{ at: start, count: 0 }], desired, told: [], outcomes: [] }];
      }),
    );
  }

  note(decided: readonly DecidedLayer[], isStored: (layer: string) => boolean): void {
    for (const { decision } of decided) {
      const { layer, at, outcome, to, because } = decision;
      const noted = this.layers.get(layer);
      if (noted === undefined) continue;
      noted.outcomes.push({ at, outcome });
      change(noted.desired, { at, count: outcome === 'hold' ? decision.from.count : to.count });
      if (isStored(layer)) noted.told.push({ at, outcome, to: to.count, because });
    }
  }

  /** Returns the layers whose count has changed. */
  count(inService: ReadonlyMap<string, number>, at: Instant): readonly (readonly [string, number])[] {
    const changed: (readonly [string, number])[] = [];
    for (const [layer, noted] of this.layers) {
      const now = inService.get(layer) ?? 0;
      if (change(noted.inService, { at, count: now })) changed.push([layer, now]);
    }
    return changed;
  }
}

/** Whether it is one. A second change at the same instant takes the place of the first. */
function change(changes: CountChange[], next: CountChange): boolean {
  const last = changes.at(-1);
  if (last?.count === next.count) return false;
  if (last?.at === next.at) changes.pop();
  changes.push(next);
  return true;
}
