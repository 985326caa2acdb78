import * as z from 'zod';
import { freezeSchema } from './freeze-schema.ts';
import { nameSchema } from './names.ts';
import { ruleSchema } from './rule-schema.ts';
import { allowedWords, tellingKeys, textLike, whole } from './schema-notes.ts';
import { countFields, scalingFields, shadowSchema } from './shadow-schema.ts';

/** EC2 takes 50 tags a resource; the rest are our own and those that people add to a running instance. */
const maxTags = 40;

const imageSchema = z
  .union([
    z.strictObject({
      id: textLike({ pattern: /^ami-[0-9a-f]{8,17}$/, allowed: 'an AMI id such as ami-0123456789abcdef0' }).describe(
        'The baked image.',
      ),
    }),
    z.strictObject({ ssmParameter: z.string().min(1).max(1011).describe('The SSM parameter that holds the AMI id.') }),
  ])
  .register(tellingKeys, { keys: [['id'], ['ssmParameter']] })
  .describe('The fully baked image, by AMI id or by the SSM parameter that names it.');

const sizeSchema = z
  .strictObject({
    type: textLike({
      pattern: /^[a-z0-9-]+\.[a-z0-9-]+$/,
      allowed: 'an EC2 instance type such as m7g.large',
    }).describe('The EC2 instance type.'),
    capacity: z
      .number()
      .gt(0)
      .max(1e9)
      .default(1)
      .describe('What one instance carries, in the unit that the rules use.'),
    hourlyUsd: z.number().min(0).max(1000).describe('What one instance costs an hour, in US dollars.'),
  })
  .describe('One instance size.');

export const countSchema = z
  .strictObject({
    min: countFields.min.describe('Never fewer instances than this by our own doing; at most "max".'),
    max: countFields.max.describe('Never more instances than this, those on their way included.'),
  })
  .describe('Between how many and how many instances the layer has.');

const tagsSchema = z
  .record(z.string().min(1).max(128), z.string().max(256).describe('The value of one tag.'))
  .refine((tags) => Object.keys(tags).length <= maxTags)
  .meta({ maxProperties: maxTags })
  .register(allowedWords, { allowed: `an object of at most ${maxTags} tags` });

export const launchSchema = z
  .strictObject({
    subnetIds: z
      .array(textLike({ pattern: /^subnet-[0-9a-z]+$/, allowed: 'a subnet id such as subnet-0a1b2c3d' }))
      .min(1)
      .max(16)
      .describe('One subnet a zone; launches are spread over them.'),
    securityGroupIds: z
      .array(textLike({ pattern: /^sg-[0-9a-z]+$/, allowed: 'a security group id such as sg-0a1b2c3d' }))
      .max(16)
      .default([])
      .describe("The security groups of the instances; with none EC2 takes the network's default group."),
    instanceProfile: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('The name of the instance profile. Without it the machine has no role.'),
    userData: z
      .string()
      .max(12_000)
      .default('')
      .describe('User data as plain text; ${name} stands for a parameter, $${ for a plain ${.'),
    tags: tagsSchema
      .default({})
      .describe(
        'Further tags; ${name} in a value stands for a parameter, $${ for a plain ${. Keys that begin with "concertina:" or "aws:" are taken.',
      ),
    spotPercent: z
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe('How many percent of the instances may be Spot, rounded down.'),
  })
  .describe('How an instance is launched.');

const readySchema = z
  .union([
    z.enum(['running', 'status-checks', 'signal']),
    z.strictObject({
      http: z
        .strictObject({
          port: whole({ least: 1, most: 65_535 }).describe('The port that answers.'),
          path: z
            .string()
            .startsWith('/')
            .max(1024)
            .default('/')
            .describe('The path to ask for; any status from 200 to 399 is ready.'),
        })
        .describe('A probe from within the network.'),
    }),
  ])
  .register(tellingKeys, { keys: [['http']] })
  .default('running')
  .describe(
    'When a new instance is ready: EC2 shows it running, both its status checks pass, it sets its tag "concertina:ready" to "true", or it answers over HTTP.',
  );

const statefulSchema = z
  .strictObject({
    oneAtATime: z
      .boolean()
      .default(true)
      .describe('One instance joins or leaves at a time; the next waits until every participant has applied the last.'),
    keepInService: whole({ least: 1, most: 5000 }).describe(
      'Never fewer in service than this by our own doing: the quorum.',
    ),
  })
  .describe('A layer that holds state, such as a clustered database. Without it many may join and leave at once.');

const layerNames = z.array(nameSchema).max(50).default([]);

const cooldownSeconds = scalingFields.cooldownSeconds.default(0);

export const layerSchema = z
  .strictObject({
    image: imageSchema,
    sizes: z.array(sizeSchema).length(1).describe('The instance size: exactly one.'),
    count: countSchema,
    launch: launchSchema,
    readySeconds: whole({ least: 10, most: 7200 })
      .default(300)
      .describe(
        'Deadline from launch to readiness; later the instance is replaced. Status checks need the boot time and two minutes more.',
      ),
    drainSeconds: whole({ least: 0, most: 86_400 })
      .default(30)
      .describe('How long a leaving instance keeps running at the least.'),
    ready: readySchema,
    stateful: statefulSchema.optional(),
    launchAfter: layerNames.describe(
      'Layers that grow first: this one launches once they have what they should, or ran out of time.',
    ),
    drainBefore: layerNames.describe(
      'Layers that shrink later: their instances leave once those of this layer have left.',
    ),
    maxUnhealthyPercent: z
      .number()
      .min(0)
      .max(100)
      .default(20)
      .describe('No scale-in while more than this share of the layer has failed and is not replaced.'),
    rules: z
      .array(ruleSchema)
      .max(50)
      .default([])
      .describe('What makes the layer grow and shrink. With none it keeps its count, between "min" and "max".'),
    scaleOut: z
      .strictObject({ cooldownSeconds: cooldownSeconds.describe('Time after a scale-out before the next.') })
      .prefault({})
      .describe('How the layer grows.'),
    scaleIn: z
      .strictObject({
        cooldownSeconds: cooldownSeconds.describe('Time after a scale-in before the next.'),
        stabilizationSeconds: scalingFields.stabilizationSeconds
          .default(300)
          .describe('Scale in to the highest wish of this long.'),
        maxPercent: scalingFields.maxPercent
          .default(100)
          .describe('At most this share of the layer leaves in one step, rounded down, at least one.'),
        freeze: z
          .array(freezeSchema)
          .max(10)
          .default([])
          .describe('Outages during which the layer does not shrink, and some time after.'),
      })
      .prefault({})
      .describe('How the layer shrinks.'),
    shadow: shadowSchema
      .optional()
      .describe('A second rule set on trial beside the live one. Without it there is none.'),
  })
  .describe('One tier of the application: machines of one image and one size.');

/** One tier of an application as the file states it, defaults filled in. */
export type Layer = z.infer<typeof layerSchema>;
export type Size = z.infer<typeof sizeSchema>;
export type LaunchSettings = z.infer<typeof launchSchema>;
