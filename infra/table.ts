import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { wholeAccount } from '../core/records.ts';
import { explainWildcard } from './explain-finding.ts';

/** Partitions beside what is true now, which every stage reads (adapters/aws/table-layout.ts). */
export type Partition = 'registry' | 'account' | 'decisions' | 'files';

/** What a stage does to the table: to the records of now, and to which other partitions. An absent action is not allowed at all. */
export interface TableUse {
  readonly query: readonly Partition[];
  readonly put: readonly Partition[];
  readonly delete?: readonly Partition[];
}

const partitionPatterns: Readonly<Record<Partition, string>> = {
  registry: '#applications',
  account: wholeAccount,
  decisions: '*#decisions',
  files: '*#files',
};

/** What the construct needs of the stack. */
export interface TableProps {
  /** `keep`: the table outlives the stack and cannot be deleted by accident. */
  readonly removal: 'keep' | 'delete';
}

/** The one table: partition key `application`, sort key `key` (core/records.ts). Pays per request: an idle application costs next to nothing. */
export class ConcertinaTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id);
    const isKept = props.removal === 'keep';
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'application', type: AttributeType.STRING },
      sortKey: { name: 'key', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // Keys are all that the stages need to know, and the key of the acknowledgement tokens stays out of the stream.
      stream: StreamViewType.KEYS_ONLY,
      timeToLiveAttribute: 'ttl',
      // The account's own key: each use is in CloudTrail, and no monthly fee, unlike a key of our own.
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: isKept,
      removalPolicy: isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  get streamArn(): string {
    const arn = this.table.tableStreamArn;
    if (arn === undefined) throw new Error('the table has no stream');
    return arn;
  }

  /** Grants no more than this; a transaction needs the rights of the writes in it and no other. */
  allow(handler: LambdaFunction, use: TableUse): void {
    this.allowOne(handler, { sid: 'QueryRecords', action: 'dynamodb:Query', partitions: use.query });
    this.allowOne(handler, { sid: 'PutRecords', action: 'dynamodb:PutItem', partitions: use.put });
    if (use.delete !== undefined)
      this.allowOne(handler, { sid: 'DeleteRecords', action: 'dynamodb:DeleteItem', partitions: use.delete });
  }

  /** What Lambda asks of a function's role before it reads a stream for it. */
  allowStream(handler: LambdaFunction): void {
    const streams = `${this.table.tableArn}/stream/*`;
    const because = 'A stream is named by the time it was turned on; all of them are streams of this one table.';
    explainWildcard(handler.role ?? handler, { resource: streams, because });
    handler.addToRolePolicy(
      new PolicyStatement({
        sid: 'Stream',
        actions: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        resources: [streams],
      }),
    );
  }

  private allowOne(
    handler: LambdaFunction,
    {
      sid,
      action,
      partitions,
    }: { readonly sid: string; readonly action: string; readonly partitions: readonly Partition[] },
  ): void {
    const others = Object.entries(partitionPatterns).filter(
      ([partition]) => !partitions.some((own) => own === partition),
    );
    handler.addToRolePolicy(
      new PolicyStatement({
        sid,
        actions: [action],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringNotLike': { 'dynamodb:LeadingKeys': others.map(([, pattern]) => pattern) } },
      }),
    );
  }
}
