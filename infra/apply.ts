import { CustomResource, Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetters } from './dead-letters.ts';
import type { DeployedApplication } from './read-applications.ts';
import { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';

/** What the construct needs of the stack. */
export interface ApplyProps {
  readonly table: ConcertinaTable;
  readonly applications: readonly DeployedApplication[];
  readonly alarmActions: readonly IAlarmAction[];
}

/**
 * Application files → the table, on deploy: one custom resource a file, which writes a new version when the file changed. It never writes a
 * desired count, and deleting it (a file taken away, a stack deleted) does nothing at all: the machines stay, and stay looked after as long as
 * the stack is there. An application ends when its layers are drained by name.
 */
export class Apply extends Construct {
  readonly stage: StageFunction;

  constructor(scope: Construct, id: string, { table, applications, alarmActions }: ApplyProps) {
    super(scope, id);
    this.stage = new StageFunction(this, 'Stage', {
      stage: 'apply',
      description: 'writes application files on deploy',
      timeoutSeconds: 60,
      memoryMiB: 256,
      environment: { CONCERTINA_TABLE: table.table.tableName },
    });
    const { handler } = this.stage;
    table.allow(handler, { query: [], put: ['files', 'registry'] });
    const { queue } = new DeadLetters(this, 'DeadLetters', {
      holds: 'apply could not answer CloudFormation',
      alarmActions,
    });
    handler.addToRolePolicy(
      new PolicyStatement({ sid: 'GiveUp', actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
    );
    const retries = new EventInvokeConfig(this, 'Retries', {
      function: handler,
      retryAttempts: 2,
      maxEventAge: Duration.minutes(5),
      onFailure: { bind: () => ({ destination: queue.queueArn }) },
    });
    for (const { application, parameters = {} } of applications) {
      const resource = new CustomResource(this, `File-${application.application}`, {
        resourceType: 'Custom::ConcertinaApplication',
        serviceToken: handler.functionArn,
        serviceTimeout: Duration.minutes(10),
        // As text: CloudFormation would make texts of all numbers in it.
        properties: { Application: JSON.stringify(application), Parameters: JSON.stringify(parameters) },
      });
      // The rights and the answer's way must be there before the function is asked, and until after it was asked for the last time.
      resource.node.addDependency(this.stage, retries);
    }
  }
}
