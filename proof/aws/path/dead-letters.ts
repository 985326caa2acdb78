import { GetEventSourceMappingCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SendMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { must, until } from '../check.ts';
import type { World } from './world.ts';

/** What nobody can make sense of is kept, each in the dead-letter queue of its own edge, and holds up nothing else. */
export async function deadLetterStep(world: World): Promise<void> {
  const { checks, by, clients, stack } = world;
  const poison = `poison ${Date.now()}`;
  await checks.check(
    'a message that is no acknowledgement ends in the dead-letter queue of acknowledgements',
    by.ministack,
    async () => {
      const QueueUrl = stack.idOf('AWS::SQS::Queue', 'Acknowledge/Acknowledgements/Queue');
      // The deployed 180 s between tries, four times, would take twelve minutes.
      await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '1' } }));
      await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: poison }));
      return letterWith(world, { path: 'Acknowledge/Acknowledgements', text: poison });
    },
  );
  await checks.check('an event that is none ends in the dead-letter queue of evaluate', by.ministack, async () => {
    const FunctionName = stack.idOf('AWS::Lambda::Function', 'Evaluate/Stage/Function');
    const Payload = Buffer.from(JSON.stringify({ 'detail-type': poison, time: new Date().toISOString(), detail: {} }));
    await clients.lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
    return letterWith(world, { path: 'Evaluate/Wakes', text: poison });
  });
  await checkStreamReaders(world);
}

/** MiniStack neither counts tries of a stream's reader nor asks again for a failed record: only what it keeps of the settings can be looked at. */
async function checkStreamReaders({ checks, by, clients, stack }: World): Promise<void> {
  for (const stage of ['Reconcile', 'Announce']) {
    await checks.check(
      `the stream's reader ${stage.toLowerCase()} gives up into its own dead-letter queue`,
      by.ministack,
      async () => {
        const UUID = stack.idOf('AWS::Lambda::EventSourceMapping', `${stage}/Wakes`);
        const mapping = await clients.lambda.send(new GetEventSourceMappingCommand({ UUID }));
        const arn = mapping.DestinationConfig?.OnFailure?.Destination ?? 'nowhere';
        const url = stack.idOf('AWS::SQS::Queue', `${stage}/Wakes/DeadLetters/Queue`);
        must(arn.split(':').at(-1) === url.split('/').at(-1), `it gives up into ${arn}`);
        must(mapping.FunctionResponseTypes?.join() === 'ReportBatchItemFailures', 'it takes no partial response');
        return `settings only: ${mapping.MaximumRetryAttempts} tries, ${mapping.MaximumRecordAgeInSeconds} s, in halves`;
      },
    );
  }
}

/** Waits for a message with a text in the dead-letter queue of one edge. */
async function letterWith(
  { clients, stack }: World,
  { path, text }: { readonly path: string; readonly text: string },
): Promise<string> {
  const QueueUrl = stack.idOf('AWS::SQS::Queue', `${path}/DeadLetters/Queue`);
  const body = await until(`a letter in ${path}/DeadLetters`, 45, async () => {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 0 }),
    );
    must(Messages.length > 0, 'it is empty');
    return Messages.map(({ Body = '' }) => Body).find((letter) => letter.includes(text));
  });
  return `${path}/DeadLetters: ${body.slice(0, 100)}`;
}
