import { z } from 'zod';
import { ruleSchema } from './rule-schema.ts';

const imageSchema = z
  .union([
    z.strictObject({
      id: z
        .string()
        .regex(/^ami-[0-9a-f]{8,17}$/, 'an AMI id such as ami-0123456789abcdef0')
        .describe('The baked image.'),
    }),
    z.strictObject({ ssmParameter: z.string().min(1).max(1011).describe('The SSM parameter that holds the AMI id.') }),
  ])
  .describe('The fully baked image, by AMI id or by the SSM parameter that names it.');

const sizeSchema = z.strictObject({
  type: z
    .string()
    .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'an EC2 instance type such as m7g.large')
    .describe('The EC2 instance type.'),
  capacity: z.number().gt(0).default(1).describe('What one instance carries, in the unit that the rules use.'),
  hourlyUsd: z.number().min(0).max(1000).describe('What one instance costs an hour, in US dollars.'),
});

const launchSchema = z
  .strictObject({
    subnetIds: z
      .array(z.string().regex(/^subnet-[0-9a-z]+$/, 'a subnet id'))
      .min(1)
      .max(16)
      .describe('One subnet a zone; launches are spread over them.'),
    securityGroupIds: z
      .array(z.string().regex(/^sg-[0-9a-z]+$/, 'a security group id'))
      .max(16)
      .default([]),
    instanceProfile: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('The name of the instance profile; without it the machine has no role.'),
    userData: z.string().max(12_000).default('').describe('User data as plain text; ${name} stands for a parameter.'),
    tags: z
      .record(z.string().min(1).max(128), z.string().max(256))
      .default({})
      .describe('Further tags; ${name} stands for a parameter.'),
    spotPercent: z
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe('How many percent of the instances may be Spot, rounded down.'),
  })
  .describe('How an instance is launched.');

export const layerSchema = z.strictObject({
  image: imageSchema,
  sizes: z.array(sizeSchema).length(1, 'exactly one size').describe('The instance size.'),
  count: z.strictObject({
    min: z.number().int().min(0).max(5000).describe('Never fewer instances than this by our own doing.'),
    max: z.number().int().min(1).max(5000).describe('Never more instances than this, those on their way included.'),
  }),
  launch: launchSchema,
  readySeconds: z
    .number()
    .int()
    .min(10)
    .max(7200)
    .default(300)
    .describe('Deadline from launch to readiness; later the instance is replaced.'),
  drainSeconds: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(30)
    .describe('How long a leaving instance keeps running at the least.'),
  rules: z.array(ruleSchema).max(50).default([]),
  scaleOut: z
    .strictObject({
      cooldownSeconds: z
        .number()
        .int()
        .min(0)
        .max(86_400)
        .default(0)
        .describe('Time after a scale-out before the next.'),
    })
    .default({ cooldownSeconds: 0 }),
  scaleIn: z
    .strictObject({
      cooldownSeconds: z
        .number()
        .int()
        .min(0)
        .max(86_400)
        .default(0)
        .describe('Time after a scale-in before the next.'),
      stabilizationSeconds: z
        .number()
        .int()
        .min(0)
        .max(86_400)
        .default(300)
        .describe('Scale in to the highest wish of this long.'),
      maxPercent: z
        .number()
        .gt(0)
        .max(100)
        .default(100)
        .describe('At most this share of the layer leaves in one step, rounded down, at least one.'),
    })
    .default({ cooldownSeconds: 0, stabilizationSeconds: 300, maxPercent: 100 }),
});

/** One tier of an application as the file states it, defaults filled in. */
export type Layer = z.infer<typeof layerSchema>;
export type Size = z.infer<typeof sizeSchema>;
export type LaunchSettings = z.infer<typeof launchSchema>;
