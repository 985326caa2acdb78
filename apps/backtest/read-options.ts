import { parseArgs } from 'node:util';
import { type Instant, instantFromIso } from '../../core/amounts.ts';
import { type Problem, shown } from '../../core/application/problem.ts';
import { type Options, readWords, type Words } from '../cli/read-words.ts';
import { type KpiKind, kpiKinds } from './kpi-kinds.ts';

/** The words after `npm run backtest --`. */
export interface BacktestOptions {
  readonly isHelp: boolean;
  readonly files: readonly string[];
  readonly loads: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly kpi: string | undefined;
  readonly kinds: ReadonlyMap<string, KpiKind>;
  readonly ignored: readonly string[];
  readonly peakInstances: number | undefined;
  readonly bootSeconds: number | undefined;
  readonly delaySeconds: number;
  readonly acknowledgeSeconds: number;
  readonly refusePercent: number;
  readonly seed: number;
  /** What second 0 of `t_seconds` is. */
  readonly start: Instant;
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
  readonly days: number | undefined;
  readonly learnDays: number;
  readonly html: string | undefined;
  readonly isJson: boolean;
}

/** A Saturday, as in the demo: weekdays matter to rules with a calendar. */
const defaultStart = '2026-08-01T00:00:00Z';

/** What `--help` prints. */
export const backtestUsage = `npm run backtest -- FILE [FILE]... --load CSV [--load CSV]... [options]

Plays application files on recorded metrics, in virtual time: the production code reads, decides and plans, and what each file would have cost and
missed is added up, layer by layer, beside what really ran. Needs no AWS account. The same options give the same result.

  --load CSV           recorded metrics; several are joined by time. A header t_seconds,... or time,... (ISO 8601), then one column for each
                       KPI, or one column "load"; <layer>_in_service is what really ran; a column named as an alarm is 1 while it was on
  --kpi NAME           the KPI that the column "load" is
  --kind KPI=KIND      how a KPI depends on the fleet: total (not at all), per-instance (an average), response (by the load model)
  --ignore KPI         leaves out the rules that look at this KPI
  --peak N             the highest load needs N instances of the front layer: scales the load model
  --set name=value     gives a parameter of the files a value

  --boot SECONDS       from launch to ready; else half of each layer's readySeconds
  --delay SECONDS      from the end of a period to its datapoint; else 60
  --acknowledge SECONDS  how long participants take to answer; else 5
  --refuse PERCENT     so many launch calls find no capacity; else 0
  --seed N             what that chance comes from; else 1

  --start TIME         what second 0 of t_seconds is; else ${defaultStart}
  --from TIME, --to TIME, --days N   plays a part of the recording
  --learn-days N       the first N days are played and not scored; else 0
  --html FILE          also writes a report with plots
  --json               ends with the figures as one JSON object on the last line
  --help               prints this

Ends with 0 when everything was played, with 2 when an option or a file is wrong.`;

const options = {
  load: { type: 'string', multiple: true, default: [] },
  kpi: { type: 'string' },
  kind: { type: 'string', multiple: true, default: [] },
  ignore: { type: 'string', multiple: true, default: [] },
  peak: { type: 'string' },
  set: { type: 'string', multiple: true, default: [] },
  boot: { type: 'string' },
  delay: { type: 'string', default: '60' },
  acknowledge: { type: 'string', default: '5' },
  refuse: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  start: { type: 'string', default: defaultStart },
  from: { type: 'string' },
  to: { type: 'string' },
  days: { type: 'string' },
  'learn-days': { type: 'string', default: '0' },
  html: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} satisfies Options;

/** Numbers that options take. */
const ranges = {
  peak: { least: 1, most: 100_000, unit: 'instances' },
  boot: { least: 1, most: 7200, unit: 'seconds' },
  delay: { least: 0, most: 3600, unit: 'seconds' },
  acknowledge: { least: 0, most: 3600, unit: 'seconds' },
  refuse: { least: 0, most: 99, unit: 'percent' },
  seed: { least: 0, most: 1e15, unit: 'whole number' },
  days: { least: 0.01, most: 3660, unit: 'days' },
  'learn-days': { least: 0, most: 3660, unit: 'days' },
} as const;

