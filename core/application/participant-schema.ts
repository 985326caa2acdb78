import * as z from 'zod';
import { nameSchema } from './names.ts';
import { textLike, whole } from './schema-notes.ts';

const command = (when: string) =>
  z.string().min(1).max(4000).optional().describe(`What to run when ${when}. Without it nothing runs then.`);

export const hookSchema = z
  .strictObject({
    joining: command('instances are about to join'),
    joined: command('instances have joined, or came back while they were leaving'),
    leaving: command('instances are about to leave'),
    left: command('instances have left, or ended before they had joined'),
    on: nameSchema
      .optional()
      .describe('The layer on whose instances in service it runs. Without it the layer of the participant’s own name.'),
    onFailure: z
      .enum(['continue', 'retry', 'stop'])
      .default('retry')
      .describe(
        'What happens when it fails on more instances than "atLeastPercent" allows: the change goes on, it runs again where it failed, or the change waits.',
      ),
    retries: whole({ least: 1, most: 10 })
      .default(2)
      .describe('How often it runs again with "retry"; after that the change waits.'),
  })
  .describe('A shell command that SSM Run Command runs, as root, for each layer and event; it may run twice.');

const acknowledgeSchema = z
  .strictObject({
    withinSeconds: whole({ least: 1, most: 86_400 }).describe('Deadline of an acknowledgement.'),
    onTimeout: z
      .enum(['continue', 'stop'])
      .default('continue')
      .describe('What happens to the change after the deadline: it goes on, or waits and raises an alarm.'),
    atLeastPercent: z
      .number()
      .gt(0)
      .max(100)
      .optional()
      .describe(
        'The share that is enough, rounded up: of the instances on which a hook succeeds, or of the joining targets that are healthy. Without it all of them.',
      ),
  })
  .describe('Until when it has to answer, and what happens otherwise.');

export const participantSchema = z
  .strictObject({
    hears: z
      .array(z.union([z.literal('*'), nameSchema]))
      .min(1)
      .max(100)
      .describe('The layers whose changes it is told; "*" for all.'),
    targetGroupArn: textLike({
      pattern: /^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[a-zA-Z0-9-]{1,32}\/[0-9a-f]{1,32}$/,
      allowed: 'the ARN of a target group',
    })
      .optional()
      .describe(
        'A target group of type "instance", in which the instances of these layers are registered; one participant for each target group. Without it none is.',
      ),
    hook: hookSchema.optional().describe('Commands that run on instances. Without it none run.'),
    acknowledge: acknowledgeSchema
      .optional()
      .describe('Makes changes wait for this participant. Without it nothing waits.'),
  })
  .describe(
    'Somebody who is told about changes of the membership: a target group, a hook, or a subscriber of your own.',
  );

/** A participant as the file states it, defaults filled in. */
export type Participant = z.infer<typeof participantSchema>;
export type Hook = z.infer<typeof hookSchema>;
