import { baselines } from './autoscalers.ts';
import { ranking } from './compare.ts';
import type { Row } from './sweep.ts';

const names = new Set(baselines.map(({ name }) => name));

/** All worlds on one screen: a line each and asked-for risk, and who came closest or before ours at the risk that ours reached. */
export function summary(rows: readonly Row[]): string[] {
  const own = rows.filter(({ autoscaler }) => autoscaler === 'concertina');
  const lines = own.map((row) => {
    const [best] = ranking(
      rows.filter((other) => names.has(other.autoscaler) && isSameWorld(other, row)),
      row.tauUPercent,
    );
    const world = `${row.trace.padEnd(26)} ${cell(row.peakInstances, 0, 5)} ${cell(row.bootSeconds, 0, 5)}`;
    const reached = `${cell(row.setting, 1, 6)} ${cell(row.tauUPercent, 3, 8)} ${cell(row.ratioToClairvoyant, 3, 8)}`;
    return `${world} ${reached}  ${against(row, best)}`;
  });
  return [
    'trace                       peak  boot  asked  reached  ÷ optimum  best baseline at the risk reached',
    ...lines,
  ];
}

function against(row: Row, best: ReturnType<typeof ranking>[number] | undefined): string {
  if (best?.ratioToClairvoyant === undefined) return 'none reaches it';
  const percent = 100 * (row.ratioToClairvoyant / best.ratioToClairvoyant - 1);
  return `${best.ratioToClairvoyant.toFixed(3)} ${best.autoscaler} (ours ${percent > 0 ? '+' : ''}${percent.toFixed(1)} %)`;
}

function isSameWorld(a: Row, b: Row): boolean {
  return a.trace === b.trace && a.peakInstances === b.peakInstances && a.bootSeconds === b.bootSeconds;
}

function cell(value: number, digits: number, width: number): string {
  return value.toFixed(digits).padStart(width);
}
