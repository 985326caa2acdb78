import { readFileSync } from 'node:fs';
import { App, type Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { ConcertinaStack } from '../../infra/concertina-stack.ts';

/** So that the stack has every function that there is. */
const network = { subnetIds: ['subnet-0a1b2c3d4e5f60718'], securityGroupIds: ['sg-0a1b2c3d4e5f60718'] };
const shop = { from: 'examples/shop.json', json: readFileSync('examples/shop.json', 'utf8') };

/** Findings of cdk-nag's rules of AWS Solutions in a stack of the example, one line each, after `change`. */
function findings(change: (stack: ConcertinaStack) => void = () => undefined): readonly string[] {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new ConcertinaStack(app, 'Concertina', { applications: [shop], network });
  change(stack);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
    return [];
  } catch (error) {
    const found = [...String(error).matchAll(/^ {3}(\S+) .*\n(?: .*\n)*? {3}Acknowledge with '(.*)'/gm)];
    if (found.length === 0) throw error;
    return found.map(([, path, rule]) => `${path} ${rule}`);
  }
}

describe('the rules of AWS Solutions (cdk-nag)', () => {
  it('find nothing but what is explained where it is written', () => {
    expect(findings()).toEqual([]);
  }, 240_000);

  it('find a right that is too wide, and a queue without TLS', () => {
    const planted = findings((stack: Stack & Pick<ConcertinaStack, 'concertina'>) => {
      const { announce } = stack.concertina;
      announce.stage.role.addToPolicy(
        new PolicyStatement({ actions: ['sns:*'], resources: [announce.stage.role.roleArn] }),
      );
      new CfnQueue(stack, 'Bare');
    });

    expect(planted).toContainEqual(expect.stringMatching(/Announce.*IAM5\[Action::sns:\*\]/));
    expect(planted).toContainEqual(expect.stringMatching(/Bare AwsSolutions::AwsSolutions-SQS4/));
  }, 240_000);
});
