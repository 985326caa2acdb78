import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { explainWildcard } from './explain-finding.ts';
import { StageFunction, type StageNetwork } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';
import { WakeQueue } from './wake-queue.ts';

/** What the construct needs of the stack. */
export interface ProbeProps {
  readonly table: ConcertinaTable;
  /** From here it must reach the instances, and DynamoDB: by a gateway endpoint, which is free, or over the internet. */
  readonly network: StageNetwork;
  readonly alarmActions: readonly IAlarmAction[];
}

/** Ticks wait 45 s at the most and are of no use an hour later. */
const keepTicksSeconds = 3600;

/**
 * What Lambda itself does with a function's role to put it into a network; none of it can be named before it is there.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const networkActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Booting instances → which of them answer over HTTP: on ticks while something moves, from within the customer's network. */
export class Probe extends Construct {
  readonly stage: StageFunction;
  readonly ticks: WakeQueue;

  constructor(scope: Construct, id: string, { table, network, alarmActions }: ProbeProps) {
    super(scope, id);
    this.stage = new StageFunction(this, 'Stage', {
      stage: 'probe',
      description: 'asks booting instances over HTTP whether they are ready',
      timeoutSeconds: 60,
      memoryMiB: 256,
      environment: { CONCERTINA_TABLE: table.table.tableName },
      network,
    });
    table.allow(this.stage.handler, { query: [], put: [] });
    this.ticks = new WakeQueue(this, 'Ticks', {
      wakes: this.stage,
      keepSeconds: keepTicksSeconds,
      deadLetters: 'probe gave up a tick',
      alarmActions,
    });
    this.letLambdaEnterTheNetwork();
  }

  /** Lambda may, the code in the function may not. */
  private letLambdaEnterTheNetwork(): void {
    const { role, handler } = this.stage;
    role.addToPolicy(new PolicyStatement({ sid: 'EnterNetwork', actions: networkActions, resources: ['*'] }));
    const because = 'Network interfaces are made by Lambda and have no id before; the code itself is denied all of it.';
    explainWildcard(this.stage, { resource: '*', because });
    // A policy of its own: it names the function, which waits for the other policy of its role.
    const codeMayNot = new Policy(this, 'CodeMayNot', {
      roles: [role],
      statements: [
        new PolicyStatement({
          sid: 'CodeStaysOutOfNetwork',
          effect: Effect.DENY,
          actions: networkActions,
          resources: ['*'],
          conditions: { ArnEquals: { 'lambda:SourceFunctionArn': handler.functionArn } },
        }),
      ],
    });
    explainWildcard(codeMayNot, { resource: '*', because: 'It denies.' });
  }
}
