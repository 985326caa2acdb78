import * as z from 'zod';
import { kpiSchema } from './kpi-schema.ts';
import { layerSchema } from './layer-schema.ts';
import { applicationNameSchema, nameSchema } from './names.ts';
import { participantSchema } from './participant-schema.ts';
import { allowedWords, measure, tellingKeys, textLike } from './schema-notes.ts';

const withoutDefault = 'Without it a value must be given with --set.';

const parameterSchema = z
  .union([
    z.strictObject({
      type: z.literal('string').describe('The type of the value.'),
      default: z.string().max(4096).optional().describe(`The value when none is given. ${withoutDefault}`),
    }),
    z.strictObject({
      type: z.literal('number').describe('The type of the value.'),
      default: measure().optional().describe(`The value when none is given. ${withoutDefault}`),
    }),
    z.strictObject({
      type: z.literal('boolean').describe('The type of the value.'),
      default: z.boolean().optional().describe(`The value when none is given. ${withoutDefault}`),
    }),
    z.strictObject({
      secretArn: textLike({
        pattern: /^arn:[a-z-]+:(secretsmanager|ssm):[^\s]{1,2000}$/,
        allowed: 'the ARN of a Secrets Manager secret or an SSM parameter',
      }).describe('A reference that the machine resolves itself; ${name} stands for this ARN, never for the secret.'),
    }),
  ])
  .register(tellingKeys, { keys: [['type'], ['type'], ['type'], ['secretArn']] })
  .describe('A value set when the file is applied, or a reference to a secret.');

export const relationLimitSchema = z
  .strictObject({
    layer: nameSchema.describe('The layer whose growth waits.'),
    atMost: z
      .number()
      .gt(0)
      .max(5000)
      .describe('Instances of "layer" for each instance of "per" in service, rounded down.'),
    per: nameSchema.describe('The layer it waits for; another one.'),
  })
  .describe('Growth of one layer waits for another.');

const layersSchema = z
  .record(nameSchema, layerSchema)
  .refine((layers) => Object.keys(layers).length > 0)
  .meta({ minProperties: 1 })
  .register(allowedWords, { allowed: 'an object with at least one layer' });

export const applicationSchema = z
  .strictObject({
    $schema: z
      .string()
      .max(2048)
      .optional()
      .describe('Where editors find the schema of this file. Without it they do not help.'),
    application: applicationNameSchema,
    parameters: z
      .record(nameSchema, parameterSchema)
      .default({})
      .describe('Values that make one file serve many deployments, by name.'),
    kpis: z.record(nameSchema, kpiSchema).default({}).describe('The numbers that rules look at, by name.'),
    layers: layersSchema.describe('The tiers of the application, by name.'),
    participants: z
      .record(nameSchema, participantSchema)
      .default({})
      .describe('Who is told about changes of the membership, by name.'),
    limits: z.array(relationLimitSchema).max(100).default([]).describe('Limits between layers.'),
    budget: z
      .strictObject({
        maxHourlyUsd: z.number().gt(0).max(1e6).describe('Growth that would cost more an hour is cut.'),
      })
      .optional()
      .describe('What all layers together may cost. Without it cost limits nothing.'),
  })
  .describe('One application: its layers, what they are measured by, the rules, and who is told.');

/** The application file, defaults filled in, references not yet checked: see read-application.ts. */
export type Application = z.infer<typeof applicationSchema>;
/** A value that is set when the file is applied, or a reference to a secret. */
export type Parameter = Application['parameters'][string];
/** How much one layer may grow for each instance of another. */
export type RelationLimit = Application['limits'][number];
