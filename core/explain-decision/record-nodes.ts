import { addSeconds, type Instant } from '../amounts.ts';
import { clockTime, usd } from '../decide-scaling/say.ts';
import type { AppliedLimit, Decision, LimitName, Proposal } from '../decision.ts';
import type { AlarmReading, Reading } from '../readings.ts';
import { shown, shownPercent } from '../rounding.ts';
import type { ExplanationNode } from './explanation.ts';

/** What is told beside the record. */
export interface Told {
  readonly hold?: { readonly times: number; readonly because: string } | undefined;
  /** What the answer would have been without a limit; absent when that cannot be told. */
  readonly withoutLimit?: ((limit: LimitName) => number) | undefined;
}

/** All that the record itself says, as nodes: who asked, readings, proposals, limits, cost. */
export function recordNodes(decision: Decision, { hold, withoutLimit }: Told): readonly ExplanationNode[] {
  const { at, proposals, limits, readings, alarms } = decision;
  return [
    { label: 'asked by', detail: askedBy(decision) },
    ...(hold === undefined || hold.times < 2 ? [] : [heldNode(hold)]),
    ...group('readings', [
      ...readings.map((reading) => readingNode(reading, at)),
      ...alarms.map((alarm) => alarmNode(alarm, at)),
    ]),
    ...group(
      'rules',
      proposals.map((proposal) => proposalNode(proposal, at)),
    ),
    ...group(
      'limits',
      limits.map((limit) => limitNode(limit, withoutLimit)),
    ),
    { label: 'answer', detail: answerOf(decision) },
  ];
}

function group(label: string, children: readonly ExplanationNode[]): readonly ExplanationNode[] {
  return children.length === 0 ? [] : [{ label, children }];
}

function askedBy({ trigger, wokenBy, fileVersion }: Decision): string {
  const who = {
    schedule: 'the schedule, every minute',
    alarm: wokenBy === undefined ? 'an alarm' : `the alarm ${wokenBy}`,
    tick: 'a tick while something moves',
  }[trigger];
  return `${who}; rules of file version ${fileVersion}`;
}

function heldNode({ times, because }: NonNullable<Told['hold']>): ExplanationNode {
  return { label: `the same ${times - 1} times more`, detail: `last, ${because}` };
}

function readingNode(reading: Reading, now: Instant): ExplanationNode {
  const { kpi, value, source, at, periodSeconds, ageSeconds, coverageRatio, recent, onlyOut, peaks = [] } = reading;
  const period =
    at === undefined
      ? ''
      : ` from ${clockTime(at, now).replace(' UTC', '')} to ${clockTime(addSeconds(at, periodSeconds), now)}`;
  const facts = [
    value === undefined ? 'no data' : `${source}${period}`,
    ...(ageSeconds === undefined ? [] : [`${shown(ageSeconds)} s old`]),
    `${shown(100 * coverageRatio)} % of its periods had data`,
    ...(onlyOut === undefined ? [] : [`may only ask for more: ${onlyOut}`]),
  ];
  const history = recent.length > 1 ? [{ label: 'newest periods', detail: recent.map(sayValue).join(', ') }] : [];
  const highest = peaks.map((peak) => ({ label: `highest of ${peak.withinSeconds} s`, detail: shown(peak.value) }));
  const label = value === undefined ? kpi : `${kpi} ${shown(value)}`;
  return { label, detail: facts.join(', '), children: [...history, ...highest] };
}

function sayValue(value: number | undefined): string {
  return value === undefined ? 'none' : shown(value);
}

function alarmNode({ name, state, since }: AlarmReading, now: Instant): ExplanationNode {
  return { label: `alarm ${name}`, detail: since === undefined ? state : `${state} since ${clockTime(since, now)}` };
}

function proposalNode(proposal: Proposal, now: Instant): ExplanationNode {
  const words = { agree: 'agrees to any count', stay: 'lets nobody go' };
  const verb = proposal.kind === 'want' ? `wants ${proposal.count}` : words[proposal.kind];
  const outlook = proposal.kind === 'want' ? outlookNodes(proposal, now) : [];
  return { label: `"${proposal.rule}" ${verb}`, detail: proposal.because, children: outlook };
}

function outlookNodes(
  { outlook, count }: Extract<Proposal, { readonly kind: 'want' }>,
  now: Instant,
): readonly ExplanationNode[] {
  if (outlook === undefined) return [];
  const { until, load, expectedLoad, bandLoad, asked, chanceShortPercent, aimedPercent, policy } = outlook;
  const [low, high] = bandLoad.map(shown);
  return [
    {
      label: 'look-ahead',
      detail: `${shown(load)} now, ${shown(expectedLoad)} expected until ${clockTime(until, now)}`,
    },
    { label: 'error band', detail: `${low} to ${high}, one expected error down and up` },
    {
      label: 'risk',
      detail: `${shownPercent(chanceShortPercent)} % chance that ${count} are too few, ${shown(aimedPercent)} % aimed for`,
    },
    { label: 'sized by', detail: `${policy}: the cheapest lately at this risk` },
    ...(asked < count
      ? [{ label: 'release', detail: `${asked} would do from now on, ${count} stay for the last boot time's needs` }]
      : []),
  ];
}

function limitNode(
  { limit, before, after, because }: AppliedLimit,
  withoutLimit: Told['withoutLimit'],
): ExplanationNode {
  const children = withoutLimit === undefined ? [] : [{ label: `without it: ${withoutLimit(limit)}` }];
  return {
    label: `${limit === 'stabilization' ? 'stabilisation' : limit} ${before} → ${after}`,
    detail: because,
    children,
  };
}

function answerOf(decision: Decision): string {
  const { from, to, hourlyUsdBefore, hourlyUsdAfter, isStopped } = decision;
  const cost = `${usd(hourlyUsdBefore)} → ${usd(hourlyUsdAfter)} an hour`;
  const revision = from.revision === to.revision ? '' : `; revision ${from.revision} → ${to.revision}`;
  const stopped = isStopped === true ? '; not carried out while the kill switch is thrown' : '';
  return `${from.count} → ${to.count}, ${cost}${revision}${stopped}`;
}
