import * as z from 'zod';
import { ruleSchema } from './rule-schema.ts';
import { whole } from './schema-notes.ts';

const asLive = 'Without it as the live layer.';

/** Bounds of a layer's count; the layer's own schema says which are required. */
export const countFields = {
  min: whole({ least: 0, most: 5000 }),
  max: whole({ least: 1, most: 5000 }),
};

/** How a layer grows and shrinks; the layer's own schema adds the defaults. */
export const scalingFields = {
  cooldownSeconds: whole({ least: 0, most: 86_400 }),
  stabilizationSeconds: whole({ least: 0, most: 86_400 }),
  maxPercent: z.number().gt(0).max(100),
};

const shadowCountSchema = z
  .strictObject({
    min: countFields.min.optional().describe(`The fewest that the shadow rules may decide. ${asLive}`),
    max: countFields.max.optional().describe(`The most that the shadow rules may decide. ${asLive}`),
  })
  .optional()
  .describe(`Other bounds for the shadow rules. ${asLive}`);

export const shadowSchema = z
  .strictObject({
    rules: z
      .array(ruleSchema)
      .min(1)
      .max(50)
      .describe(
        'What decides beside the rules of the layer: everything that may stand there. Other layers are seen as they are live.',
      ),
    count: shadowCountSchema,
    scaleOut: z
      .strictObject({
        cooldownSeconds: scalingFields.cooldownSeconds
          .optional()
          .describe(`Time after a scale-out before the next. ${asLive}`),
      })
      .optional()
      .describe(`How the shadow grows. ${asLive}`),
    scaleIn: z
      .strictObject({
        cooldownSeconds: scalingFields.cooldownSeconds
          .optional()
          .describe(`Time after a scale-in before the next. ${asLive}`),
        stabilizationSeconds: scalingFields.stabilizationSeconds
          .optional()
          .describe(`Scale in to the highest wish of this long. ${asLive}`),
        maxPercent: scalingFields.maxPercent
          .optional()
          .describe(`At most this share leaves in one step, rounded down, at least one. ${asLive}`),
      })
      .optional()
      .describe(`How the shadow shrinks. ${asLive}`),
  })
  .describe('A second rule set on trial: it decides on the same readings, is stored and compared, and never acts.');

/** A second rule set of a layer, as the file states it. */
export type Shadow = z.infer<typeof shadowSchema>;
