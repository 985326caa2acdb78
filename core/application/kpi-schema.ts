import * as z from 'zod';
import { measure, tellingKeys, textLike, whole } from './schema-notes.ts';

const periodSeconds = z
  .union([z.literal([1, 5, 10, 30]), z.number().int().multipleOf(60).min(60).max(86_400)])
  .default(60)
  .describe('Length of one period in seconds, as CloudWatch allows it: 1, 5, 10, 30 or a multiple of 60.');

const missing = z
  .union([
    z.literal('hold'),
    z.strictObject({
      assume: measure().describe('The value a period without data stands for, in the unit of the KPI.'),
    }),
    z.strictObject({
      holdLastSeconds: whole({ least: 1, most: 86_400 }).describe(
        'For how many seconds the last value stands in for missing ones.',
      ),
    }),
  ])
  .register(tellingKeys, { keys: [['assume'], ['holdLastSeconds']] })
  .default('hold')
  .describe(
    'What a rule sees when there is no data: "hold" (the rule votes to stay), an assumed value, or the last value for a while.',
  );

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

const metricKpi = z.strictObject({ metric, periodSeconds, missing });

const expressionKpi = z.strictObject({
  expression: z
    .string()
    .min(1)
    .max(1024)
    .describe('CloudWatch metric math over other KPIs; <layer>_in_service and <layer>_desired are always there.'),
  missing,
});

const pushedKpi = z.strictObject({
  pushed: z
    .literal(true)
    .describe(
      'Values are pushed by the application: metric <kpi> in namespace Concertina/Pushed, dimension Application.',
    ),
  periodSeconds,
  missing,
});

export const kpiSchema = z
  .union([metricKpi, expressionKpi, pushedKpi])
  .register(tellingKeys, { keys: [['metric'], ['expression'], ['pushed']] })
  .describe('A number that rules look at: a metric, an expression, or pushed.');

/** The fields that expressions are checked by: see draft.ts. */
export const kpiFields = { expression: expressionKpi.shape.expression, periodSeconds };

/** One KPI as the file states it, defaults filled in. Told apart by the key it has: `metric`, `expression` or `pushed`. */
export type Kpi = z.infer<typeof kpiSchema>;
/** What stands in for a period without data. */
export type MissingPolicy = Kpi['missing'];
