import { addSeconds, alignDown } from '../amounts.ts';
import type { Rule } from '../application/rule-schema.ts';
import type { ChosenCount } from '../decide-scaling/choose-count.ts';
import type { LimitName } from '../decision.ts';
import type { Reading } from '../readings.ts';
import { shown } from '../rounding.ts';
import { type Direction, findTurn, type Turn } from './find-turn.ts';
import { askAgain, type Question } from './question.ts';
import { answerWords } from './words.ts';

/** What another value of one KPI would have changed, in sentences; empty when no rule but one that looks ahead uses it. */
export interface KpiAnswers {
  readonly kpi: string;
  readonly sentences: readonly string[];
}

/** Limits that pass by themselves. */
const delays: ReadonlySet<LimitName> = new Set(['cooldown', 'unhealthy', 'freeze', 'stabilization']);

/**
 * The values of a KPI at which the layer's answer becomes another, up and down, everything else as it was: by asking the production rules and
 * limits again. When a limit that passes by itself stands between, it is named.
 */
export function kpiAnswers(question: Question, kpi: string): KpiAnswers {
  const rules = question.situation.settings.rules.filter((rule) => isAskedWith(rule, kpi));
  if (rules.length === 0) return { kpi, sentences: [] };
  const asker = askerOf(question, kpi, rules);
  if (asker === undefined) return { kpi, sentences: [] };
  const { start, isMissing } = asker;
  const count = asker.ask(start).count;
  const stored = question.decision.to.count;
  const measured = `${answerWords(count, question.decision)} with ${kpi} measured at ${shown(start)}.`;
  const whenMeasured = count === stored && !isMissing ? [] : [measured];
  return { kpi, sentences: [...whenMeasured, sentenceOf(asker, 'up'), sentenceOf(asker, 'down')] };
}

type Asked = Exclude<Rule, { readonly cron: string } | { readonly shortfallPercent: number }>;

function isAskedWith(rule: Rule, kpi: string): rule is Extract<Asked, { readonly kpi: string }> {
  return 'kpi' in rule && rule.kpi === kpi && !('shortfallPercent' in rule);
}

interface Asker {
  readonly question: Question;
  readonly kpi: string;
  /** The value that was read; of a reading without one, a value that changes nothing if there is any. */
  readonly start: number;
  readonly isMissing: boolean;
  readonly periods: number;
  readonly marks: readonly number[];
  readonly ask: (value: number, how?: { readonly inAll?: boolean; readonly isPatient?: boolean }) => ChosenCount;
}

function askerOf(
  question: Question,
  kpi: string,
  rules: readonly Extract<Asked, { readonly kpi: string }>[],
): Asker | undefined {
  const { situation, decision } = question;
  const reading = situation.readings.get(kpi);
  if (reading === undefined) return undefined;
  const marks = rules.flatMap(marksOf);
  const isMissing = reading.value === undefined;
  const ask: Asker['ask'] = (value, { inAll = isMissing, isPatient = false } = {}) => {
    const readings = new Map(situation.readings).set(kpi, withValue(reading, value, { inAll, question }));
    return askAgain(question, { readings, ...(isPatient ? { withoutLimits: delays } : {}) });
  };
  const between = [...marks, ...marks.map((mark, index) => (mark + (marks[index + 1] ?? 2 * mark)) / 2), 0];
  const calm = between.find((value) => ask(value).count === decision.to.count);
  const start = reading.value ?? calm ?? marks[0] ?? 0;
  const periods = reading.recent.length;
  return { question, kpi, start, isMissing, periods, marks, ask };
}

/** Where the rule itself changes its mind. */
function marksOf(rule: Extract<Asked, { readonly kpi: string }>): readonly number[] {
  if ('steps' in rule) return rule.steps.map((step) => ('from' in step ? step.from : step.below));
  if (!('targetValue' in rule)) return [];
  const { targetValue, tolerancePercent } = rule;
  return [1, 1 - tolerancePercent / 100, 1 + tolerancePercent / 100].map((share) => share * targetValue);
}

