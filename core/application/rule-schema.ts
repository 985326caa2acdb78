import * as z from 'zod';
import { demandSchema } from './demand-schema.ts';
import { largestNumber } from './largest-number.ts';
import { nameSchema } from './names.ts';
import { measure, tellingKeys, textLike, whole } from './schema-notes.ts';

const name = z
  .string()
  .min(1)
  .max(60)
  .describe('What the rule is for, in plain words; it appears in every decision. Unique in its layer.');
const kpi = nameSchema.describe('The KPI this rule looks at.');
const add = whole({ least: 1, most: 1000 }).describe('How many instances to add.');
const addPercent = z
  .number()
  .gt(0)
  .max(1000)
  .describe('How many percent of the instances in service to add, rounded up.');

const withoutData = z
  .strictObject({ count: whole({ least: 1, most: 5000 }).describe('At most the "max" of the layer.') })
  .optional()
  .describe(
    'How many to have at the least while the KPI has no value, not even a stand-in. Without it the rule stays.',
  );

const targetValueRule = z.strictObject({
  name,
  kpi,
  targetValue: z
    .number()
    .gt(0)
    .max(largestNumber)
    .describe('The value to keep the KPI near, in its unit; the KPI must fall when instances are added.'),
  tolerancePercent: z
    .number()
    .min(0)
    .max(50)
    .default(10)
    .describe('No change while the KPI is within this many percent of the target, edges included.'),
  withoutData,
});

const from = measure().describe('Applies when the KPI is at or above this.');
const below = measure().describe('Applies when the KPI is below this.');
const remove = whole({ least: 1, most: 1000 }).describe('How many instances to remove.');
const removePercent = z
  .number()
  .gt(0)
  .max(100)
  .describe('How many percent of the instances in service to remove, rounded down, at least one.');

export const stepSchema = z
  .union([
    z.strictObject({ from, add }),
    z.strictObject({ from, addPercent }),
    z.strictObject({ below, remove }),
    z.strictObject({ below, removePercent }),
  ])
  .register(tellingKeys, {
    keys: [
      ['from', 'add'],
      ['from', 'addPercent'],
      ['below', 'remove'],
      ['below', 'removePercent'],
    ],
  })
  .describe('One step: from a value up instances are added, or below a value removed.');

const stepsRule = z.strictObject({
  name,
  kpi,
  steps: z
    .array(stepSchema)
    .min(1)
    .max(20)
    .describe('The step furthest out that applies is taken: the highest "from" reached, or the lowest "below".'),
  periods: textLike({
    pattern: /^([1-9]|1\d|20) of ([1-9]|1\d|20)$/,
    allowed: '"M of N" with M and N from 1 to 20, M at most N',
  })
    .default('1 of 1')
    .describe('"M of N": a step applies when it does in M of the newest N periods.'),
  withoutData,
});

const cronRule = z.strictObject({
  name,
  cron: textLike({
    pattern: /^[0-9A-Za-z*/,#+-]{1,60}( [0-9A-Za-z*/,#+-]{1,60}){4}$/,
    allowed: 'five fields with one space between: minute, hour, day of month, month, day of week',
  }).describe('When the window starts: a cron expression of five fields.'),
  timeZone: textLike({
    pattern: /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/,
    allowed: 'an IANA time zone such as Europe/Zurich',
  })
    .default('UTC')
    .describe('The IANA time zone of the cron expression.'),
  durationSeconds: whole({ least: 60, most: 2_678_400 }).describe('How long the window lasts.'),
  min: whole({ least: 0, most: 5000 }).describe(
    'The least number of instances during the window; at most the "max" of the layer. They are launched a boot time earlier, so that they are in service when it starts.',
  ),
});

const alarm = z
  .string()
  .min(1)
  .max(255)
  .describe('The name of a CloudWatch alarm; the rule asks for more while it is in ALARM.');
const alarmRule = z.union([z.strictObject({ name, alarm, add }), z.strictObject({ name, alarm, addPercent })]);

const riskRule = z.strictObject({
  name,
  kpi: kpi.describe('The KPI that measures demand: a count of work in each period, such as requests.'),
  perCapacityUnit: z
    .number()
    .gt(0)
    .max(1e9)
    .describe('How much of the KPI in one period one unit of "capacity" carries within what you promise your users.'),
  shortfallPercent: z
    .number()
    .min(0.01)
    .max(49)
    .describe('The risk you accept: the share of time in which demand may exceed what is in service.'),
  demand: demandSchema.optional(),
  withoutData,
});

const followLayerRule = z.strictObject({
  name,
  followLayer: nameSchema.describe('The layer to follow.'),
  ratio: z.number().gt(0).max(1000).describe('Instances of this layer per desired instance of the other, rounded up.'),
});

export const ruleSchema = z
  .union([targetValueRule, stepsRule, cronRule, ...alarmRule.options, followLayerRule, riskRule])
  .register(tellingKeys, {
    keys: [
      ['targetValue'],
      ['steps'],
      ['cron'],
      ['alarm', 'add'],
      ['alarm', 'addPercent'],
      ['followLayer'],
      ['shortfallPercent'],
    ],
  })
  .describe('One wish about the number of instances; the safest of all wishes wins.');

/** The fields of rules that point at something else or must fit together: see draft.ts. */
export const ruleFields = {
  name,
  kpi,
  followLayer: followLayerRule.shape.followLayer,
  cron: cronRule.shape.cron,
  timeZone: cronRule.shape.timeZone,
  min: cronRule.shape.min,
  periods: stepsRule.shape.periods,
  withoutData,
  demand: riskRule.shape.demand,
};

/** A rule, told apart by the key it has: `targetValue`, `steps`, `cron`, `alarm`, `followLayer` or `shortfallPercent`. */
export type Rule = z.infer<typeof ruleSchema>;
export type TargetValueRule = z.infer<typeof targetValueRule>;
export type StepsRule = z.infer<typeof stepsRule>;
export type Step = z.infer<typeof stepSchema>;
export type CronRule = z.infer<typeof cronRule>;
export type AlarmRule = z.infer<typeof alarmRule>;
export type FollowLayerRule = z.infer<typeof followLayerRule>;
export type RiskRule = z.infer<typeof riskRule>;
