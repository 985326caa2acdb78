import type { AlarmRule, CronRule, FollowLayerRule, RiskRule, Rule } from '../application/rule-schema.ts';
import type { AlarmReading } from '../readings.ts';
import { shown } from '../rounding.ts';
import { askAgain, type Question } from './question.ts';
import { answerWords } from './words.ts';

/** What would have been different for a rule that looks at no KPI, or that looks ahead, to change the answer: in sentences. */
export function ruleAnswers(question: Question, rule: Rule): readonly string[] {
  if ('alarm' in rule) return alarmAnswers(question, rule);
  if ('cron' in rule) return cronAnswers(question, rule);
  if ('followLayer' in rule) return followAnswers(question, rule);
  return 'shortfallPercent' in rule ? riskAnswers(question, rule) : [];
}

/** What the answer would have been without a rule; undefined when it is the same. */
export function withoutRule(question: Question, rule: string): string | undefined {
  const { count } = askAgain(question, { withoutRule: rule });
  const given = question.decision.to.count;
  return count === given ? undefined : `${answerWords(count, question.decision)} without "${rule}".`;
}

function alarmAnswers(question: Question, { alarm }: AlarmRule): readonly string[] {
  const { situation, decision } = question;
  const before = situation.alarms.get(alarm)?.state;
  return (['ALARM', 'OK'] as const).flatMap((state) => {
    if (state === before) return [];
    const reading: AlarmReading = { name: alarm, state, since: decision.at };
    const { count } = askAgain(question, { alarms: new Map(situation.alarms).set(alarm, reading) });
    const when = state === 'ALARM' ? 'on' : 'off';
    const given = decision.to.count;
    return count === given ? [] : [`${answerWords(count, question.decision)} with alarm ${alarm} ${when}.`];
  });
}

function cronAnswers(question: Question, { name, min }: CronRule): readonly string[] {
  const stored = question.decision.proposals.find(({ rule }) => rule === name);
  const given = question.decision.to.count;
  const floor = question.situation.settings.count.min;
  const other = stored?.kind === 'want' && stored.count === min ? floor : min;
  const { count } = askAgain(question, { proposal: { rule: name, kind: 'want', count: other, because: '' } });
  if (count === given) return [];
  return [`${answerWords(count, question.decision)} ${other === min ? 'inside' : 'outside'} the window of "${name}".`];
}

/** Other layers are looked at as far as this from what they are. */
const MOST_OTHERS = 1000;

function followAnswers(question: Question, { followLayer }: FollowLayerRule): readonly string[] {
  const other = question.situation.others.get(followLayer);
  const given = question.decision.to.count;
  if (other === undefined) return [];
  const countWith = (desired: number): number => {
    const others = new Map(question.situation.others).set(followLayer, { ...other, desired });
    return askAgain(question, { others }).count;
  };
  const say = (desired: number): string => {
    const count = countWith(desired);
    return `${answerWords(count, question.decision)} with ${desired} ${followLayer} instead of ${other.desired}.`;
  };
  const distances = Array.from({ length: MOST_OTHERS }, (_, index) => index + 1);
  const more = distances.map((by) => other.desired + by).find((desired) => countWith(desired) !== given);
  const fewer = distances
    .map((by) => other.desired - by)
    .find((desired) => desired >= 0 && countWith(desired) !== given);
  return [more, fewer].flatMap((desired) => (desired === undefined ? [] : [say(desired)]));
}

/** What was learnt is not in the record, so these are near, not exact: at the headroom that the answer has now. */
function riskAnswers(question: Question, rule: RiskRule): readonly string[] {
  const stored = question.decision.proposals.find((proposal) => proposal.rule === rule.name);
  if (stored?.kind !== 'want' || stored.outlook === undefined || stored.count === 0) return [];
  const { count: needed, outlook } = stored;
  const given = question.decision.to.count;
  const near = (count: number): readonly string[] => {
    const answer = askAgain(question, { proposal: { rule: rule.name, kind: 'want', count, because: '' } }).count;
    if (answer === given || count < 1) return [];
    const load = (outlook.expectedLoad * count) / needed;
    return [
      `${answerWords(answer, question.decision)} with about ${shown(load)} ${rule.kpi} expected: ${count} at the headroom of now.`,
    ];
  };
  return [...near(needed + 1), ...near(needed - 1)];
}
