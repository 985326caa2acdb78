import * as z from 'zod';
import { nameSchema } from './names.ts';
import { measure, tellingKeys, whole } from './schema-notes.ts';

const kpi = nameSchema.describe('The KPI that shows the trouble. While it has no value, there is taken to be trouble.');

export const troubleSchema = z
  .union([
    z.strictObject({ kpi, above: measure().describe('Trouble is when the KPI is above this.') }),
    z.strictObject({ kpi, below: measure().describe('Trouble is when the KPI is below this.') }),
    z.strictObject({
      layer: nameSchema.describe('The layer whose failure shows the trouble: one that this layer gets its load from.'),
      unhealthyPercent: z
        .number()
        .gt(0)
        .max(100)
        .describe(
          'Trouble is when at least this share of the layer has failed, or served within the hour and no longer does.',
        ),
    }),
  ])
  .register(tellingKeys, {
    keys: [['kpi', 'above'], ['kpi', 'below'], ['layer']],
  })
  .describe('What tells an outage from a quiet hour.');

export const freezeSchema = z
  .strictObject({
    name: z.string().min(1).max(60).describe('What it is for, in plain words. Unique in its layer.'),
    kpi: nameSchema.describe('The KPI that measures traffic.'),
    fallsPercent: z
      .number()
      .gt(0)
      .max(100)
      .describe(
        'How far it must have fallen from its highest value within "withinSeconds". No value at all is the deepest fall.',
      ),
    withinSeconds: whole({ least: 60, most: 10_800 }).default(600).describe('In which time it must have fallen.'),
    while: troubleSchema,
    forSeconds: whole({ least: 0, most: 86_400 })
      .default(900)
      .describe('For how long nobody leaves after traffic is back or the trouble is over.'),
  })
  .describe(
    'Nobody leaves the layer while traffic has collapsed together with a trouble: it will come back all at once.',
  );

/** When a layer must not shrink. */
export type Freeze = z.infer<typeof freezeSchema>;
/** What tells an outage from a quiet hour. Told apart by the key it has: `above`, `below` or `unhealthyPercent`. */
export type Trouble = z.infer<typeof troubleSchema>;
