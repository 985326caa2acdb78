import { z } from 'zod';

const periodSeconds = z
  .number()
  .int()
  .refine(
    (n) => [1, 5, 10, 30].includes(n) || (n > 0 && n % 60 === 0 && n <= 86_400),
    '1, 5, 10, 30 or a multiple of 60, up to 86400',
  )
  .describe('Length of one period in seconds, as CloudWatch allows it: 1, 5, 10, 30 or a multiple of 60.');

const missing = z
  .union([
    z.literal('hold'),
    z.strictObject({
      assume: z.number().describe('The value a period without data stands for, in the unit of the KPI.'),
    }),
    z.strictObject({
      holdLastSeconds: z
        .number()
        .int()
        .min(1)
        .max(86_400)
        .describe('For how many seconds the last value stands in for missing ones.'),
    }),
  ])
  .default('hold')
  .describe(
    'What a rule sees when there is no data: "hold" (the rule votes to stay), an assumed value, or the last value for a while.',
  );

const metricKpi = z.strictObject({
  metric: z
    .strictObject({
      namespace: z.string().min(1).max(255),
      name: z.string().min(1).max(255),
      stat: z
        .string()
        .regex(
          /^(Average|Sum|Minimum|Maximum|SampleCount|(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,2})?)$/,
          'Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p95',
        )
        .describe('The CloudWatch statistic, for example Average, Sum or p95.'),
      dimensions: z
        .record(z.string().min(1), z.string().min(1))
        .default({})
        .describe('The CloudWatch dimensions, all of them.'),
    })
    .describe('A CloudWatch metric.'),
  periodSeconds: periodSeconds.default(60),
  missing,
});

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
  periodSeconds: periodSeconds.default(60),
  missing,
});

export const kpiSchema = z
  .union([metricKpi, expressionKpi, pushedKpi])
  .describe('A number that rules look at: a metric, an expression, or pushed.');

/** One KPI as the file states it, defaults filled in. Told apart by the key it has: `metric`, `expression` or `pushed`. */
export type Kpi = z.infer<typeof kpiSchema>;
export type MissingPolicy = Kpi['missing'];
