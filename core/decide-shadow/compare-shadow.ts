import { type Instant, isAtOrAfter, isBefore, secondsBetween } from '../amounts.ts';
import type { Decision } from '../decision.ts';
import type { ShadowRisk } from '../shadow.ts';

/** What is compared: decisions of one layer that ended holds, oldest first, and where both stand at the end. */
export interface ShadowStory {
  readonly layer: string;
  readonly from: Instant;
  readonly until: Instant;
  readonly live: readonly Decision[];
  readonly shadow: readonly Decision[];
  /** What stands when no decision of the time says it. */
  readonly standing: { readonly live: Standing; readonly shadow: Standing };
  readonly risk: ShadowRisk | undefined;
}

/** A count and what it costs an hour. */
export interface Standing {
  readonly count: number;
  readonly hourlyUsd: number;
}

/** One rule set over the time compared. */
export interface RuleSetFigures {
  readonly decisionsOut: number;
  readonly decisionsIn: number;
  /** Of what was desired, from decision to decision. */
  readonly instanceHours: number;
  readonly usd: number;
  /** Share of the time of known demand in which fewer served than it needed; undefined when no rule says what an instance carries. */
  readonly shortPercent: number | undefined;
}

/** A stretch in which both wanted another count, with the newest decision of each. */
export interface Disagreement {
  readonly from: Instant;
  readonly until: Instant;
  readonly liveCount: number;
  readonly shadowCount: number;
  readonly liveBecause: string | undefined;
  readonly shadowBecause: string | undefined;
}

/** Live rules and shadow rules of one layer side by side. */
export interface ShadowComparison {
  readonly layer: string;
  readonly from: Instant;
  readonly until: Instant;
  /** Share of the time in which both desired the same count. */
  readonly agreementPercent: number;
  readonly live: RuleSetFigures;
  readonly shadow: RuleSetFigures;
  /** Hours of known demand, on which the risk rests. */
  readonly knownHours: number;
  /** How many stretches of disagreement there are, and the largest of them by instances times time, at most twenty. */
  readonly disagreementCount: number;
  readonly disagreements: readonly Disagreement[];
  /** Of the application file, as the decisions name it. */
  readonly fileVersions: readonly number[];
}

/** Compares what was decided. Counts hold from one decision to the next; before the first, what it started from. */
export function compareShadow(story: ShadowStory): ShadowComparison {
  const { layer, from, until, live, shadow, standing } = story;
  const spans = spansOf(story);
  const total = secondsBetween(from, until);
  const agreed = spans
    .filter((span) => span.live.count === span.shadow.count)
    .reduce((sum, { seconds }) => sum + seconds, 0);
  const risk = riskOf(story);
  return {
    layer,
    from,
    until,
    agreementPercent: total > 0 ? (100 * agreed) / total : standing.live.count === standing.shadow.count ? 100 : 0,
    live: {
      ...figuresOf(
        live,
        spans.map((span) => ({ ...span.live, seconds: span.seconds })),
      ),
      shortPercent: risk.live,
    },
    shadow: {
      ...figuresOf(
        shadow,
        spans.map((span) => ({ ...span.shadow, seconds: span.seconds })),
      ),
      shortPercent: risk.shadow,
    },
    knownHours: risk.knownHours,
    disagreementCount: spans.filter(isDisagreement).length,
    disagreements: disagreementsOf(spans),
    fileVersions: [...new Set([...live, ...shadow].map(({ fileVersion }) => fileVersion))].toSorted((a, b) => a - b),
  };
}

interface Side extends Standing {
  readonly because: string | undefined;
}

interface Span {
  readonly from: Instant;
  readonly until: Instant;
  readonly seconds: number;
  readonly live: Side;
  readonly shadow: Side;
}

/** The time cut wherever either decides. */
function spansOf({ from, until, live, shadow, standing }: ShadowStory): readonly Span[] {
  const cuts = [...live, ...shadow].map(({ at }) => at).filter((at) => isBefore(from, at) && isBefore(at, until));
  const edges = [...new Set([from, ...cuts, until])].toSorted((a, b) => a - b);
  const [liveSides, shadowSides] = [sidesOf(live, standing.live), sidesOf(shadow, standing.shadow)];
  return edges.slice(0, -1).map((start, index) => {
    const end = edges[index + 1] ?? until;
    return {
      from: start,
      until: end,
      seconds: secondsBetween(start, end),
      live: liveSides(start),
      shadow: shadowSides(start),
    };
  });
}

/** Asked for rising instants only. */
function sidesOf(decisions: readonly Decision[], standing: Standing): (at: Instant) => Side {
  const [first] = decisions;
  let next = 0;
  let side: Side =
    first === undefined
      ? { ...standing, because: undefined }
      : { count: first.from.count, hourlyUsd: first.hourlyUsdBefore, because: undefined };
  return (at) => {
    for (
      let decision = decisions[next];
      decision !== undefined && isAtOrAfter(at, decision.at);
      decision = decisions[next]
    ) {
      side = { count: decision.to.count, hourlyUsd: decision.hourlyUsdAfter, because: decision.because };
      next += 1;
    }
    return side;
  };
}

function figuresOf(
  decisions: readonly Decision[],
  spans: readonly (Standing & { readonly seconds: number })[],
): Omit<RuleSetFigures, 'shortPercent'> {
  const hours = (of: (span: Standing) => number): number =>
    spans.reduce((sum, span) => sum + of(span) * span.seconds, 0) / 3600;
  return {
    decisionsOut: decisions.filter(({ outcome }) => outcome === 'out').length,
    decisionsIn: decisions.filter(({ outcome }) => outcome === 'in').length,
    instanceHours: hours(({ count }) => count),
    usd: hours(({ hourlyUsd }) => hourlyUsd),
  };
}

/** Hours that began within the time. */
function riskOf({ risk, from, until }: ShadowStory): {
  readonly live: number | undefined;
  readonly shadow: number | undefined;
  readonly knownHours: number;
} {
  const hours = (risk?.hours ?? []).filter((hour) => isAtOrAfter(hour.from, from) && isBefore(hour.from, until));
  const known = hours.reduce((sum, { knownSeconds }) => sum + knownSeconds, 0);
  if (known === 0) return { live: undefined, shadow: undefined, knownHours: 0 };
  const share = (of: 'liveShortSeconds' | 'shadowShortSeconds'): number =>
    (100 * hours.reduce((sum, hour) => sum + hour[of], 0)) / known;
  return { live: share('liveShortSeconds'), shadow: share('shadowShortSeconds'), knownHours: known / 3600 };
}

const MOST_DISAGREEMENTS = 20;

function isDisagreement({ live, shadow }: Span): boolean {
  return live.count !== shadow.count;
}

function disagreementsOf(spans: readonly Span[]): readonly Disagreement[] {
  const weightOf = ({ live, shadow, seconds }: Span): number => Math.abs(live.count - shadow.count) * seconds;
  return spans
    .filter(isDisagreement)
    .toSorted((a, b) => weightOf(b) - weightOf(a))
    .slice(0, MOST_DISAGREEMENTS)
    .map(({ from, until, live, shadow }) => ({
      from,
      until,
      liveCount: live.count,
      shadowCount: shadow.count,
      liveBecause: live.because,
      shadowBecause: shadow.because,
    }));
}
