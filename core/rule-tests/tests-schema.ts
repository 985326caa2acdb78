import * as z from 'zod';
import { nameSchema } from '../application/names.ts';
import { measure, textLike, whole } from '../application/schema-notes.ts';
import type { LimitName } from '../decision.ts';

const count = whole({ least: 0, most: 5000 });
const secondsAgo = whole({ least: 0, most: 86_400 });
const ruleName = z.string().min(1).max(60);

const limitNames = [
  'min',
  'max',
  'limit',
  'budget',
  'ceiling',
  'cooldown',
  'unhealthy',
  'freeze',
  'stabilization',
  'step size',
  'asked again',
] as const satisfies readonly LimitName[];

const readingSchema = z
  .union([
    measure(),
    z.literal('missing'),
    z
      .array(z.union([measure(), z.null()]))
      .min(1)
      .max(200),
  ])
  .describe(
    'A value for all recent periods, "missing" (CloudWatch answers without data), or the newest periods, newest last, null without data.',
  );

const readingsSchema = z
  .union([z.literal('outage'), z.record(nameSchema, readingSchema)])
  .describe('Values by KPI, or "outage": CloudWatch does not answer. A KPI that is not given has no data.');

const alarmsSchema = z
  .record(z.string().min(1).max(255), z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']))
  .describe('States by alarm. An alarm that is not given does not exist.');

const othersSchema = z
  .record(
    nameSchema,
    z.strictObject({
      desired: count.describe('How many are desired of the other layer.'),
      inService: count.optional().describe('How many of them serve. Without it all that are desired.'),
    }),
  )
  .describe('What the other layers have, by name. One that is not given has its "min".');

const stateSchema = z
  .strictObject({
    desired: count.describe('How many are desired of the layer.'),
    inService: count.optional().describe('How many serve, for an hour. Without it all that are desired.'),
    failed: count.default(0).describe('How many have failed and are not replaced.'),
    bootSeconds: whole({ least: 0, most: 7200 }).default(60).describe('How long a launch takes until it serves.'),
    scaledOutSecondsAgo: secondsAgo.optional().describe('When the layer last grew. Without it long ago.'),
    scaledInSecondsAgo: secondsAgo.optional().describe('When the layer last shrank. Without it long ago.'),
    wishes: z
      .array(
        z.strictObject({
          secondsAgo: secondsAgo.describe('When the rules wanted it.'),
          count: count.describe('How many they wanted.'),
        }),
      )
      .max(100)
      .default([])
      .describe('What the rules wanted before, for the stabilization window.'),
    watchedSeconds: secondsAgo
      .optional()
      .describe(
        'For how long the layer has been watched without a gap. Without it longer than the stabilization window.',
      ),
    others: othersSchema.default({}),
  })
  .describe('What the layer is like when it is decided.');

const expectSchema = z
  .strictObject({
    outcome: z.enum(['out', 'in', 'hold']).optional().describe('Whether it grows, shrinks or holds. Without it any.'),
    count: count.optional().describe('How many are desired then. Without it any number.'),
    limits: z
      .array(z.enum(limitNames))
      .max(11)
      .optional()
      .describe('The limits that change the wish, all of them in their order. Without it any.'),
    because: z
      .union([z.string().min(1).max(500), z.array(z.string().min(1).max(500)).min(1).max(20)])
      .optional()
      .describe('What the sentence of the decision contains. Without it any.'),
    proposals: z
      .record(ruleName, z.union([count, z.enum(['agree', 'stay'])]))
      .optional()
      .describe('What single rules propose: a count, "agree" (no objection) or "stay" (not fewer). Without it any.'),
  })
  .describe('What is expected of the decision; what is not stated may be anything.');

const stepSchema = z
  .strictObject({
    afterSeconds: whole({ least: 1, most: 86_400 }).describe('How long after the decision before.'),
    state: z
      .strictObject({
        inService: count
          .optional()
          .describe('How many serve by now. Without it all that were desired, from at once after the decision before.'),
        failed: count.optional().describe('How many have failed. Without it as before.'),
        others: othersSchema.optional().describe('What changed of the other layers. Without it as before.'),
      })
      .default({})
      .describe('What else has changed. The desired count is what was decided before.'),
    readings: readingsSchema
      .default({})
      .describe('What has changed: a KPI that is not given reads as in the step before.'),
    alarms: alarmsSchema.default({}).describe('What has changed: an alarm that is not given is as in the step before.'),
    expect: expectSchema.optional().describe('What is expected of this decision. Without it anything.'),
  })
  .describe('A later decision, with what the one before left behind.');

const testSchema = z
  .strictObject({
    name: z.string().min(1).max(200).describe('What happens, in plain words. Unique in the file.'),
    layer: nameSchema.describe('The layer that is decided.'),
    rules: z.enum(['live', 'shadow']).default('live').describe('Which rule set of the layer decides.'),
    at: textLike({
      pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$/,
      allowed: 'an instant in UTC such as 2026-11-23T12:00:00Z',
    }).describe('When it is decided: for windows of cron rules.'),
    state: stateSchema,
    readings: readingsSchema.default({}),
    alarms: alarmsSchema.default({}),
    expect: expectSchema,
    afterwards: z.array(stepSchema).max(200).default([]).describe('Later decisions, one after the other.'),
  })
  .describe('One situation of one layer, and what its rules are expected to decide.');

export const testsSchema = z
  .strictObject({
    $schema: z
      .string()
      .max(2048)
      .optional()
      .describe('Where editors find the schema of this file. Without it they do not help.'),
    tests: z.array(testSchema).min(1).max(1000).describe('The tests, in the order in which they are told of.'),
  })
  .describe('Tests of the rules of one application file, which stands beside it.');

/** A test as the file states it, defaults filled in. */
export type RuleTest = z.infer<typeof testSchema>;
export type RuleTestStep = z.infer<typeof stepSchema>;
export type Expectation = z.infer<typeof expectSchema>;
export type TestReadings = z.infer<typeof readingsSchema>;
