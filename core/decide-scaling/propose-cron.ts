import { Cron } from 'croner';
import { addSeconds, type Instant, instantFromMillis, isAtOrAfter, isBefore } from '../amounts.ts';
import type { CronRule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import type { LayerSituation } from './layer-situation.ts';
import { clockTime } from './say.ts';

/**
 * A floor by the clock: within a window the rule's `min`, outside of it the layer's. A window is half-open, [start, start + duration), and lasts
 * its seconds whatever the clocks do. A start that the change to summer time skips comes an hour later by the clock; of the hour that autumn
 * repeats only the first has starts. Windows may overlap.
 */
export function proposeCron(rule: CronRule, situation: LayerSituation): Proposal {
  const { now, settings } = situation;
  const start = startWithin(rule, now);
  if (start === undefined) {
    const because = `no window is open: the layer's min of ${settings.count.min}`;
    return { rule: rule.name, kind: 'want', count: settings.count.min, because };
  }
  const until = clockTime(addSeconds(start, rule.durationSeconds), now);
  return { rule: rule.name, kind: 'want', count: rule.min, because: `its window is open until ${until}` };
}

/** Start of a window that is open now: the first start after `now − duration`, unless it is yet to come. */
function startWithin(rule: CronRule, now: Instant): Instant | undefined {
  const start = firstStartAfter(rule, addSeconds(now, -rule.durationSeconds));
  return start === undefined || isBefore(now, start) ? undefined : start;
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
