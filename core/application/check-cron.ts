import { Cron } from 'croner';
import type { DraftRule } from './draft.ts';
import { didYouMean } from './nearest.ts';
import { type Path, type Problem, pathText, shown } from './problem.ts';

/** A fixed day to look for the first window from: the answer must not depend on when the file is read. */
const lookFrom = new Date('2024-01-01T00:00:00Z');

/** A cron rule: the time zone exists, the expression can be read, and its moment ever comes (30 February never does). */
export function checkCron({ cron, timeZone }: Pick<DraftRule, 'cron' | 'timeZone'>, path: Path): readonly Problem[] {
  return cron === undefined ? [] : [...checkExpression(cron, path), ...checkTimeZone(timeZone, path)];
}

function checkExpression(cron: string, path: Path): readonly Problem[] {
  const message = whatIsWrong(cron);
  if (message === undefined) return [];
  const allowed = 'a cron expression of five fields: minute, hour, day of month, month, day of week';
  return [{ path: pathText([...path, 'cron']), found: shown(cron), allowed, message }];
}

function whatIsWrong(expression: string): string | undefined {
  try {
    const first = new Cron(expression, { mode: '5-part', timezone: 'UTC' }).nextRun(lookFrom);
    return first === null ? 'no date fits it' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}

function checkTimeZone(timeZone: string | undefined, path: Path): readonly Problem[] {
  if (timeZone === undefined || isTimeZone(timeZone)) return [];
  const near = didYouMean(timeZone, Intl.supportedValuesOf('timeZone'));
  const allowed = 'an IANA time zone such as Europe/Zurich';
  return [{ path: pathText([...path, 'timeZone']), found: shown(timeZone), allowed, ...near }];
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
