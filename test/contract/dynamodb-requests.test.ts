import { afterEach, describe, expect, it } from 'vitest';
import { dynamoDbClient } from '../../adapters/aws/clients.ts';
import { itemFromObject } from '../../adapters/aws/dynamodb-item.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { makeRefusal } from '../factories/stored.ts';
import {
  makeDecisionRecord,
  makeFileRecord,
  makeHeadRecord,
  makeScalingRecord,
  makeSlotRecord,
} from '../factories/table.ts';
import { type Answer, jsonError, startFakeAws } from './fake-aws.ts';

const application = 'shop';
const head = makeHeadRecord({ application });
const slot = makeSlotRecord({ application, number: 7 });
const slotKey = 'slot#web#000000007';

let aws: Awaited<ReturnType<typeof startFakeAws>>;

afterEach(() => aws.stop());

async function makeTable(answer: Answer = () => ({ body: {} })): Promise<DynamoDbTable> {
  aws = await startFakeAws(answer);
  return new DynamoDbTable({ client: dynamoDbClient(), tableName: 'table' });
}

function itemOf(record: object, key: string) {
  return { ...itemFromObject(record), application: { S: application }, key: { S: key } };
}

describe('DynamoDbTable, what it sends', () => {
  it('writes several records in one transaction, each on its condition, the head naming the slots', async () => {
    const table = await makeTable();
    const gone = makeSlotRecord({ application, number: 8, version: 5 });

    await table.commit(application, { put: [makeHeadRecord({ application, version: 4 }), slot], remove: [gone] });

    const names = { ExpressionAttributeNames: { '#v': 'version' } };
    expect(aws.requests).toMatchObject([
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [
            {
              Put: {
                TableName: 'table',
                Item: {
                  application: { S: 'shop' },
                  key: { S: 'head' },
                  kind: { S: 'head' },
                  version: { N: '4' },
                  fenced: { M: { [slotKey]: { N: '1' }, 'slot#web#000000008': { N: '0' } } },
                },
                ConditionExpression: '#v = :stored',
                ExpressionAttributeValues: { ':stored': { N: '3' } },
                ...names,
              },
            },
            { Put: { Item: { key: { S: slotKey } }, ConditionExpression: 'attribute_not_exists(#v)', ...names } },
            {
              Delete: {
                TableName: 'table',
                Key: { application: { S: 'shop' }, key: { S: 'slot#web#000000008' } },
                ConditionExpression: '#v = :stored',
                ExpressionAttributeValues: { ':stored': { N: '5' } },
              },
            },
          ],
        },
      },
    ]);
  });

  it('puts a file with its history and its place in the registry, decisions apart', async () => {
    const table = await makeTable();
    const put = [makeFileRecord({ application, version: 3 }), makeDecisionRecord({ application, seconds: 0 })];

    await table.commit(application, { put });

    const items = aws.requests[0]?.input['TransactItems'];
    expect(items).toMatchObject([
      { Put: { Item: { application: { S: 'shop' }, key: { S: 'file' } } } },
      { Put: { Item: { application: { S: 'shop#files' }, key: { S: 'file#000000003' }, version: { N: '3' } } } },
      { Put: { Item: { application: { S: '#applications' }, key: { S: 'shop' } } } },
      { Put: { Item: { application: { S: 'shop#decisions' }, key: { S: 'decision#001795262400000#web' } } } },
    ]);
  });

  it('gives expiry in whole seconds, never too early', async () => {
    const table = await makeTable();
    const refusal = makeRefusal();

    await table.commit(application, { put: [{ ...refusal, expiresAt: refusal.expiresAt }] });

    const { Item } = aws.requests[0]?.input ?? {};
    expect(Item).toMatchObject({ ttl: { N: String(Math.ceil(refusal.expiresAt / 1000)) } });
  });

  it('repeats a transaction whose answer was lost under the same request token', async () => {
    const table = await makeTable((_, times) => (times === 1 ? { status: 500, body: {} } : { body: {} }));

    expect(await table.commit(application, { put: [head, slot] })).toBe('committed');

    const tokens = aws.requests.map(({ input }) => input['ClientRequestToken']);
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toEqual(expect.any(String));
    expect(tokens[1]).toBe(tokens[0]);
  });

  it('reads strongly consistent', async () => {
    const table = await makeTable(() => ({ body: { Items: [] } }));

    await table.load(application);

    expect(aws.requests).toMatchObject([{ operation: 'Query', input: { ConsistentRead: true } }]);
  });
});

describe('DynamoDbTable, the versions of a file', () => {
  it('asks for one by its key, and is told that there is none', async () => {
    const file = makeFileRecord({ application, version: 3 });
    const table = await makeTable((_, times) => ({ body: times === 1 ? { Item: itemFromObject(file) } : {} }));

    expect(await table.file(application, 3)).toStrictEqual(file);
    expect(await table.file(application, 4)).toBeUndefined();

    expect(aws.requests.map(({ operation, input }) => [operation, input['Key']])).toEqual([
      ['GetItem', { application: { S: `${application}#files` }, key: { S: 'file#000000003' } }],
      ['GetItem', { application: { S: `${application}#files` }, key: { S: 'file#000000004' } }],
    ]);
  });
});

