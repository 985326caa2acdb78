import { makeDynamoDbTable } from '../../../test/contract/dynamodb-at.ts';
import { severalRecordsContract, singleRecordContract } from '../../../test/contract/table-contract.ts';

const endpoint = process.env['AWS_ENDPOINT_URL'] ?? '';

singleRecordContract('DynamoDbTable on MiniStack', () => makeDynamoDbTable(endpoint));
severalRecordsContract('DynamoDbTable on MiniStack', () => makeDynamoDbTable(endpoint));
