import { afterAll, beforeAll } from 'vitest';
import { startDynalite } from './dynalite.ts';
import { makeDynamoDbTable } from './dynamodb-at.ts';
import { singleRecordContract } from './table-contract.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;

beforeAll(async () => {
  dynalite = await startDynalite();
});

afterAll(() => dynalite.stop());

singleRecordContract('DynamoDbTable on dynalite', () => makeDynamoDbTable(dynalite.endpoint));
