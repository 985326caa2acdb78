import { addSeconds, type Instant, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { Outcome } from '../../core/decision.ts';
import { billOf } from './machines.ts';
import type { Needed } from './needed.ts';
import type { Run, ToldDecision } from './play.ts';
import type { Recording } from './recording.ts';
import { type CountChange, type Elasticity, flapsOf, overlapSeconds, scoreOf, type Window } from './score.ts';

/** How one layer did. */
export interface LayerReport {
  readonly layer: string;
  /** Instance-hours from launch, a minute a machine at the least. Of what really ran: in service, for its launches were not recorded. */
  readonly billedHours: number;
  readonly usd: number;
  /** Undefined when nothing tells how many were needed. */
  readonly elasticity: Elasticity | undefined;
  readonly flaps: number;
  /** Undefined for what really ran. */
  readonly decisions: Readonly<Record<Outcome, number>> | undefined;
  readonly needed: Needed | undefined;
  readonly inService: readonly CountChange[];
  readonly told: readonly ToldDecision[];
}

/** Adds up what each layer did in the window. */
export function layerReports(
  run: Run,
  of: { readonly needed: ReadonlyMap<string, Needed>; readonly start: Instant; readonly scored: Window },
): readonly LayerReport[] {
  const { start, scored } = of;
  return [...run.layers].map(([layer, { inService, desired, told, outcomes }]) => {
    const needed = of.needed.get(layer);
    const lives = run.lives.filter((life) => life.layer === layer);
    const decisions = { out: 0, in: 0, hold: 0 };
    for (const { at, outcome } of outcomes) if (!isBefore(at, scored.from)) decisions[outcome] += 1;
    return {
      layer,
      ...billOf(lives, scored),
      elasticity: needed && scoreOf(needed, { start, changes: inService, window: scored }),
      flaps: flapsOf(desired, scored),
      decisions,
      needed,
      inService,
      told,
    };
  });
}

/** What really ran, of the layers whose count was recorded: against the same needs, at the same price. */
export function ranReports({
  recording,
  scored,
  needed,
  application,
}: {
  readonly recording: Recording;
  readonly scored: Window;
  readonly needed: ReadonlyMap<string, Needed>;
  readonly application: Application | undefined;
}): readonly LayerReport[] {
  return Object.entries(application?.layers ?? {}).flatMap(([layer, { sizes }]) => {
    const inService = recordedChanges(recording, layer);
    const [first] = inService ?? [];
    if (inService === undefined || first === undefined) return [];
    const need = needed.get(layer);
    const known = { ...scored, from: isBefore(scored.from, first.at) ? first.at : scored.from };
    const billedHours = instanceHours(inService, scored);
    return [
      {
        layer,
        billedHours,
        usd: billedHours * (sizes[0]?.hourlyUsd ?? 0),
        elasticity: need && scoreOf(need, { start: recording.start, changes: inService, window: known }),
        flaps: flapsOf(inService, scored),
        decisions: undefined,
        needed: need,
        inService,
        told: [],
      },
    ];
  });
}

/** A step without a datapoint goes on as the one before. */
function recordedChanges({ columns, start, end }: Recording, layer: string): readonly CountChange[] | undefined {
  const column = columns.get(`${layer}_in_service`);
  if (column === undefined) return undefined;
  const changes: CountChange[] = [];
  for (const [step, value] of column.values.entries()) {
    const at = addSeconds(column.start, step * column.stepSeconds);
    if (!isBefore(at, end)) break;
    if (Number.isNaN(value)) continue;
    const change = { at: isBefore(at, start) ? start : at, count: Math.round(value) };
    if (changes.at(-1)?.at === change.at) changes.pop();
    if (changes.at(-1)?.count !== change.count) changes.push(change);
  }
  return changes;
}

function instanceHours(changes: readonly CountChange[], window: Window): number {
  let seconds = 0;
  for (const [index, { at, count }] of changes.entries()) {
    const until = changes[index + 1]?.at ?? window.until;
    seconds += count * overlapSeconds({ from: at, until }, window);
  }
  return seconds / 3600;
}

/** How long a window is. */
export function windowSeconds({ from, until }: Window): number {
  return secondsBetween(from, until);
}
