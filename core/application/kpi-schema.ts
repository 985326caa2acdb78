import * as z from 'zod';
import { nameSchema } from './names.ts';
import { measure, tellingKeys, textLike, whole } from './schema-notes.ts';

const periodSeconds = z
  .union([z.literal([1, 5, 10, 30]), z.number().int().multipleOf(60).min(60).max(86_400)])
  .default(60)
  .describe('Length of one period in seconds, as CloudWatch allows it: 1, 5, 10, 30 or a multiple of 60.');

const assumed = z.strictObject({
  assume: measure().describe(
    'The value a period without data stands for, in the unit of the KPI. Alone it is taken for the truth; below other rungs it is a stand-in.',
  ),
});

const held = z.strictObject({
  holdLastSeconds: whole({ least: 1, most: 86_400 }).describe(
    'For how many seconds the last value stands in for missing ones.',
  ),
  halfLifeSeconds: whole({ least: 1, most: 86_400 })
    .optional()
    .describe('Time in which half of the distance to "toward" is gone. Without it the last value stays as it was.'),
  toward: measure()
    .default(0)
    .describe('Where the last value decays to, in the unit of the KPI; says nothing without "halfLifeSeconds".'),
});

const substituted = z.strictObject({
  kpi: nameSchema.describe('Another KPI of the same period, which stands in while it is measured itself.'),
  times: z
    .number()
    .gt(0)
    .max(1e9)
    .default(1)
    .describe('What the other KPI is multiplied by to be in the unit of this one.'),
});

const rungKeys: readonly (readonly [string])[] = [['assume'], ['holdLastSeconds'], ['kpi']];

const rung = z
  .union([assumed, held, substituted])
  .register(tellingKeys, { keys: rungKeys })
  .describe('One stand-in for missing data.');

const missing = z
  .union([z.literal('hold'), ...rung.options, z.array(rung).min(1).max(5)])
  .register(tellingKeys, { keys: rungKeys })
  .default('hold')
  .describe(
    'What a rule sees when there is no data: "hold" (the rule votes to stay), one stand-in, or several, the first that has a value counts. A stand-in never scales in, but for "assume" alone.',
  );

const coverage = z
  .strictObject({
    atLeastPercent: z.number().gt(0).max(100).describe('The share of the periods that must have had data.'),
    ofPeriods: whole({ least: 1, most: 60 })
      .default(10)
      .describe('How many of the newest periods are looked at, from the newest datapoint back.'),
  })
  .optional()
  .describe('No scale-in on a reading of which fewer periods had data. Without it the newest period is enough.');

const metric = z
  .strictObject({
    namespace: z.string().min(1).max(255).describe('The CloudWatch namespace, for example AWS/ApplicationELB.'),
    name: z.string().min(1).max(255).describe('The name of the metric in its namespace.'),
    stat: textLike({
      pattern: /^(Average|Sum|Minimum|Maximum|SampleCount|(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,2})?)$/,
      allowed: 'Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p95',
    }).describe('The CloudWatch statistic, for example Average, Sum or p95.'),
    dimensions: z
      .record(z.string().min(1).max(255), z.string().min(1).max(1024).describe('The value of one dimension.'))
      .default({})
      .describe('The CloudWatch dimensions, all of them.'),
  })
  .describe('A CloudWatch metric.');

const metricKpi = z.strictObject({ metric, periodSeconds, missing, coverage });

const expressionKpi = z.strictObject({
  expression: z
    .string()
    .min(1)
    .max(1024)
    .describe('CloudWatch metric math over other KPIs; <layer>_in_service and <layer>_desired are always there.'),
  missing,
  coverage,
});

const pushedKpi = z.strictObject({
  pushed: z
    .literal(true)
    .describe(
      'Values are pushed by the application: metric <kpi> in namespace Concertina/Pushed, dimension Application.',
    ),
  periodSeconds,
  missing,
  coverage,
});

export const kpiSchema = z
  .union([metricKpi, expressionKpi, pushedKpi])
  .register(tellingKeys, { keys: [['metric'], ['expression'], ['pushed']] })
  .describe('A number that rules look at: a metric, an expression, or pushed.');

/** The fields that expressions are checked by: see draft.ts. */
export const kpiFields = { expression: expressionKpi.shape.expression, periodSeconds, missing };

/** One KPI as the file states it, defaults filled in. Told apart by the key it has: `metric`, `expression` or `pushed`. */
export type Kpi = z.infer<typeof kpiSchema>;
/** What stands in for a period without data. */
export type MissingPolicy = Kpi['missing'];
/** One stand-in for missing data. Told apart by the key it has: `assume`, `holdLastSeconds` or `kpi`. */
export type Rung = z.infer<typeof rung>;
