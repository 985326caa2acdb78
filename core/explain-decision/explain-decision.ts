import { isoFromInstant } from '../amounts.ts';
import type { Application } from '../application/application-schema.ts';
import type { Decision, LimitName } from '../decision.ts';
import type { Explanation, ExplanationNode } from './explanation.ts';
import { kpiAnswers } from './kpi-answers.ts';
import { askAgain, type Question, questionOf } from './question.ts';
import { recordNodes } from './record-nodes.ts';
import { ruleAnswers, withoutRule } from './rule-answers.ts';
import { answerWords, limitWords } from './words.ts';

/** What is at hand beside the decision's record. */
export interface Beside {
  /** The application file of the version that the decision names: without it, what would have been is not told. */
  readonly application?: Application | undefined;
  /** The hold that began with this decision, when it was counted on. */
  readonly hold?: { readonly times: number; readonly because: string } | undefined;
}

/**
 * Explains a stored decision, also a hold: what woke it, what it read, what each rule proposed, what each limit changed, and what would have had to
 * be different for another answer. The last is found by asking the production rules and limits again with one thing changed; it is
 * computed here, on reading, and never stored.
 */
export function explainDecision(decision: Decision, { application, hold }: Beside = {}): Explanation {
  const question = questionOf(decision, application);
  const others = typeof question === 'string' ? undefined : otherAnswers(question);
  const told =
    others === undefined
      ? { label: 'for another answer', detail: `cannot be told: ${String(question)}` }
      : { label: 'for another answer', children: others.nodes };
  const withoutLimit = typeof question === 'string' ? undefined : (limit: LimitName) => without(question, limit);
  return {
    because: decision.because,
    otherAnswers: others?.nearest ?? [],
    tree: {
      label: headlineOf(decision),
      detail: isoFromInstant(decision.at),
      children: [...recordNodes(decision, { hold, withoutLimit }), told],
    },
  };
}

function headlineOf({ layer, from, to, outcome }: Decision): string {
  if (outcome === 'hold') return `Hold ${layer} at ${to.count}`;
  return `Scale ${outcome} ${layer} ${from.count} → ${to.count}`;
}

interface OtherAnswers {
  /** Sentences of the rules that decided, and of the limits. */
  readonly nearest: readonly string[];
  readonly nodes: readonly ExplanationNode[];
}

function otherAnswers(question: Question): OtherAnswers {
  const { decision, situation } = question;
  const { wish } = askAgain(question);
  const decider = (wish.keptBy ?? wish.wantedBy)?.rule;
  const nearest: string[] = [];
  const nodes: ExplanationNode[] = [];
  const deciderKpi = situation.settings.rules.flatMap((rule) =>
    rule.name === decider && 'kpi' in rule ? rule.kpi : [],
  );
  const note = (label: string, sentences: readonly string[], isNear: boolean): void => {
    if (sentences.length === 0) return;
    nodes.push({ label, children: sentences.map((sentence) => ({ label: sentence })) });
    if (isNear) nearest.push(...sentences);
  };
  const kpis = [...new Set(situation.settings.rules.flatMap((rule) => ('kpi' in rule ? rule.kpi : [])))];
  const isOpen = decider === undefined;
  for (const kpi of kpis) note(kpi, kpiAnswers(question, kpi).sentences, isOpen || deciderKpi.includes(kpi));
  for (const rule of situation.settings.rules) {
    const alone = rule.name === decider ? withoutRule(question, rule.name) : undefined;
    const sentences = [...ruleAnswers(question, rule), ...(alone === undefined ? [] : [alone])];
    note(`"${rule.name}"`, sentences, isOpen || rule.name === decider);
  }
  const limits = decision.limits.map(({ limit }) => sayWithout(question, limit));
  note('limits', limits, true);
  return { nearest, nodes };
}

function without(question: Question, limit: LimitName): number {
  return askAgain(question, { withoutLimits: new Set([limit]) }).count;
}

function sayWithout(question: Question, limit: LimitName): string {
  const { count, limits } = askAgain(question, { withoutLimits: new Set([limit]) });
  const given = question.decision.to.count;
  if (count !== given) return `${answerWords(count, question.decision)} without ${limitWords[limit]}.`;
  const next = limits.find((other) => !question.decision.limits.some((applied) => applied.limit === other.limit));
  return `Still ${given} without ${limitWords[limit]}${next === undefined ? '' : `: ${next.because}`}.`;
}
