import { ArnFormat, CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { StageFunction } from './stage-function.ts';

/**
 * One SSM parameter that stops all launches and terminations within 15 seconds, without a deploy: `stop` stops, `run` lets go on. A deploy leaves it as
 * it is, and none of our functions may change it.
 */
export class KillSwitch extends Construct {
  readonly #name: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    this.#name = `/${stackName}/kill-switch`;
    const parameter = new CfnParameter(this, 'Parameter', {
      type: 'String',
      name: this.#name,
      value: 'run',
      allowedPattern: '^(run|stop)$',
      description: 'Concertina: stop ends all launches and terminations within 15 seconds; run lets them go on.',
    });
    new CfnOutput(Stack.of(this), 'KillSwitchName', {
      value: parameter.ref,
      description: 'Put the value stop into this SSM parameter to stop all launches and terminations.',
    });
  }

  /** Lets a stage look at it. */
  watchedBy({ handler, role }: StageFunction): void {
    handler.addEnvironment('CONCERTINA_KILL_SWITCH', this.#name);
    const arn = Stack.of(this).formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: this.#name.slice(1),
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    role.addToPolicy(new PolicyStatement({ sid: 'SeeKillSwitch', actions: ['ssm:GetParameter'], resources: [arn] }));
  }
}
