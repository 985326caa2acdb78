import { addSeconds, type Instant, isAtOrAfter, isoFromInstant } from '../../core/amounts.ts';
import { type Problem, sayProblem, shown } from '../../core/application/problem.ts';
import { explainDecision } from '../../core/explain-decision/explain-decision.ts';
import { type Explanation, shortText, treeText } from '../../core/explain-decision/explanation.ts';
import type { DecisionRecord, FileRecord, ScalingRecord } from '../../core/records.ts';
import { type CliWorld, type ExitCode, sayError } from './cli-world.ts';
import { type ExplainArguments, explainUsage, readExplainArguments, sinceOf } from './read-explain-arguments.ts';
import { type ExplainTable, recordedTable } from './recorded-table.ts';

/** As many as one query of decisions gives. */
const MOST_DECISIONS = 1000;

/** `npm run explain`: see `explainUsage`. Never throws. */
export async function explainCommand(words: readonly string[], world: CliWorld): Promise<ExitCode> {
  const read = readExplainArguments(words);
  if (!('isHelp' in read)) return refuse(read, world);
  if (read.isHelp) {
    world.print(explainUsage);
    return 0;
  }
  const opened = openTable(read, world);
  if ('path' in opened) return refuse([opened], world);
  try {
    return await explainAll(opened, read, world);
  } catch (error) {
    world.printError(`explain: the decisions of ${read.application} could not be read: ${sayError(error)}`);
    return 1;
  }
}

interface Opened {
  readonly table: ExplainTable;
  /** Undefined for a file: its newest decision is its now. */
  readonly now: Instant | undefined;
}

function openTable({ file, table }: ExplainArguments, world: CliWorld): Opened | Problem {
  if (file !== undefined) {
    try {
      return { table: recordedTable(world.readFile(file)), now: undefined };
    } catch (error) {
      return { path: '--file', found: shown(file), allowed: 'a file of decisions', message: sayError(error) };
    }
  }
  const name = table ?? world.environment['CONCERTINA_TABLE'] ?? '';
  if (name === '') {
    const allowed = 'the name of the table, here or in the environment variable CONCERTINA_TABLE; or --file';
    return { path: '--table', found: 'nothing', allowed };
  }
  const ports = world.openPorts(name);
  return { table: ports.table, now: ports.clock.now() };
}

async function explainAll({ table, now }: Opened, read: ExplainArguments, world: CliWorld): Promise<ExitCode> {
  const { application, layer } = read;
  const names = await table.applications();
  if (!names.includes(application)) {
    return refuse([{ path: 'APPLICATION', found: shown(application), allowed: allowedNames(names) }], world);
  }
  const stored = await table.load(application);
  const { file } = stored;
  const held = read.of === 'live' ? stored.scaling : stored.shadows;
  const layers = layer === undefined ? layersOf(file, held) : [layer];
  const found = await Promise.all(
    layers.map((name) => decisionsOf(table, { application, layer: name, span: read.span, of: read.of, now })),
  );
  const records = found.flat().toSorted((a, b) => a.decision.at - b.decision.at);
  if (records.length === 0) {
    const allowed =
      layer === undefined
        ? 'a time with decisions'
        : `a time with decisions, and one of the layers ${layersOf(file, held).join(', ')}`;
    const what = read.of === 'live' ? 'no decision' : 'no decision of shadow rules';
    return refuse([{ path: [application, layer].filter(Boolean).join(' '), found: what, allowed }], world);
  }
  const fileOf = filesOf(table, application, file);
  for (const record of records) {
    const applied = await fileOf(record.decision.fileVersion);
    const standing = held.get(record.decision.layer)?.hold;
    const hold = standing?.since === record.decision.at ? standing : undefined;
    const explanation = explainDecision(record.decision, { application: applied?.file, hold });
    world.print(rendered(record, explanation, { form: read.form, hold }));
  }
  return 0;
}

function layersOf(file: FileRecord | undefined, held: ReadonlyMap<string, unknown>): readonly string[] {
  return [...new Set([...Object.keys(file?.file.layers ?? {}), ...held.keys()])];
}

function allowedNames(names: readonly string[]): string {
  return names.length === 0 ? 'an application (there are none)' : `one of ${names.join(', ')}`;
}

async function decisionsOf(
  table: ExplainTable,
  asked: Pick<ExplainArguments, 'application' | 'span' | 'of'> & {
    readonly layer: string;
    readonly now: Instant | undefined;
  },
): Promise<readonly DecisionRecord[]> {
  const { application, layer, span, of } = asked;
  if ('last' in span) return table.decisions(application, { layer, of, limit: span.last });
  if ('at' in span) {
    return table.decisions(application, { layer, of, limit: 1, before: addSeconds(span.at, 0.001) });
  }
  const newest = await table.decisions(application, { layer, of, limit: MOST_DECISIONS });
  const now = asked.now ?? newest[0]?.decision.at;
  if (now === undefined) return [];
  const since = sinceOf(span.since, now);
  return newest.filter(({ decision }) => isAtOrAfter(decision.at, since));
}

/** Each version is read once. */
function filesOf(table: ExplainTable, application: string, newest: FileRecord | undefined) {
  const known = new Map<number, Promise<FileRecord | undefined>>();
  return (version: number): Promise<FileRecord | undefined> => {
    if (newest?.version === version) return Promise.resolve(newest);
    const found = known.get(version) ?? table.file(application, version);
    known.set(version, found);
    return found;
  };
}

function rendered(
  { application, decision }: DecisionRecord,
  explanation: Explanation,
  { form, hold }: { readonly form: ExplainArguments['form']; readonly hold: ScalingRecord['hold'] },
): string {
  if (form === 'json') return JSON.stringify({ application, decision, hold, explanation });
  if (form === 'tree') return `${treeText(explanation.tree)}\n`;
  const held = hold === undefined || hold.times < 2 ? '' : `, and the same ${hold.times - 1} times more`;
  return `${isoFromInstant(decision.at)}${held}\n${shortText(explanation)}\n`;
}

function refuse(problems: readonly Problem[], world: CliWorld): ExitCode {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  world.printError([`explain: ${count}`, ...problems.map(sayProblem)].join('\n\n'));
  return 2;
}