describe('DynamoDbTable, decisions', () => {
  const decision = itemFromObject(makeDecisionRecord({ application, seconds: 0 }));

  it('asks for as many as are still missing', async () => {
    const table = await makeTable((_, times) => ({
      body: { Items: [decision], ...(times === 1 && { LastEvaluatedKey: { key: { S: 'x' } } }) },
    }));

    expect(await table.decisions(application, { limit: 3 })).toHaveLength(2);

    expect(aws.requests.map(({ input }) => input['Limit'])).toEqual([3, 2]);
    expect(aws.requests[0]?.input).toMatchObject({ ScanIndexForward: false });
  });

  it('limits no page of a filtered query, for DynamoDB counts before it filters', async () => {
    const table = await makeTable(() => ({ body: { Items: [decision] } }));

    await table.decisions(application, { limit: 3, layer: 'web' });

    expect(aws.requests[0]?.input).toMatchObject({ FilterExpression: '#d.#l = :layer' });
    expect(aws.requests[0]?.input).not.toHaveProperty('Limit');
  });
});

describe('DynamoDbTable, what it makes of answers', () => {
  const cancelled = (...codes: readonly string[]) =>
    jsonError('TransactionCanceledException', {
      CancellationReasons: codes.map((Code) => ({ Code, ...(Code !== 'None' && { Message: `told: ${Code}` }) })),
    });

  it.each([
    ['a condition failed', cancelled('None', 'ConditionalCheckFailed')],
    ['another transaction holds a record', cancelled('TransactionConflict', 'None')],
    ['both', cancelled('TransactionConflict', 'ConditionalCheckFailed')],
  ])('reports a conflict when a transaction is cancelled: %s', async (_, answer) => {
    const table = await makeTable(() => answer);

    expect(await table.commit(application, { put: [head, slot] })).toBe('conflict');
  });

  it.each(['ConditionalCheckFailedException', 'TransactionConflictException'])(
    'reports a conflict on %s',
    async (code) => {
      const table = await makeTable(() => jsonError(code));

      expect(await table.commit(application, { put: [head] })).toBe('conflict');
    },
  );

  it('throws when a transaction is cancelled for any other reason, and names the record', async () => {
    const table = await makeTable(() => cancelled('ConditionalCheckFailed', 'ValidationError'));

    const committed = table.commit(application, { put: [head, slot] });

    await expect(committed).rejects.toThrow(`${slotKey}: ValidationError, told: ValidationError`);
  });

  it('throws when a record is refused, and names it', async () => {
    const table = await makeTable(() => jsonError('ValidationException'));

    await expect(table.commit(application, { put: [slot] })).rejects.toThrow(`${slotKey}; told: ValidationException`);
  });

  it('throws when the table cannot be written at all', async () => {
    const table = await makeTable(() => jsonError('ResourceNotFoundException'));

    await expect(table.commit(application, { put: [head, slot] })).rejects.toThrow('ResourceNotFoundException');
  });

  it('reads again when it met a commit half done: a head without the slots written with it', async () => {
    const torn = [{ ...itemOf(head, 'head'), fenced: { M: { [slotKey]: { N: '2' } } } }, itemOf(slot, slotKey)];
    const whole = [torn[0], itemOf({ ...slot, version: 2 }, slotKey)];
    const table = await makeTable((_, times) => ({ body: { Items: times < 3 ? torn : whole } }));

    const stored = await table.load(application);

    expect(aws.requests).toHaveLength(3);
    expect(stored.slots).toStrictEqual([{ ...slot, version: 2 }]);
    expect(stored.head).toStrictEqual(head);
  });

  it('reads again when a slot that was removed with the head is still there, and throws when that stays so', async () => {
    const torn = [{ ...itemOf(head, 'head'), fenced: { M: { [slotKey]: { N: '0' } } } }, itemOf(slot, slotKey)];
    const table = await makeTable(() => ({ body: { Items: torn } }));

    await expect(table.load(application)).rejects.toThrow('do not fit together');
  });

  it('follows pages', async () => {
    const scaling = makeScalingRecord({ application });
    const key = { application: { S: application }, key: { S: 'head' } };
    const table = await makeTable((_, times) => ({
      body: times === 1 ? { Items: [itemOf(head, 'head')], LastEvaluatedKey: key } : { Items: [itemOf(scaling, 'x')] },
    }));

    const stored = await table.load(application);

    expect(aws.requests[1]?.input).toMatchObject({ ExclusiveStartKey: key });
    expect([stored.head, stored.scaling.get('web')]).toStrictEqual([head, scaling]);
  });
});
