import { z } from 'zod';
import { nameSchema } from './names.ts';

const ruleName = z
  .string()
  .min(1)
  .max(60)
  .describe('What the rule is for, in plain words; it appears in every decision.');
const kpi = nameSchema.describe('The KPI this rule looks at.');
const add = z.number().int().min(1).max(1000).describe('How many instances to add.');
const addPercent = z
  .number()
  .gt(0)
  .max(1000)
  .describe('How many percent of the instances in service to add, rounded up.');

const targetValueRule = z.strictObject({
  name: ruleName,
  kpi,
  targetValue: z
    .number()
    .gt(0)
    .describe('The value to keep the KPI near, in its unit; the KPI must fall when instances are added.'),
  tolerancePercent: z
    .number()
    .min(0)
    .max(50)
    .default(10)
    .describe('No change while the KPI is within this many percent of the target, edges included.'),
});

const stepSchema = z.union([
  z.strictObject({ from: z.number().describe('Applies when the KPI is at or above this.'), add }),
  z.strictObject({ from: z.number().describe('Applies when the KPI is at or above this.'), addPercent }),
  z.strictObject({
    below: z.number().describe('Applies when the KPI is below this.'),
    remove: z.number().int().min(1).max(1000).describe('How many instances to remove.'),
  }),
  z.strictObject({
    below: z.number().describe('Applies when the KPI is below this.'),
    removePercent: z
      .number()
      .gt(0)
      .max(100)
      .describe('How many percent of the instances in service to remove, rounded down, at least one.'),
  }),
]);

const stepsRule = z.strictObject({
  name: ruleName,
  kpi,
  steps: z
    .array(stepSchema)
    .min(1)
    .max(20)
    .describe('The step furthest out that applies is taken: the highest "from" reached, or the lowest "below".'),
  periods: z
    .string()
    .regex(/^([1-9]|1\d|20) of ([1-9]|1\d|20)$/, '"M of N" with M and N from 1 to 20')
    .default('1 of 1')
    .describe('"M of N": a step applies when it does in M of the newest N periods.'),
});

const cronRule = z.strictObject({
  name: ruleName,
  cron: z.string().min(9).max(100).describe('When the window starts: a cron expression of five fields.'),
  timeZone: z.string().default('UTC').describe('The IANA time zone of the cron expression.'),
  durationSeconds: z.number().int().min(60).max(2_678_400).describe('How long the window lasts.'),
  min: z.number().int().min(0).max(5000).describe('The least number of instances during the window.'),
});

const alarm = z
  .string()
  .min(1)
  .max(255)
  .describe('The name of a CloudWatch alarm; the rule asks for more while it is in ALARM.');
const alarmRule = z.union([
  z.strictObject({ name: ruleName, alarm, add }),
  z.strictObject({ name: ruleName, alarm, addPercent }),
]);

const followLayerRule = z.strictObject({
  name: ruleName,
  followLayer: nameSchema.describe('The layer to follow.'),
  ratio: z.number().gt(0).max(1000).describe('Instances of this layer per desired instance of the other, rounded up.'),
});

export const ruleSchema = z
  .union([targetValueRule, stepsRule, cronRule, ...alarmRule.options, followLayerRule])
  .describe('One wish about the number of instances; the safest of all wishes wins.');

/** A rule, told apart by the key it has: `targetValue`, `steps`, `cron`, `alarm` or `followLayer`. */
export type Rule = z.infer<typeof ruleSchema>;
export type TargetValueRule = z.infer<typeof targetValueRule>;
export type StepsRule = z.infer<typeof stepsRule>;
export type Step = z.infer<typeof stepSchema>;
export type CronRule = z.infer<typeof cronRule>;
export type AlarmRule = z.infer<typeof alarmRule>;
export type FollowLayerRule = z.infer<typeof followLayerRule>;
