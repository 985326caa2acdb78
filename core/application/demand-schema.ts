import * as z from 'zod';
import { nameSchema } from './names.ts';
import { measure, tellingKeys } from './schema-notes.ts';

const signSchema = z
  .union([
    z.strictObject({
      kpi: nameSchema.describe('A KPI that shows it.'),
      above: measure().describe('Above this the layer is full.'),
    }),
    z.strictObject({
      kpi: nameSchema.describe('A KPI that shows it.'),
      below: measure().describe('Below this the layer is full.'),
    }),
  ])
  .register(tellingKeys, {
    keys: [
      ['kpi', 'above'],
      ['kpi', 'below'],
    ],
  })
  .describe('A sign that the layer is full, such as processors above 95 % or answers slower than a second.');

export const demandSchema = z
  .strictObject({
    plus: z
      .array(nameSchema)
      .max(10)
      .default([])
      .describe('KPIs that count what was asked for and not served, such as requests refused; of the same period.'),
    backlog: nameSchema
      .optional()
      .describe(
        'A KPI that measures what waits, such as the length of a queue. By how much it grew from one period to the next is demand too. Without it nothing is taken to wait.',
      ),
    saturatedWhen: z
      .array(signSchema)
      .max(5)
      .default([])
      .describe('While any of these is true, more is asked for than is served.'),
    growthFactor: z
      .number()
      .gt(1)
      .max(4)
      .default(1.5)
      .describe('While the layer is full, demand is taken to be at least this many times what it serves.'),
  })
  .describe(
    'How demand is told from what was served: a full layer serves less than is asked of it, and hides the rest. Without it demand is what the KPI says.',
  );

/** How demand is told from what was served. */
export type DemandSettings = z.infer<typeof demandSchema>;
/** A sign that the layer is full. Told apart by the key it has: `above` or `below`. */
export type SaturationSign = z.infer<typeof signSchema>;
