import type { Ports } from '../../adapters/ports.ts';
import type { Application } from '../../core/application/application-schema.ts';
import {
  checkFilled,
  type ParameterValue,
  parameterTexts,
  readParameters,
} from '../../core/application/fill-parameters.ts';
import type { Problem } from '../../core/application/problem.ts';
import type { FileRecord, HeadRecord } from '../../core/records.ts';
import { checkDrainLayers, vanishedLayers } from '../../core/vanished-layers.ts';

/** What is to be stored. */
export interface StoreRequest {
  /** Checked already: see read-application.ts. */
  readonly application: Application;
  readonly parameters: Readonly<Record<string, string>>;
  readonly drainLayers: readonly string[];
}

/** A layer that the file no longer has. */
export interface Vanished {
  readonly layer: string;
  readonly drain: boolean;
}

/** What was stored, or why not. */
export type StoreReport =
  | {
      readonly outcome: 'applied' | 'unchanged';
      readonly application: string;
      readonly fileVersion: number;
      readonly vanished: readonly Vanished[];
    }
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] };

type Content = Pick<FileRecord, 'file' | 'parameters' | 'vanished'>;

const maxAttempts = 5;

/** Bytes of key of the tokens that participants acknowledge with: as many as HMAC-SHA-256 gives out. */
const tokenKeyBytes = 32;

/** A DynamoDB item holds 400 KB (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html); as JSON a file is a little larger. */
const maxBytes = 350_000;

/**
 * Stores a checked application as the next version of its file, unless that is stored already. Reads again and decides again when somebody
 * else applied meanwhile; throws after five times, or when the table cannot be reached.
 */
export async function storeApplication(
  ports: Pick<Ports, 'clock' | 'chance' | 'table'>,
  request: StoreRequest,
): Promise<StoreReport> {
  const { application } = request;
  const parameters = readParameters(application.parameters, request.parameters);
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const { file: stored, head } = await ports.table.load(application.application);
    const problems = [
      ...(parameters.ok
        ? checkFilled(application, parameterTexts(application.parameters, parameters.values))
        : parameters.problems),
      ...checkDrainLayers(request, stored),
    ];
    if (problems.length > 0 || !parameters.ok) return { outcome: 'refused', problems };
    const content = contentFrom(request, parameters.values, stored);
    const text = canonicalText(content);
    if (Buffer.byteLength(text) > maxBytes) return { outcome: 'refused', problems: [tooLarge(text)] };
    if (stored !== undefined && text === canonicalText(stored)) return report('unchanged', stored);
    const file = nextFile(content, stored, ports);
    const put = head === undefined ? [file, firstHead(application.application, ports)] : [file];
    if ((await ports.table.commit(application.application, { put })) === 'committed') return report('applied', file);
  }
  throw new Error(`${application.application} was applied by others ${maxAttempts} times meanwhile; try again`);
}

function contentFrom(
  request: StoreRequest,
  parameters: Readonly<Record<string, ParameterValue>>,
  stored: FileRecord | undefined,
): Content {
  return { file: request.application, parameters, vanished: vanishedLayers(request, stored) };
}

/** Same content, same text: the table keeps no order of keys. */
function canonicalText({ file, parameters, vanished }: Content): string {
  return JSON.stringify({ file, parameters, vanished }, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
}

function tooLarge(text: string): Problem {
  return {
    path: '(top level)',
    found: `${Buffer.byteLength(text)} bytes`,
    allowed: `at most ${maxBytes} bytes`,
    message: 'with every default filled in, and with the layers that vanished from the file',
  };
}

function nextFile(content: Content, stored: FileRecord | undefined, ports: Pick<Ports, 'clock'>): FileRecord {
  const { application } = content.file;
  return { kind: 'file', application, version: (stored?.version ?? 0) + 1, ...content, appliedAt: ports.clock.now() };
}

function firstHead(application: string, ports: Pick<Ports, 'clock' | 'chance'>): HeadRecord {
  const tokenKey = ports.chance.hex(tokenKeyBytes);
  const bornAt = ports.clock.now();
  return { kind: 'head', application, version: 1, bornAt, tokenKey, membershipVersion: 0, nextSlotNumber: {} };
}

function report(outcome: 'applied' | 'unchanged', file: FileRecord): StoreReport {
  const vanished = Object.entries(file.vanished).map(([layer, { drain }]) => ({ layer, drain }));
  return { outcome, application: file.application, fileVersion: file.version, vanished };
}
