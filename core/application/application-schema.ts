import { z } from 'zod';
import { kpiSchema } from './kpi-schema.ts';
import { layerSchema } from './layer-schema.ts';
import { applicationNameSchema, nameSchema } from './names.ts';

const parameterSchema = z
  .union([
    z.strictObject({ type: z.literal('string'), default: z.string().optional() }),
    z.strictObject({ type: z.literal('number'), default: z.number().optional() }),
    z.strictObject({ type: z.literal('boolean'), default: z.boolean().optional() }),
    z.strictObject({
      secretArn: z
        .string()
        .regex(/^arn:[a-z-]+:(secretsmanager|ssm):/, 'the ARN of a secret')
        .describe('A reference that the machine resolves itself.'),
    }),
  ])
  .describe('A value set when the file is applied, or a reference to a secret.');

const participantSchema = z.strictObject({
  hears: z
    .array(z.union([z.literal('*'), nameSchema]))
    .min(1)
    .describe('The layers whose changes it is told; "*" for all.'),
  acknowledge: z
    .strictObject({
      withinSeconds: z.number().int().min(1).max(86_400).describe('Deadline of an acknowledgement.'),
      onTimeout: z
        .enum(['continue', 'stop'])
        .default('continue')
        .describe('What happens to the change after the deadline.'),
    })
    .optional()
    .describe('Present when changes wait for this participant.'),
});

export const applicationSchema = z
  .strictObject({
    $schema: z.string().optional(),
    application: applicationNameSchema,
    parameters: z.record(nameSchema, parameterSchema).default({}),
    kpis: z.record(nameSchema, kpiSchema).default({}),
    layers: z.record(nameSchema, layerSchema).refine((layers) => Object.keys(layers).length > 0, 'at least one layer'),
    participants: z.record(nameSchema, participantSchema).default({}),
    limits: z
      .array(
        z.strictObject({
          layer: nameSchema,
          atMost: z
            .number()
            .gt(0)
            .max(5000)
            .describe('Instances of "layer" for each instance of "per" in service, rounded down.'),
          per: nameSchema,
        }),
      )
      .max(100)
      .default([])
      .describe('Growth of one layer waits for another.'),
    budget: z
      .strictObject({ maxHourlyUsd: z.number().gt(0) })
      .optional()
      .describe('Growth that would cost more an hour is cut.'),
  })
  .describe('One application: its layers, what they are measured by, the rules, and who is told.');

/** The application file, defaults filled in, references not yet checked: see read-application.ts. */
export type Application = z.infer<typeof applicationSchema>;
export type Parameter = Application['parameters'][string];
export type Participant = Application['participants'][string];
export type RelationLimit = Application['limits'][number];
