import { isoFromInstant, secondsBetween } from '../../core/amounts.ts';
import type { Problem } from '../../core/application/problem.ts';
import type { BacktestRequest } from './backtest.ts';
import { loadColumn } from './choose-sources.ts';

/** Shortest recording that says anything. */
const leastSeconds = 600;

/** What is wrong with the recording or the conditions, whatever the files say. */
export function checkRecording(request: BacktestRequest): readonly Problem[] {
  const { recording, learnDays = 0 } = request;
  const seconds = secondsBetween(recording.start, recording.end);
  const columns = [...recording.columns.values()];
  if (seconds < leastSeconds) {
    const times = `${isoFromInstant(recording.start)} to ${isoFromInstant(recording.end)}`;
    const message = 'it covers what all columns cover';
    return [
      { path: '--load', found: `${Math.max(0, seconds)} s, ${times}`, allowed: `${leastSeconds} s or more`, message },
    ];
  }
  const negative = columns.filter(({ name, values }) => isCount(name) && values.some((value) => value < 0));
  const tooLong = learnDays * 86_400 >= seconds;
  return [
    ...negative.map(({ name, values }) => ({
      path: `column ${name}`,
      found: String(values.find((value) => value < 0)),
      allowed: '0 or more',
    })),
    ...(tooLong
      ? [
          {
            path: '--learn-days',
            found: String(learnDays),
            allowed: `less than the ${seconds / 86_400} days that are played`,
          },
        ]
      : []),
    ...checkBoot(request),
  ];
}

function isCount(name: string): boolean {
  return name === loadColumn || name.endsWith('_in_service');
}

/** A machine that is not ready in time is replaced, for ever. */
function checkBoot({ files, bootSeconds }: BacktestRequest): readonly Problem[] {
  if (bootSeconds === undefined) return [];
  return files.flatMap(({ name, application }) =>
    Object.entries(application.layers).flatMap(([layer, { readySeconds }]) =>
      bootSeconds < readySeconds
        ? []
        : [
            {
              path: '--boot',
              found: String(bootSeconds),
              allowed: `below ${readySeconds}, the readySeconds of ${layer} in ${name}`,
              message: 'a machine that is not ready by then is replaced',
            },
          ],
    ),
  );
}
