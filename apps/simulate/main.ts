import { parseArgs } from 'node:util';
import { runWorkers } from './run-workers.ts';
import { type BrokenPromise, scenarioOf } from './simulate-seeds.ts';

const usage = `npm run simulate -- [--seeds N] [--seed S] [--json]

  --seeds N   how many worlds to play (1000; 1 with --seed)
  --seed S    the first seed (1); alone it repeats one world and prints what it is made of
  --json      the last line is one JSON object: seeds, steps, violations, seconds; and averages of a world: stepsOfWorld, layersOfWorld,
              instancesOfWorld (machines at once, when it has most); and fullWorldsPercent, those of three layers, 20 instances and 400 steps
              or more

A step is one run of a stage of the product: something was delivered to it (an event, a message, a tick, records of the stream, a repeat) and it
has read, decided and called. Second runs that faults start beside the first are not counted.`;

await main();

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return;
  const { first, count, isOne, isJson } = options;
  const started = performance.now();
  if (isOne) console.log(JSON.stringify(scenarioOf(first), undefined, 2));
  const { seeds, steps, layers, instances, fullWorlds, violations } = await runWorkers({ first, count }, (played) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${played} of ${count} worlds`);
  });
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  if (process.stderr.isTTY) process.stderr.write('\r');
  for (const broken of violations.slice(0, 20)) sayBroken(broken);
  console.log(
    `${seeds === 1 ? '1 world' : `${seeds} worlds`}, ${steps} steps, ${violations.length} broken promises, ${seconds} s (${Math.round(seeds / seconds)} worlds/s)`,
  );
  const [stepsOfWorld, layersOfWorld, instancesOfWorld] = [steps, layers, instances].map(averageOver(seeds));
  const fullWorldsPercent = Math.round((100 * fullWorlds) / seeds);
  console.log(
    `a world on average: ${stepsOfWorld} steps, ${layersOfWorld} layers, ${instancesOfWorld} instances at once; ${fullWorldsPercent} % of the worlds have 3 layers, 20 instances and 400 steps or more`,
  );
  const averages = { stepsOfWorld, layersOfWorld, instancesOfWorld, fullWorldsPercent };
  if (isJson) console.log(JSON.stringify({ seeds, steps, violations, seconds, ...averages }));
  if (violations.length > 0) process.exitCode = 1;
}

/** To one decimal. */
function averageOver(worlds: number): (sum: number) => number {
  return (sum) => Math.round((10 * sum) / worlds) / 10;
}

function sayBroken({ seed, promise, step, text }: BrokenPromise): void {
  console.log(`seed ${seed}, promise ${promise}, ${step}: ${text}`);
  console.log(`  repeat it: npm run simulate -- --seed ${seed}`);
}

interface Options {
  readonly first: number;
  readonly count: number;
  readonly isOne: boolean;
  readonly isJson: boolean;
}

/** Undefined, after saying why, when the words make no sense or ask for the usage. */
function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      return undefined;
    }
    const isOne = values.seed !== undefined && values.seeds === undefined;
    const first = wholeNumber('--seed', values.seed ?? '1');
    return { first, count: isOne ? 1 : wholeNumber('--seeds', values.seeds ?? '1000'), isOne, isJson: values.json };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new Error(`${name} takes a whole number from 1, found ${JSON.stringify(text)}`);
  return Number(text);
}
