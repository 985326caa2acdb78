import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, handlerPath, type StageName } from '../infra/bundle.ts';

/** One function's bundle beside one of nothing but the SDK commands that the function sends. */
export interface BundleSize {
  readonly function: StageName;
  readonly bytes: number;
  readonly sdkBytes: number;
  /** bytes / sdkBytes. */
  readonly ratio: number;
}

/** Medians over several fresh processes, on this machine. */
interface ColdImports {
  readonly coldImportMillis: number;
  readonly sdkColdImportMillis: number;
}

/** No bundle may be larger than this many times its SDK commands. */
export const mostRatio = 1.15;

const table = { DynamoDB: ['Query', 'PutItem', 'TransactWriteItems'] };
const tableWithDelete = { DynamoDB: [...table.DynamoDB, 'DeleteItem'] };

/** What each function sends, by client: what its rights in infra/ allow. */
export const sentCommands: Readonly<Record<StageName, Readonly<Record<string, readonly string[]>>>> = {
  apply: table,
  evaluate: {
    ...table,
    CloudWatch: ['GetMetricData', 'DescribeAlarms', 'PutMetricData'],
    EC2: ['DescribeSubnets'],
    SSM: ['GetParameter'],
    SQS: ['SendMessageBatch'],
  },
  observe: { ...tableWithDelete, EC2: ['DescribeInstances', 'DescribeInstanceStatus'] },
  reconcile: {
    ...tableWithDelete,
    EC2: ['RunInstances', 'TerminateInstances', 'DescribeInstances'],
    SSM: ['GetParameter'],
  },
  announce: { ...table, SNS: ['PublishBatch'] },
  acknowledge: table,
  'target-group': {
    ...table,
    ElasticLoadBalancingV2: ['DescribeTargetHealth', 'RegisterTargets', 'DeregisterTargets'],
    SQS: ['SendMessageBatch'],
  },
  hook: { ...table, SSM: ['SendCommand', 'ListCommandInvocations'], SQS: ['SendMessageBatch'] },
  probe: table,
};

/** Packages of clients that are not named like their client in lower case. */
const packages: Readonly<Record<string, string>> = { ElasticLoadBalancingV2: 'elastic-load-balancing-v2' };

const coldImports = 9;

/** Variables that handlers read; nothing is called. */
const environment = {
  AWS_REGION: 'eu-central-1',
  CONCERTINA_TABLE: 'table',
  CONCERTINA_KILL_SWITCH: '/Concertina/kill-switch',
  CONCERTINA_MOST_INSTANCES: '100',
  CONCERTINA_MOST_HOURLY_USD: '100',
  CONCERTINA_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:topic',
  CONCERTINA_ACKNOWLEDGE_URL: 'https://acknowledge.lambda-url.eu-central-1.on.aws/',
  CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/acknowledgements',
  CONCERTINA_WAKES_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/wakes',
  CONCERTINA_TICKS_QUEUE_URLS: 'https://sqs.eu-central-1.amazonaws.com/123456789012/ticks',
};

/** Bundles every function, and its SDK commands alone, into the folder. */
export function measureBundles(folder: string): Promise<readonly BundleSize[]> {
  return Promise.all(
    stageNames.map(async (stage) => {
      const bytes = await bundle({ entry: handlerPath(stage), outfile: bundlePath(folder, stage) });
      const entry = join(folder, `${stage}-sdk.ts`);
      writeFileSync(entry, sdkOnlySource(stage));
      const sdkBytes = await bundle({ entry, outfile: sdkBundlePath(folder, stage) });
      return { function: stage, bytes, sdkBytes, ratio: Math.round((bytes / sdkBytes) * 1000) / 1000 };
    }),
  );
}

const stageNames: readonly StageName[] = [
  'apply',
  'evaluate',
  'observe',
  'reconcile',
  'announce',
  'acknowledge',
  'target-group',
  'hook',
  'probe',
];

function bundlePath(folder: string, stage: StageName): string {
  return join(folder, `${stage}.mjs`);
}

function sdkBundlePath(folder: string, stage: StageName): string {
  return join(folder, `${stage}-sdk.mjs`);
}

/** Clients made and commands referred to, as any code that sends them must. */
function sdkOnlySource(stage: StageName): string {
  const clients = Object.entries(sentCommands[stage]);
  return clients
    .map(([client, commands]) => {
      const names = commands.map((command) => `${command}Command`);
      const from = `@aws-sdk/client-${packages[client] ?? client.toLowerCase()}`;
      return `import { ${client}Client, ${names.join(', ')} } from '${from}';\nexport const ${client} = [new ${client}Client({}), ${names.join(', ')}];\n`;
    })
    .join('');
}

async function bundle({ entry, outfile }: { readonly entry: string; readonly outfile: string }): Promise<number> {
  const nodePaths = [resolve(import.meta.dirname, '../node_modules')];
  const { metafile } = await build({ ...bundleOptions, entryPoints: [entry], outfile, nodePaths, metafile: true });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Both bundles in turn, so that whatever else the machine does burdens both alike. */
function measureColdImports(folder: string, stage: StageName): ColdImports {
  const [own, sdk]: [number[], number[]] = [[], []];
  for (let round = 0; round < coldImports; round++) {
    own.push(coldImport(bundlePath(folder, stage)));
    sdk.push(coldImport(sdkBundlePath(folder, stage)));
  }
  return { coldImportMillis: median(own), sdkColdImportMillis: median(sdk) };
}

/** Milliseconds of importing the file in a process that has imported nothing. */
function coldImport(file: string): number {
  const script = `const start = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - start);`;
  const args = ['--input-type=module', '--eval', script];
  const stdout = execFileSync(process.execPath, args, {
    env: { ...process.env, ...environment },
    // Errors still reach us, in the exception; the SDK's word on Node versions does not.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return Number(stdout);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
}

function sayRows(rows: readonly (BundleSize & ColdImports)[]): string {
  const head = ['function', 'KB', 'SDK KB', 'ratio', 'cold ms', 'SDK cold ms'];
  const lines = rows.map((row) => [
    row.function,
    (row.bytes / 1000).toFixed(1),
    (row.sdkBytes / 1000).toFixed(1),
    row.ratio.toFixed(3),
    String(row.coldImportMillis),
    String(row.sdkColdImportMillis),
  ]);
  return [head, ...lines]
    .map(([name = '', ...cells]) => name.padEnd(12) + cells.map((cell) => cell.padStart(12)).join(''))
    .join('\n');
}

if (import.meta.filename === process.argv[1]) {
  const folder = mkdtempSync(join(tmpdir(), 'concertina-bundles-'));
  try {
    const sizes = await measureBundles(folder);
    const rows = sizes.map((size) => ({ ...size, ...measureColdImports(folder, size.function) }));
    console.log(sayRows(rows));
    if (process.argv.includes('--json')) console.log(JSON.stringify({ mostRatio, functions: rows }));
    if (rows.some(({ ratio }) => ratio > mostRatio)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
