import type { Application } from '../application/application-schema.ts';
import type { Rule } from '../application/rule-schema.ts';
import { shadowSettings } from '../application/shadow-settings.ts';
import { type ChosenCount, chooseCount } from '../decide-scaling/choose-count.ts';
import type { LayerSituation } from '../decide-scaling/layer-situation.ts';
import { propose } from '../decide-scaling/propose.ts';
import type { Decision, DecisionBasis, LimitName, Proposal } from '../decision.ts';

/** A stored decision put as the question that it answered, so that it can be asked again with something changed. */
export interface Question {
  readonly decision: Decision;
  readonly basis: DecisionBasis;
  readonly situation: LayerSituation;
}

/** What is different when a question is asked again. */
export interface Changed extends Partial<Pick<LayerSituation, 'readings' | 'alarms' | 'others'>> {
  readonly withoutLimits?: ReadonlySet<LimitName>;
  readonly withoutRule?: string;
  /** Instead of what the rule of that name would propose. */
  readonly proposal?: Proposal;
}

/** The question behind a decision, or why it cannot be put again. `application` is the file of the version that the decision names. */
export function questionOf(decision: Decision, application: Application | undefined): Question | string {
  const { basis, layer, fileVersion } = decision;
  if (basis === undefined) return 'the record is of an earlier version and does not say what it was made from';
  if (application === undefined) return `version ${fileVersion} of the file is not at hand`;
  const live = application.layers[layer];
  if (live === undefined) return `the file has no layer ${layer}`;
  const settings = decision.shadow === undefined ? live : shadowSettings(live);
  if (settings === undefined) return `the file has no shadow rules for ${layer}`;
  const { from, to, hourlyUsdBefore, readings, alarms, at } = decision;
  const { inService, newestInServiceAt, failed, bootSeconds, instanceHourlyUsd, othersHourlyUsd, ceilings } = basis;
  const isFirst = from.revision === 0;
  const situation: LayerSituation = {
    name: layer,
    settings,
    desired: isFirst
      ? undefined
      : { ...from, hourlyUsd: from.count === 0 ? instanceHourlyUsd : hourlyUsdBefore / from.count },
    revision: { number: to.revision, hourlyUsd: instanceHourlyUsd, capacity: settings.sizes[0]?.capacity ?? 1 },
    bootSeconds,
    inService,
    newestInServiceAt,
    failed,
    memory: memoryOf(basis),
    others: new Map(Object.entries(basis.others ?? {})),
    othersHourlyUsd,
    limits: application.limits.filter((limit) => limit.layer === layer),
    maxHourlyUsd: application.budget?.maxHourlyUsd,
    ceilings,
    readings: new Map(readings.map((reading) => [reading.kpi, reading])),
    alarms: new Map(alarms.map((alarm) => [alarm.name, alarm])),
    now: at,
    trigger: decision.trigger,
    fileVersion,
  };
  const question = { decision, basis, situation };
  return isFaithful(question) ? question : 'the rules of today do not give the stored answer';
}

/**
 * The answer to a question with something changed, by the production code. What a rule that looks ahead proposed stands: what it had learnt is not
 * in the record.
 */
export function askAgain({ decision, situation }: Question, changed: Changed = {}): ChosenCount {
  const { withoutLimits, withoutRule, proposal, ...different } = changed;
  const rules = situation.settings.rules.filter(({ name }) => name !== withoutRule);
  const settings = { ...situation.settings, rules };
  const asked: LayerSituation = { ...situation, ...different, settings };
  const proposals = rules.map((rule) => (rule.name === proposal?.rule ? proposal : proposed(rule, decision, asked)));
  return chooseCount(asked, proposals, withoutLimits === undefined ? {} : { without: withoutLimits });
}

function proposed(rule: Rule, { proposals }: Decision, situation: LayerSituation): Proposal {
  const stored = 'shortfallPercent' in rule ? proposals.find((proposal) => proposal.rule === rule.name) : undefined;
  return stored ?? propose(rule, situation, new Map());
}

function memoryOf({
  wishes,
  wishesSince,
  scaledOutAt,
  scaledInAt,
  freezes,
  served,
}: DecisionBasis): LayerSituation['memory'] {
  return {
    wishes,
    inService: served,
    ...(wishesSince === undefined ? {} : { wishesSince }),
    ...(scaledOutAt === undefined ? {} : { scaledOutAt }),
    ...(scaledInAt === undefined ? {} : { scaledInAt }),
    ...(freezes === undefined ? {} : { freezes }),
  };
}

/** Asked with nothing changed, it must give what is stored: what-ifs of another question would be made up. */
function isFaithful(question: Question): boolean {
  const { to, limits, proposals } = question.decision;
  if (proposals.length !== question.situation.settings.rules.length) return false;
  const again = askAgain(question);
  return (
    again.count === to.count &&
    again.limits.map(({ limit }) => limit).join() === limits.map(({ limit }) => limit).join()
  );
}
