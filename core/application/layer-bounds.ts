import { Cron } from 'croner';
import { roundDown, roundUp } from '../rounding.ts';
import type { Application } from './application-schema.ts';
import type { Layer } from './layer-schema.ts';
import type { CronRule } from './rule-schema.ts';

/** The parts of a file that bound how few and how many a layer can have. */
export type BoundingScene = Pick<Application, 'layers' | 'limits' | 'budget'>;

/**
 * The fewest that a layer can be wanted to have while the rules that measure something are content: its min, what it follows at the fewest of
 * that, and windows that never close.
 */
export function lowestCount(scene: BoundingScene, layer: string, settings: Layer): number {
  return lowest(scene, settings, [layer]);
}

function lowest(scene: BoundingScene, { count, rules }: Layer, trail: readonly string[]): number {
  let floor = Math.max(count.min, lowestOfWindows(rules.filter((rule) => 'cron' in rule)));
  for (const rule of rules) {
    if (!('followLayer' in rule) || trail.includes(rule.followLayer)) continue;
    const followed = scene.layers[rule.followLayer];
    if (followed === undefined) continue;
    floor = Math.max(floor, roundUp(rule.ratio * lowest(scene, followed, [...trail, rule.followLayer])));
  }
  return Math.min(floor, count.max);
}

/** The most that the budget and the limits between layers ever let a layer grow to, all others at their best for it. */
export function mostCount({ layers, limits, budget }: BoundingScene, layer: string, settings: Layer): number {
  const relations = limits.filter((limit) => limit.layer === layer);
  const related = relations.map(({ atMost, per }) => roundDown(atMost * (layers[per]?.count.max ?? 5000)));
  return Math.min(settings.count.max, ...related, affordable({ layers, budget }, layer, settings));
}

function affordable(
  { layers, budget }: Pick<BoundingScene, 'layers' | 'budget'>,
  layer: string,
  settings: Layer,
): number {
  const price = settings.sizes[0]?.hourlyUsd ?? 0;
  if (budget === undefined || price === 0) return Number.POSITIVE_INFINITY;
  const others = Object.entries(layers).filter(([name]) => name !== layer);
  const taken = others.reduce((sum, [, { count, sizes }]) => sum + count.min * (sizes[0]?.hourlyUsd ?? 0), 0);
  return Math.max(0, roundDown((budget.maxHourlyUsd - taken) / price));
}

/** A fixed week to look at, in steps of so many minutes. */
const lookFromMillis = Date.UTC(2024, 0, 1, 0, 7);
const lookDays = 8;
const lookMinutes = 30;

/** The lowest floor that the windows together leave at some moment of a week; 0 when all of them are closed at one. */
function lowestOfWindows(rules: readonly CronRule[]): number {
  if (rules.length === 0) return 0;
  const windows = rules.map((rule) => ({
    rule,
    cron: new Cron(rule.cron, { mode: '5-part', timezone: rule.timeZone, paused: true }),
  }));
  let least = Number.POSITIVE_INFINITY;
  for (let minute = 0; minute < lookDays * 1440 && least > 0; minute += lookMinutes) {
    const at = lookFromMillis + minute * 60_000;
    const open = windows.filter((window) => isOpen(window, at)).map(({ rule }) => rule.min);
    least = Math.min(least, Math.max(0, ...open));
  }
  return least;
}

function isOpen({ rule, cron }: { readonly rule: CronRule; readonly cron: Cron }, at: number): boolean {
  const start = cron.nextRun(new Date(at - rule.durationSeconds * 1000));
  return start !== null && start.getTime() <= at;
}
