import { type Instant, instantFromIso } from '../../core/amounts.ts';
import { type Problem, shown } from '../../core/application/problem.ts';
import { readWords } from '../cli/read-words.ts';
import { longestDays } from './plan-recording.ts';

/** The words after `npm run record --`. */
export interface RecordOptions {
  readonly isHelp: boolean;
  readonly file: string;
  readonly days: number;
  readonly out: string;
  readonly end: Instant | undefined;
}

/** What `--help` prints. */
export const recordUsage = `npm run record -- FILE --days N --out CSV [--end TIME]

Reads from CloudWatch what the rules of an application file look at, and how many instances of each layer were in service, into a CSV file for
npm run backtest. Asks the same queries as the application does. Region and credentials come from where the AWS SDK looks for them; the only right that it
needs is cloudwatch:GetMetricData. Says what that costs before it asks.

  --days N     how far back, at most ${longestDays}; one-minute values are kept for 15 days, five-minute values for 63, hourly ones for 455
  --out CSV    the file to write
  --end TIME   until when, ISO 8601; else now

Exit status: 0 written, 1 AWS failed, 2 the file or the command is wrong.`;

const options = {
  days: { type: 'string' },
  out: { type: 'string' },
  end: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the words, all problems at once. */
export function readRecordOptions(words: readonly string[]): RecordOptions | readonly Problem[] {
  const parsed = readWords(words, options);
  if ('problem' in parsed) return [parsed.problem];
  const { values, positionals } = parsed;
  const { days = '', out = '', end } = values;
  const problems = values.help
    ? []
    : [...checkFile(positionals), ...checkDays(days), ...checkOut(out), ...checkEnd(end)];
  if (problems.length > 0) return problems;
  const [file = ''] = positionals;
  return {
    isHelp: values.help,
    file,
    days: Number(days),
    out,
    end: end === undefined ? undefined : instantFromIso(end),
  };
}

function checkFile(files: readonly string[]): readonly Problem[] {
  if (files.length === 1) return [];
  return [{ path: 'FILE', found: files.length === 0 ? 'nothing' : files.join(' '), allowed: 'one application file' }];
}

function checkDays(days: string): readonly Problem[] {
  if (Number(days) > 0 && Number(days) <= longestDays) return [];
  return [{ path: '--days', found: shown(days), allowed: `a number above 0, at most ${longestDays}` }];
}

function checkOut(out: string): readonly Problem[] {
  return out === '' ? [{ path: '--out', found: 'nothing', allowed: 'the CSV file to write' }] : [];
}

function checkEnd(end: string | undefined): readonly Problem[] {
  if (end === undefined || (/^\d{4}-\d{2}-\d{2}/.test(end) && !Number.isNaN(Date.parse(end)))) return [];
  return [{ path: '--end', found: shown(end), allowed: 'an ISO 8601 time such as 2026-11-21T08:00:00Z' }];
}