/** Reads the words; all problems at once, as far as the words can be told apart. */
export function readOptions(words: readonly string[]): BacktestOptions | readonly Problem[] {
  const unknown = unknownOptions(words);
  if (unknown.length > 0) return unknown;
  const parsed = readWords(words, options);
  if ('problem' in parsed) return [parsed.problem];
  const { values, positionals } = parsed;
  const problems = values.help ? [] : checkAll(values, positionals);
  if (problems.length > 0) return problems;
  const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
  const instant = (text: string | undefined): Instant | undefined =>
    text === undefined ? undefined : instantFromIso(text);
  return {
    isHelp: values.help,
    files: positionals,
    loads: values.load,
    parameters: Object.fromEntries(values.set.map(splitPair)),
    kpi: values.kpi,
    kinds: new Map(values.kind.map(splitPair) as [string, KpiKind][]),
    ignored: values.ignore,
    peakInstances: number(values.peak),
    bootSeconds: number(values.boot),
    delaySeconds: Number(values.delay),
    acknowledgeSeconds: Number(values.acknowledge),
    refusePercent: Number(values.refuse),
    seed: Number(values.seed),
    start: instantFromIso(values.start),
    from: instant(values.from),
    to: instant(values.to),
    days: number(values.days),
    learnDays: Number(values['learn-days']),
    html: values.html,
    isJson: values.json,
  };
}

type Values = Words<typeof options>['values'];

function unknownOptions(words: readonly string[]): readonly Problem[] {
  const allowed = Object.keys(options).map((name) => `--${name}`);
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  return tokens.flatMap((token) =>
    token.kind === 'option' && !allowed.includes(token.rawName)
      ? [{ path: token.rawName, found: 'an unknown option', allowed: allowed.join(', ') }]
      : [],
  );
}

function checkAll(values: Values, files: readonly string[]): readonly Problem[] {
  return [
    ...(files.length > 0 ? [] : [{ path: 'FILE', found: 'nothing', allowed: 'one or more application files' }]),
    ...(values.load.length > 0
      ? []
      : [{ path: '--load', found: 'nothing', allowed: 'one or more CSV files of recorded metrics' }]),
    ...values.kind.flatMap((text) => checkKind(text)),
    ...values.set.flatMap((text) =>
      text.includes('=') ? [] : [{ path: '--set', found: shown(text), allowed: 'name=value' }],
    ),
    ...Object.entries(ranges).flatMap(([name, range]) =>
      checkNumber(`--${name}`, values[name as keyof typeof ranges], range),
    ),
    ...(['start', 'from', 'to'] as const).flatMap((name) => checkTime(`--${name}`, values[name])),
  ];
}

/** At the first "=": a value may hold more of them. */
function splitPair(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

function checkKind(text: string): readonly Problem[] {
  const kind = splitPair(text)[1];
  if (text.includes('=') && kpiKinds.some((known) => known === kind)) return [];
  return [{ path: '--kind', found: shown(text), allowed: `KPI=KIND with one of the kinds ${kpiKinds.join(', ')}` }];
}

function checkNumber(
  path: string,
  text: string | undefined,
  { least, most, unit }: { readonly least: number; readonly most: number; readonly unit: string },
): readonly Problem[] {
  if (text === undefined) return [];
  const isWhole = unit !== 'whole number' || /^\d+$/.test(text);
  if (text.trim() !== '' && isWhole && Number(text) >= least && Number(text) <= most) return [];
  return [{ path, found: shown(text), allowed: `${unit}, from ${least} to ${most}` }];
}

function checkTime(path: string, text: string | undefined): readonly Problem[] {
  if (text === undefined || (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)))) return [];
  return [{ path, found: shown(text), allowed: 'an ISO 8601 time such as 2026-11-21T08:00:00Z' }];
}
