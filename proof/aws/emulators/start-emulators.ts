import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { delimiter, dirname, join, resolve } from 'node:path';
import { lastLines, runCommand } from '../../run-command.ts';
import { freePort, startService } from './service.ts';

/** The account and region that both implementations play. */
export const account = '111122223333';
/** As in examples/shop.json. */
export const region = 'eu-central-1';

/** The images that there are, by what they are for: an AMI of ours, as a bake leaves them. The first is the one of examples/shop.json. */
export const images = { db: 'ami-0c1d2e3f4a5b6c7d8', web: 'ami-0a1b2c3d4e5f60718', worker: 'ami-0b1c2d3e4f5a60718' };

/** Both implementations, running. */
export interface Emulators {
  /** The environment of everything that talks to them: the CDK, our command line, the AWS SDK. Nothing of the machine's own AWS settings is in it. */
  readonly clientEnvironment: Readonly<Record<string, string>>;
  readonly ministackVersion: string;
  readonly motoVersion: string;
  /** Ends both and all they started. */
  stop(): Promise<void>;
}

/** What both are started from. */
interface Start {
  readonly python: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const pythonPath = resolve(import.meta.dirname, '../python');

/**
 * Starts moto (EC2, CloudWatch) over http, another moto that checks rights, and MiniStack (all else) over https under a private certificate authority, with its IAM on: it checks
 * signatures and policies, also those that ask for TLS. What they write is kept in `folder`.
 */
export async function startEmulators({
  python,
  folder,
}: {
  readonly python: string;
  readonly folder: string;
}): Promise<Emulators> {
  const certificates = join(folder, 'certificates');
  await mkdir(certificates, { recursive: true });
  const environment = plainEnvironment(folder);
  await run(python, [join(pythonPath, 'certificates.py'), certificates], environment);
  const versionsOf = 'from importlib.metadata import version as v; print(v("ministack"), v("moto"))';
  const [ministackVersion = '', motoVersion = ''] = (await run(python, ['-c', versionsOf], environment)).split(' ');
  const [ministackPort, motoPort, checkingMotoPort] = [await freePort(), await freePort(), await freePort()];
  const ports = { ministackPort, motoPort, checkingMotoPort };
  const clientEnvironment = clientSettings({ environment, certificates, ...ports });
  const start = { python, folder, environment: { ...environment, PYTHONPATH: pythonPath } };
  const services = [
    startMoto(start, { port: motoPort, name: 'moto' }),
    startMoto(start, { port: checkingMotoPort, name: 'checking-moto' }),
    startMiniStack(start, { port: ministackPort, certificates, clientEnvironment }),
  ];
  const stop = async (): Promise<void> => {
    const started = await Promise.allSettled(services);
    await Promise.all(started.map((service) => service.status === 'fulfilled' && service.value.stop()));
  };
  try {
    await Promise.all(services);
    return { clientEnvironment, ministackVersion, motoVersion, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startMoto(
  { python, folder, environment }: Start,
  { port, name }: { readonly port: number; readonly name: string },
) {
  const amis = join(folder, `${name}-amis.json`);
  await writeFile(amis, JSON.stringify(Object.entries(images).map(([name, ami_id]) => imageOf(name, ami_id))));
  return startService({
    name,
    python,
    words: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    environment: {
      ...environment,
      MOTO_ACCOUNT_ID: account,
      MOTO_AMIS_PATH: amis,
      // Off by default: moto would launch any image and any size.
      MOTO_ENABLE_AMI_VALIDATION: '1',
      MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION: '1',
    },
    logFile: join(folder, `${name}.log`),
    folder,
    answers: () => fetch(`http://127.0.0.1:${port}/moto-api/data.json`),
  });
}

async function startMiniStack(
  { python, folder, environment }: Start,
  of: {
    readonly port: number;
    readonly certificates: string;
    readonly clientEnvironment: Readonly<Record<string, string>>;
  },
) {
  const authority = join(of.certificates, 'ca.pem');
  const ca = await readFile(authority);
  return startService({
    name: 'MiniStack',
    python,
    words: ['-m', 'ministack'],
    environment: {
      ...environment,
      // Without it MiniStack listens on every address of the machine.
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(of.port),
      MINISTACK_HOST: 'localhost',
      MINISTACK_ACCOUNT_ID: account,
      MINISTACK_REGION: region,
      AUTH: 'true',
      USE_SSL: '1',
      MINISTACK_SSL_CERT: join(of.certificates, 'server.pem'),
      MINISTACK_SSL_KEY: join(of.certificates, 'server.key'),
      LAMBDA_EXECUTOR: 'local',
      IOT_MTLS_ENABLED: '0',
      // The functions inherit these, so that the deployed template needs no endpoint of a test in it.
      ...endpointsOf(of.clientEnvironment),
      NODE_EXTRA_CA_CERTS: authority,
    },
    logFile: join(folder, 'ministack.log'),
    folder,
    answers: () => answer(`https://localhost:${of.port}/_ministack/health`, ca),
  });
}

/** What a process needs to run at all. The home folder is the proof's own: no file of the machine's user is read or written. */
function plainEnvironment(folder: string): Record<string, string> {
  const path = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)].join(delimiter);
  return {
    PATH: path,
    HOME: folder,
    TMPDIR: folder,
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function clientSettings(of: {
  readonly environment: Readonly<Record<string, string>>;
  readonly certificates: string;
  readonly ministackPort: number;
  readonly motoPort: number;
  readonly checkingMotoPort: number;
}): Readonly<Record<string, string>> {
  const moto = `http://localhost:${of.motoPort}`;
  return {
    ...of.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // What MiniStack takes for the account's root user.
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: join(of.certificates, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(of.certificates, 'no-credentials'),
    AWS_ENDPOINT_URL: `https://localhost:${of.ministackPort}`,
    AWS_ENDPOINT_URL_EC2: moto,
    AWS_ENDPOINT_URL_CLOUDWATCH: moto,
    // Another moto, for those who look at rights: it checks signatures and policies once it is told to (../rights/moto-roles.ts).
    PROOF_CHECKING_MOTO: `http://localhost:${of.checkingMotoPort}`,
    NODE_EXTRA_CA_CERTS: join(of.certificates, 'ca.pem'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    npm_config_update_notifier: 'false',
    // The AWS SDK's about Node.js 20, in each process.
    NODE_NO_WARNINGS: '1',
  };
}

function endpointsOf(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('AWS_ENDPOINT_URL')));
}

function imageOf(name: string, ami_id: string): object {
  return {
    ami_id,
    name,
    description: name,
    owner_id: account,
    public: false,
    virtualization_type: 'hvm',
    architecture: 'arm64',
    root_device_type: 'ebs',
    root_device_name: '/dev/xvda',
  };
}

async function run(
  python: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const { exitCode, stdout, output } = await runCommand({ command: python, words, environment });
  if (exitCode !== 0) throw new Error(lastLines(output));
  return stdout.trim();
}

function answer(url: string, ca: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, (response) => {
      response.resume();
      response.on('end', resolve);
    }).on('error', reject);
  });
}
