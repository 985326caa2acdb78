import type { Ports } from '../../adapters/ports.ts';
import { addSeconds } from '../../core/amounts.ts';
import { didYouMean } from '../../core/application/nearest.ts';
import { oneOfNames, type Problem, sayProblem, shown } from '../../core/application/problem.ts';
import { compareShadow, type ShadowComparison } from '../../core/decide-shadow/compare-shadow.ts';
import type { Stored } from '../../core/stored.ts';
import { type CliWorld, type ExitCode, sayError } from './cli-world.ts';
import { readShadowStory, shadowedLayers } from './read-shadow-story.ts';
import { sayComparison } from './say-shadow.ts';
import { readShadowArguments, type ShadowArguments, shadowUsage } from './shadow-arguments.ts';
import { readTableName } from './table-name.ts';

/** `npm run shadow`: see `shadowUsage`. Never throws. */
export async function shadowCommand(words: readonly string[], world: CliWorld): Promise<ExitCode> {
  const read = readShadowArguments(words);
  if (!('isHelp' in read)) return refuse(read, world);
  if (read.isHelp) {
    world.print(shadowUsage);
    return 0;
  }
  const tableName = readTableName(read.table, world);
  if (typeof tableName !== 'string') return refuse([tableName], world);
  try {
    return await compare(read, world, world.openPorts(tableName));
  } catch (error) {
    world.printError(`${read.application}: the table ${tableName} could not be read: ${sayError(error)}`);
    return 1;
  }
}

async function compare(
  read: ShadowArguments,
  world: CliWorld,
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
): Promise<ExitCode> {
  const stored = await table.load(read.application);
  if (stored.file === undefined) {
    const names = await table.applications();
    const allowed = oneOfNames('applications', names);
    return refuse(
      [{ path: 'APPLICATION', found: shown(read.application), allowed, ...didYouMean(read.application, names) }],
      world,
    );
  }
  const layers = layersOf(read, stored);
  if (typeof layers === 'object' && 'path' in layers) return refuse([layers], world);
  const until = clock.now();
  const comparisons: ShadowComparison[] = [];
  for (const layer of layers) {
    const story = await readShadowStory(table, stored, { layer, from: addSeconds(until, -read.hours * 3600), until });
    if (story !== undefined) comparisons.push(compareShadow(story));
  }
  if (read.isJson) for (const comparison of comparisons) world.print(JSON.stringify(comparison));
  else world.print(comparisons.map(sayComparison).join('\n\n'));
  return 0;
}

function layersOf({ layer, application }: ShadowArguments, stored: Stored): readonly string[] | Problem {
  const layers = shadowedLayers(stored);
  if (layer !== undefined) {
    if (layers.includes(layer)) return [layer];
    const allowed = oneOfNames('layers whose shadow rules have decided', layers);
    return { path: '--layer', found: shown(layer), allowed, ...didYouMean(layer, layers) };
  }
  if (layers.length > 0) return layers;
  const allowed = 'an application with a layer whose "shadow" has decided at least once';
  return { path: 'APPLICATION', found: shown(application), allowed };
}

function refuse(problems: readonly Problem[], world: CliWorld): ExitCode {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  world.printError([`shadow: ${count}`, ...problems.map(sayProblem)].join('\n\n'));
  return 2;
}
