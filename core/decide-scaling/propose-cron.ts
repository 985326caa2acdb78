import { Cron } from 'croner';
import { addSeconds, type Instant, instantFromMillis, isAtOrAfter, isBefore, secondsBetween } from '../amounts.ts';
import type { CronRule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import { shown } from '../rounding.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';
import { clockTime } from './say.ts';

/** Evaluations come every minute: what is put off to the next one comes so much later. */
const EVALUATION_SECONDS = 60;

/**
 * A floor by the clock: within a window the rule's `min`, outside of it the layer's. A window is half-open, [start, start + duration), and lasts
 * its seconds whatever the clocks do. A start that the change to summer time skips comes an hour later by the clock; of the hour that autumn
 * repeats only the first has starts. Windows may overlap.
 *
 * What a window needs is in service when it opens: it is wanted a boot time before, as measured lately. From `readySeconds` before, the longest
 * that a boot may take, nobody leaves whom the window needs: so a boot time that is measured shorter meanwhile takes nobody back, and none
 * is given up only to be launched again within minutes.
 */
export function proposeCron(rule: CronRule, situation: LayerSituation): Proposal {
  const { count, because } = floorNow(rule, situation);
  return { rule: rule.name, kind: 'want', count, because };
}

function floorNow(rule: CronRule, situation: LayerSituation): { readonly count: number; readonly because: string } {
  const { now, settings, bootSeconds } = situation;
  const { min } = settings.count;
  // Of a window that is open now, or of the next.
  const start = firstStartAfter(rule, addSeconds(now, -rule.durationSeconds));
  const aheadSeconds = start === undefined ? Number.POSITIVE_INFINITY : secondsBetween(now, start);
  if (start === undefined || aheadSeconds >= Math.max(bootSeconds, settings.readySeconds) + EVALUATION_SECONDS) {
    return { count: min, because: `no window is open: the layer's min of ${min}` };
  }
  if (aheadSeconds <= 0) {
    const until = clockTime(addSeconds(start, rule.durationSeconds), now);
    return { count: rule.min, because: `its window is open until ${until}` };
  }
  const opens = `its window opens at ${clockTime(start, now)}`;
  if (aheadSeconds < bootSeconds + EVALUATION_SECONDS) {
    const because = `${opens}, and an instance takes ${shown(bootSeconds)} s to be in service`;
    return { count: rule.min, because };
  }
  const kept = Math.max(min, Math.min(rule.min, desiredCount(situation)));
  return { count: kept, because: `${opens}, and nobody leaves whom it needs` };
}

interface Schedule {
  readonly cron: Cron;
  readonly offset: Intl.DateTimeFormat;
  /** The first start after any instant in [from, start); absent start: there is none. */
  answer?: { readonly from: Instant; readonly start: Instant | undefined };
}

/** By the identity of the rule: reading a cron expression and a walk through the calendar cost far more than the rest of a decision. */
const schedules = new WeakMap<CronRule, Schedule>();

function scheduleOf(rule: CronRule): Schedule {
  const { timeZone } = rule;
  const schedule = schedules.get(rule) ?? {
    cron: new Cron(rule.cron, { mode: '5-part', timezone: timeZone, paused: true }),
    offset: new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }),
  };
  schedules.set(rule, schedule);
  return schedule;
}

function firstStartAfter(rule: CronRule, at: Instant): Instant | undefined {
  const schedule = scheduleOf(rule);
  const { answer } = schedule;
  if (answer !== undefined && isAtOrAfter(at, answer.from)) {
    if (answer.start === undefined || isBefore(at, answer.start)) return answer.start;
  }
  let start = nextStart(schedule, askFrom(schedule, at));
  while (start !== undefined && !isBefore(at, start)) start = nextStart(schedule, start);
  schedule.answer = { from: at, start };
  return start;
}

/** Longer than any change of the clocks. */
const CLOCK_CHANGE_SECONDS = 3 * 3600;

/** Asked from amid a change of the clocks, croner forgets a start that the change moved, or repeats one: then it is asked from before it. */
function askFrom({ offset }: Schedule, at: Instant): Instant {
  const before = addSeconds(at, -CLOCK_CHANGE_SECONDS);
  const offsets = [before, at].map((time) => offset.formatToParts(time).find(({ type }) => type === 'timeZoneName'));
  return offsets[0]?.value === offsets[1]?.value ? at : before;
}

function nextStart({ cron }: Schedule, at: Instant): Instant | undefined {
  const next = cron.nextRun(new Date(at));
  return next === null ? undefined : instantFromMillis(next.getTime());
}
