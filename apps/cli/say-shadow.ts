import { isoFromInstant, secondsBetween } from '../../core/amounts.ts';
import type { Disagreement, RuleSetFigures, ShadowComparison } from '../../core/decide-shadow/compare-shadow.ts';

const mostDisagreements = 5;

/** A comparison as a person reads it. */
export function sayComparison(comparison: ShadowComparison): string {
  const { layer, from, until, agreementPercent, live, shadow, knownHours, fileVersions } = comparison;
  const { disagreements, disagreementCount } = comparison;
  const hours = secondsBetween(from, until) / 3600;
  const rows = [
    ['', 'live', 'shadow', 'shadow − live'],
    row('decisions out', live, shadow, ({ decisionsOut }) => decisionsOut, 0),
    row('decisions in', live, shadow, ({ decisionsIn }) => decisionsIn, 0),
    row('instance-hours', live, shadow, ({ instanceHours }) => instanceHours, 1),
    row('cost, USD', live, shadow, ({ usd }) => usd, 2),
    row('time short, %', live, shadow, ({ shortPercent }) => shortPercent, 2),
  ];
  const [first, last = first] = [fileVersions.at(0), fileVersions.at(-1)];
  return [
    `${layer}: ${hours.toFixed(1)} hours, ${isoFromInstant(from)} to ${isoFromInstant(until)}`,
    `  both wanted the same count in ${agreementPercent.toFixed(1)} % of the time`,
    '',
    ...tableLines(rows),
    '',
    `  ${sayKnown(live, knownHours)}`,
    ...(first === last ? [] : [`  The file was applied meanwhile: versions ${first} to ${last} decided.`]),
    ...sayDisagreements(disagreements, disagreementCount),
  ].join('\n');
}

/** The same in one line. */
export function sayComparisonShortly({ layer, agreementPercent, live, shadow }: ShadowComparison): string {
  const cost = `${shadow.instanceHours.toFixed(0)} h ($${shadow.usd.toFixed(2)}) against ${live.instanceHours.toFixed(0)} h ($${live.usd.toFixed(2)})`;
  const short =
    live.shortPercent === undefined || shadow.shortPercent === undefined
      ? ', time short unknown'
      : `, short ${shadow.shortPercent.toFixed(2)} % of the time against ${live.shortPercent.toFixed(2)} %`;
  const moves = `${shadow.decisionsOut} out and ${shadow.decisionsIn} in against ${live.decisionsOut} and ${live.decisionsIn}`;
  return `${layer} wanted the live count ${agreementPercent.toFixed(1)} % of the time; ${cost}, ${moves}${short}`;
}

function row(
  title: string,
  live: RuleSetFigures,
  shadow: RuleSetFigures,
  of: (figures: RuleSetFigures) => number | undefined,
  digits: number,
): readonly string[] {
  const [a, b] = [of(live), of(shadow)];
  if (a === undefined || b === undefined) return [title, 'unknown', 'unknown', ''];
  const difference = b - a;
  return [title, a.toFixed(digits), b.toFixed(digits), `${difference > 0 ? '+' : ''}${difference.toFixed(digits)}`];
}

function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return rows.map((cells) =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   ')}`.trimEnd(),
  );
}

function sayKnown({ shortPercent }: RuleSetFigures, knownHours: number): string {
  return shortPercent === undefined
    ? 'Time short is unknown: no rule with "perCapacityUnit" says what an instance carries, or its KPI had no data.'
    : `Time short: of ${knownHours.toFixed(1)} hours of measured demand, by what an instance carries; the shadow's instances serve after the usual boot.`;
}

function sayDisagreements(disagreements: readonly Disagreement[], count: number): readonly string[] {
  if (count === 0) return ['  They never differed.'];
  const title = `  ${Math.min(mostDisagreements, disagreements.length)} of ${count} disagreements, the largest first:`;
  const told = disagreements.slice(0, mostDisagreements).flatMap((disagreement) => {
    const { from, until, liveCount, shadowCount, liveBecause, shadowBecause } = disagreement;
    const minutes = (secondsBetween(from, until) / 60).toFixed(0);
    return [
      `  ${isoFromInstant(from)}, ${minutes} min: live ${liveCount}, shadow ${shadowCount}`,
      `    live    ${liveBecause ?? 'as before the time compared'}`,
      `    shadow  ${shadowBecause ?? 'as before the time compared'}`,
    ];
  });
  return ['', title, ...told];
}
