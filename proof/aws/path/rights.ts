import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { must } from '../check.ts';
import { account, region } from '../emulators/start-emulators.ts';
import { asPerson, type Credentials } from '../person.ts';
import type { World } from './world.ts';

/** That MiniStack's IAM does refuse, so that a path that was walked shows rights; and who may do what from outside. */
export async function rightsStep(world: World): Promise<void> {
  const { checks, by, clients } = world;
  await checks.check('somebody without rights may neither publish nor acknowledge', by.ministack, () =>
    asPerson(clients.iam, [], async (nobody) => {
      const refusals = [await refusalOf(publish(world, nobody)), await refusalOf(send(world, nobody))];
      return refusals.join('; ');
    }),
  );
  const everyTopic = { Action: 'sns:Publish', Resource: '*' };
  await checks.check('the right to publish to every topic does not let anybody publish to ours', by.ministack, () =>
    asPerson(clients.iam, [everyTopic], async (publisher) => {
      const refusal = await refusalOf(publish(world, publisher));
      must(/explicit deny in a resource-based policy/.test(refusal), refusal);
      return refusal;
    }),
  );
  const ownQueue = { Action: 'sqs:SendMessage', Resource: queueArn(world) };
  await checks.check(
    'the right to send to the queue of acknowledgements is all that a participant needs',
    by.ministack,
    () =>
      asPerson(clients.iam, [ownQueue], async (participant) => {
        await send(world, participant);
        return 'its message is taken';
      }),
  );
}

function publish({ stack }: World, credentials: Credentials): Promise<unknown> {
  const TopicArn = stack.output('TopicArn');
  return new SNSClient(credentials).send(new PublishCommand({ TopicArn, Message: 'forged' }));
}

function send({ stack }: World, credentials: Credentials): Promise<unknown> {
  const QueueUrl = stack.idOf('AWS::SQS::Queue', 'Acknowledge/Acknowledgements/Queue');
  const sqs = new SQSClient({ ...credentials, useQueueUrlAsEndpoint: false });
  return sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
}

function queueArn({ stack }: World): string {
  const name = stack.idOf('AWS::SQS::Queue', 'Acknowledge/Acknowledgements/Queue').split('/').at(-1);
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** The refusal of a call. Throws when the call succeeds or fails for another reason. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  must(error instanceof Error, 'it was let in');
  must(/AccessDenied|AuthorizationError|not authorized/.test(`${error.name} ${error.message}`), String(error));
  return error.message.replace(/arn:aws:[^ ]+/g, '…');
}
