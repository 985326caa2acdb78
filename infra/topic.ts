import { CfnOutput, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** Where participants subscribe. Encrypted with the account's key for SNS (no monthly fee), TLS only. */
export class ConcertinaTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Concertina',
      masterKey: Alias.fromAliasName(this, 'Key', 'alias/aws/sns'),
      enforceSSL: true,
      // SHA-256 instead of SHA-1: participants check who speaks.
      signatureVersion: '2',
    });
    new CfnOutput(Stack.of(this), 'TopicArn', {
      value: this.topic.topicArn,
      description: 'Participants subscribe here.',
    });
  }

  /** The only one that may publish: a wide `sns:Publish` elsewhere in the account must not forge a membership. */
  publishedBy(role: IRole): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({ sid: 'Publish', actions: ['sns:Publish'], resources: [this.topic.topicArn] }),
    );
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NobodyElsePublishes',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': role.roleArn } },
      }),
    );
  }
}
