import type { ProgressOutput } from '../demo/report-progress.ts';
import type { BacktestProgress } from './backtest.ts';

const barWidth = 24;
const millisBetween = 120;
/** Elsewhere than on a terminal: a line for each quarter. */
const sparseParts = 4;

/** Shows how far a back-test is: one line that is drawn again on a terminal, four lines anywhere else. */
export function showProgress(output: ProgressOutput): (progress: BacktestProgress) => void {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let part = 0;
  return ({ file, doneRatio }) => {
    const percent = `${Math.floor(100 * doneRatio)} %`.padStart(5);
    if (!output.isTerminal) {
      const now = Math.floor(doneRatio * sparseParts);
      if (now > part) output.write(`${percent}  ${file}\n`);
      part = now;
      return;
    }
    if (output.millis() - drawnAt < millisBetween) return;
    drawnAt = output.millis();
    const done = Math.round(doneRatio * barWidth);
    const bar = `${output.paint.capacity('━'.repeat(done))}${output.paint.faint('━'.repeat(barWidth - done))}`;
    output.write(`\r\u001b[K${bar} ${percent}  ${file}`);
  };
}
