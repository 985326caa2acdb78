import { baselines } from './autoscalers.ts';
import { ranking } from './compare.ts';
import type { Row } from './sweep.ts';

const names = new Set(baselines.map(({ name }) => name));

/** The rows of one world, as lines of text: ours for each risk asked for, and the best baselines at the risk that ours reached. */
export function table(rows: readonly Row[]): string[] {
  const others = rows.filter((row) => names.has(row.autoscaler));
  const [first] = rows;
  if (first === undefined) return [];
  const optimal = rows.find((row) => row.autoscaler === 'clairvoyant')?.billedInstanceHours ?? 0;
  const lines = [
    `${first.trace}, peak ${first.peakInstances}, boot ${first.bootSeconds} s, metrics ${first.delaySeconds} s late: the clairvoyant optimum bills ${optimal.toFixed(1)} instance-hours`,
  ];
  for (const row of rows.filter(({ autoscaler }) => autoscaler === 'concertina')) lines.push(...ownLines(row, others));
  return lines;
}

function ownLines(row: Row, others: readonly Row[]): string[] {
  const standings = ranking(others, row.tauUPercent);
  const reached = standings.filter(({ ratioToClairvoyant }) => ratioToClairvoyant !== undefined);
  const unreached = standings.length - reached.length;
  const shown = reached.slice(0, 3).map(({ autoscaler, ratioToClairvoyant, actions }) => {
    const ratio = ratioToClairvoyant ?? 0;
    const more = (100 * (ratio - row.ratioToClairvoyant)) / ratio;
    return `${autoscaler} ${ratio.toFixed(3)} (ours ${more >= 0 ? '-' : '+'}${Math.abs(more).toFixed(1)} %, ${(actions ?? 0).toFixed(0)} actions)`;
  });
  const own = `  asked ${row.setting} %: short ${row.tauUPercent.toFixed(3)} %, cost ${row.ratioToClairvoyant.toFixed(3)}, theta_U ${row.thetaUPercent.toFixed(3)} %, theta_O ${row.thetaOPercent.toFixed(1)} %, ${row.actions} actions`;
  const never = unreached > 0 ? `; ${unreached} never so low a risk` : '';
  return [own, `    at that risk: ${shown.length > 0 ? shown.join(', ') : 'no baseline'}${never}`];
}
