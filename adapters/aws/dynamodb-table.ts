import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { DecisionRecord, FileRecord } from '../../core/records.ts';
import { type Stored, storedFromRecords } from '../../core/stored.ts';
import type { Change, DecisionQuery, Table } from '../ports.ts';
import { requireWritable } from '../writable-change.ts';
import type { Item } from './dynamodb-item.ts';
import {
  decisionKeyAt,
  decisionPartition,
  fileVersionKey,
  isDecision,
  isTorn,
  recordFromItem,
  registryPartition,
  type Write,
  writesOf,
} from './table-layout.ts';

/** How often, and after how many milliseconds, a read that met a commit half done is repeated. */
const tornReadWaitsMillis = [20, 80, 320];

/** What a query asks of one partition. */
interface PartitionQuery {
  readonly partition: string;
  readonly newestFirst?: boolean;
  /** Only keys below this one. */
  readonly below?: string;
  /** Only decisions of this layer. */
  readonly layer?: string;
  /** Stop after so many items. */
  readonly limit?: number;
}

/**
 * One DynamoDB table for all applications; table-layout.ts says where records lie. A write whose answer was lost, and which the SDK then
 * repeats, may be reported as a conflict though it was done: reading again shows it. A transaction is repeated under one request token,
 * which the SDK makes, and so is reported as what it was.
 */
export class DynamoDbTable implements Table {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor({ client, tableName }: { readonly client: DynamoDBClient; readonly tableName: string }) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async applications(): Promise<readonly string[]> {
    const items = await this.#query({ partition: registryPartition });
    return items.flatMap((item) => item['key']?.S ?? []);
  }

  async load(application: string): Promise<Stored> {
    for (const waitMillis of [...tornReadWaitsMillis, undefined]) {
      const items = await this.#query({ partition: application });
      if (!isTorn(items)) return storedFromRecords(application, items.map(recordFromItem));
      if (waitMillis !== undefined) await new Promise((resolve) => setTimeout(resolve, waitMillis));
    }
    throw new Error(`the records of ${application} do not fit together: its head names slots that cannot be read`);
  }

  async commit(application: string, change: Change): Promise<'committed' | 'conflict'> {
    requireWritable(application, change);
    const writes = writesOf(application, change);
    const [first] = writes;
    if (first === undefined) return 'committed';
    try {
      await (writes.length === 1 ? this.#writeOne(first) : this.#writeAll(writes));
      return 'committed';
    } catch (error) {
      if (isConflict(error)) return 'conflict';
      throw explained(error, { application, writes });
    }
  }

  async file(application: string, version: number): Promise<FileRecord | undefined> {
    const key = fileVersionKey(application, version);
    const { Item: item } = await this.#client.send(new GetItemCommand({ TableName: this.#tableName, Key: key }));
    const record = item && recordFromItem(item);
    return record?.kind === 'file' ? record : undefined;
  }

  async decisions(application: string, query: DecisionQuery): Promise<readonly DecisionRecord[]> {
    const items = await this.#query({
      partition: decisionPartition(application, query.of),
      newestFirst: true,
      limit: query.limit,
      ...(query.layer !== undefined && { layer: query.layer }),
      ...(query.before !== undefined && { below: decisionKeyAt(query.before, query.of) }),
    });
    return items.map(recordFromItem).filter(isDecision);
  }

  async #writeOne({ item, key, storedVersion }: Write): Promise<void> {
    const condition = { TableName: this.#tableName, ...conditionOn(storedVersion) };
    if (item === undefined) await this.#client.send(new DeleteItemCommand({ ...condition, Key: key }));
    else await this.#client.send(new PutItemCommand({ ...condition, Item: item }));
  }

  async #writeAll(writes: readonly Write[]): Promise<void> {
    const actions = writes.map(({ item, key, storedVersion }) => {
      const condition = { TableName: this.#tableName, ...conditionOn(storedVersion) };
      return item === undefined ? { Delete: { ...condition, Key: key } } : { Put: { ...condition, Item: item } };
    });
    await this.#client.send(new TransactWriteItemsCommand({ TransactItems: actions }));
  }

  /** Strongly consistent, pages followed. */
  async #query({ partition, newestFirst, below, layer, limit }: PartitionQuery): Promise<readonly Item[]> {
    const items: Item[] = [];
    let start: Item | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#tableName,
          ConsistentRead: true,
          ScanIndexForward: newestFirst !== true,
          KeyConditionExpression: below === undefined ? '#p = :partition' : '#p = :partition AND #k < :below',
          ExpressionAttributeNames: {
            '#p': 'application',
            ...(below !== undefined && { '#k': 'key' }),
            ...(layer !== undefined && { '#d': 'decision', '#l': 'layer' }),
          },
          ExpressionAttributeValues: textValues({ ':partition': partition, ':below': below, ':layer': layer }),
          ...(layer !== undefined && { FilterExpression: '#d.#l = :layer' }),
          // With a filter DynamoDB counts items before it filters: a small limit would only make more, emptier pages.
          ...(limit !== undefined && layer === undefined && { Limit: limit - items.length }),
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined && (limit === undefined || items.length < limit));
    return limit === undefined ? items : items.slice(0, limit);
  }
}

function conditionOn(storedVersion: number | undefined) {
  if (storedVersion === undefined) return {};
  if (storedVersion === 0)
    return { ConditionExpression: 'attribute_not_exists(#v)', ExpressionAttributeNames: { '#v': 'version' } };
  return {
    ConditionExpression: '#v = :stored',
    ExpressionAttributeNames: { '#v': 'version' },
    ExpressionAttributeValues: { ':stored': { N: String(storedVersion) } },
  };
}

function textValues(texts: Readonly<Record<string, string | undefined>>): Record<string, AttributeValue> {
  const given = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, { S: text }] as const],
  );
  return Object.fromEntries(given);
}

/** A record is not at the version that the change started from, or is being written by somebody else at this moment. */
function isConflict(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException || error instanceof TransactionConflictException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = failedReasons(error).map(({ Code }) => Code);
  return codes.length > 0 && codes.every((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict');
}

/** Says which records were not written and why: DynamoDB's own message names none. */
function explained(
  error: unknown,
  { application, writes }: { readonly application: string; readonly writes: readonly Write[] },
): unknown {
  if (!(error instanceof Error)) return error;
  const because =
    error instanceof TransactionCanceledException
      ? failedReasons(error).map(({ index, Code, Message }) => `${writes[index]?.name}: ${Code}, ${Message}`)
      : [...writes.map(({ name }) => name), error.message];
  return new Error(`${application} was not written (${error.name}): ${because.join('; ')}`, { cause: error });
}

function failedReasons(error: TransactionCanceledException) {
  const reasons = (error.CancellationReasons ?? []).map((reason, index) => ({ ...reason, index }));
  return reasons.filter(({ Code }) => Code !== undefined && Code !== 'None');
}