/** The same reading, measured, at another value: in its newest period, or in all that the rules look at. */
function withValue(
  { recentTrusted, rung: _, onlyOut: __, ...reading }: Reading,
  value: number,
  { inAll, question }: { readonly inAll: boolean; readonly question: Question },
): Reading {
  const changed = (values: Reading['recent']) => (inAll ? values.map(() => value) : [...values.slice(0, -1), value]);
  const { periodSeconds } = reading;
  const newest = addSeconds(alignDown(question.decision.at, periodSeconds), -periodSeconds);
  return {
    ...reading,
    value,
    source: 'measured',
    at: reading.at ?? newest,
    ageSeconds: reading.ageSeconds ?? 0,
    recent: changed(reading.recent),
    ...(recentTrusted === undefined ? {} : { recentTrusted: changed(recentTrusted) }),
  };
}

function sentenceOf(asker: Asker, direction: Direction): string {
  const { start, marks, ask, periods, kpi } = asker;
  const ways = [
    { inAll: asker.isMissing, isPatient: false },
    ...(periods > 1 ? [{ inAll: true, isPatient: false }] : []),
    { inAll: asker.isMissing, isPatient: true },
    ...(periods > 1 ? [{ inAll: true, isPatient: true }] : []),
  ];
  for (const how of ways) {
    const turn = findTurn((value) => ask(value, how).count, { from: start, direction, marks });
    if (turn !== undefined && isNews(asker, turn, direction)) return sayTurn(asker, turn, { ...how, direction });
  }
  return sayNone(asker, direction, kpi);
}

/** More load asks for more, less for fewer: a turn the other way is the end of something else, and said by the other direction. */
function isNews({ question }: Asker, { count }: Turn, direction: Direction): boolean {
  const present = question.decision.to.count;
  return direction === 'up' ? count > present : count < present;
}

function sayTurn(
  { question, kpi, periods, ask }: Asker,
  { edge, isInclusive, count }: Turn,
  {
    direction,
    inAll,
    isPatient,
  }: { readonly direction: Direction; readonly inAll: boolean; readonly isPatient: boolean },
): string {
  const value = sayNumber(edge);
  const from = direction === 'up' ? (isInclusive ? `from ${value} up` : `above ${value}`) : undefined;
  const to = isInclusive ? `at ${value} or below` : `below ${value}`;
  const where = inAll && periods > 1 ? ` in all of the last ${periods} periods` : '';
  const turn = `${answerWords(count, question.decision)} with ${kpi} ${from ?? to}${where}`;
  if (!isPatient) return `${turn}.`;
  const inside = direction === 'up' ? edge * (1 + 1e-6) : edge * (1 - 1e-6);
  const waits = ask(inside, { inAll }).limits.filter(({ limit }) => delays.has(limit));
  return `${turn}, but not yet: ${waits.map(({ because }) => because).join('; ')}.`;
}

function sayNone({ ask, marks, start }: Asker, direction: Direction, kpi: string): string {
  const farthest = direction === 'up' ? 1e6 * Math.max(Math.abs(start), ...marks, 1) : Math.min(0, start * 1e6);
  const { wish, limits, count } = ask(farthest, { inAll: true, isPatient: true });
  const [last] = limits.toReversed();
  const decider = wish.keptBy ?? wish.wantedBy;
  const ruleSays =
    decider && `"${decider.rule}" ${decider.kind === 'want' ? `wants ${decider.count}` : 'lets nobody go'}`;
  const why = last?.because ?? ruleSays ?? 'no rule wants another count';
  return `No ${direction === 'up' ? 'more' : 'fewer'} than ${count}, whatever ${kpi} is: ${why}.`;
}

function sayNumber(value: number): string {
  return String(Number(value.toPrecision(12)));
}
