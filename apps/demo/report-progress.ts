import { addSeconds } from '../../core/amounts.ts';
import { traceStart } from '../local/world.ts';
import type { Paint } from './paint.ts';
import type { Progress } from './play.ts';
import { momentLabel } from './time-axis.ts';

/** Where progress goes. */
export interface ProgressOutput {
  readonly isTerminal: boolean;
  /** Without a line feed. */
  readonly write: (text: string) => void;
  readonly paint: Paint;
  /** Real milliseconds, for not drawing too often. */
  readonly millis: () => number;
}

const barWidth = 24;
const millisBetween = 120;
/** Elsewhere than on a terminal: a line for each tenth. */
const sparseParts = 10;

/** Shows how far a run is: one line that is drawn again on a terminal, ten lines anywhere else. Call the answer for each minute. */
export function reportProgress(output: ProgressOutput): (progress: Progress) => void {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let part = 0;
  return (progress) => {
    if (!output.isTerminal) {
      const now = Math.floor(progress.doneRatio * sparseParts);
      if (now > part) output.write(`${lineOf(progress)}\n`);
      part = now;
      return;
    }
    if (output.millis() - drawnAt < millisBetween) return;
    drawnAt = output.millis();
    const done = Math.round(progress.doneRatio * barWidth);
    const bar = `${output.paint.capacity('━'.repeat(done))}${output.paint.faint('━'.repeat(barWidth - done))}`;
    output.write(`\r\u001b[K${bar} ${lineOf(progress)}`);
  };
}

/** Takes the line away again. */
export function clearProgress({ isTerminal, write }: ProgressOutput): void {
  if (isTerminal) write('\r\u001b[K');
}

function lineOf({ doneRatio, world }: Progress): string {
  const percent = `${Math.floor(100 * doneRatio)} %`.padStart(5);
  const moment = momentLabel(addSeconds(world.clock.now(), 0)).padEnd(16);
  const load = world.load.requestsPerSecond((world.clock.now() - traceStart) / 1000);
  const layers = world.load.layers.slice(0, 4).map(({ layer }) => `${layer} ${world.serving.count(layer)}`);
  return `${percent}  ${moment}  ${load.toFixed(0).padStart(5)} requests/s  ${layers.join('  ')}`;
}
