import * as z from 'zod';
import { relationLimitSchema } from './application-schema.ts';
import { freezeSchema, troubleSchema } from './freeze-schema.ts';
import { kpiFields } from './kpi-schema.ts';
import { countSchema, launchSchema } from './layer-schema.ts';
import { ruleFields, stepSchema } from './rule-schema.ts';
import { countFields } from './shadow-schema.ts';

const draftKpi = z.object({
  expression: readable(kpiFields.expression),
  periodSeconds: readable(kpiFields.periodSeconds),
  missing: readable(kpiFields.missing),
});

const draftRule = z.object({
  name: readable(ruleFields.name),
  kpi: readable(ruleFields.kpi),
  followLayer: readable(ruleFields.followLayer),
  cron: readable(ruleFields.cron),
  timeZone: readable(ruleFields.timeZone),
  min: readable(ruleFields.min),
  periods: readable(ruleFields.periods),
  withoutData: readable(ruleFields.withoutData),
  demand: readable(ruleFields.demand),
  steps: readable(z.array(readable(stepSchema))),
});

const draftFreeze = z.object({
  name: readable(freezeSchema.shape.name),
  kpi: readable(freezeSchema.shape.kpi),
  while: readable(troubleSchema),
});
const draftRules = z.array(readable(draftRule)).default([]).catch([]);

const shadowCount = z.object({ min: readable(countFields.min), max: readable(countFields.max) });

const draftLayer = z.object({
  count: readable(countSchema),
  shadow: readable(z.object({ rules: draftRules, count: readable(shadowCount) })),
  stateful: readable(z.object({ keepInService: readable(z.number()) })),
  launchAfter: readable(z.array(readable(z.string()))),
  drainBefore: readable(z.array(readable(z.string()))),
  scaleIn: readable(z.object({ freeze: readable(z.array(readable(draftFreeze))) })),
  rules: draftRules,
  launch: readable(
    z.object({
      userData: readable(launchSchema.shape.userData),
      tags: readable(z.record(z.string(), readable(z.string()))),
    }),
  ),
});

/** Whether a key is there matters as much as what it holds: a command that cannot be read is a command all the same. */
const draftHook = z.object({
  joining: z.unknown().optional(),
  joined: z.unknown().optional(),
  leaving: z.unknown().optional(),
  left: z.unknown().optional(),
  on: z.unknown().optional(),
  onFailure: z.unknown().optional(),
});

const draftParticipant = z.object({
  hears: readable(z.array(readable(z.string()))),
  targetGroupArn: readable(z.string()),
  hook: readable(draftHook),
  acknowledge: readable(z.object({ atLeastPercent: readable(z.number()) })),
});

const draftSchema = z.object({
  parameters: named(z.unknown()),
  kpis: named(draftKpi),
  layers: named(draftLayer),
  participants: named(draftParticipant),
  limits: z
    .array(
      readable(
        z.object({
          layer: readable(relationLimitSchema.shape.layer),
          per: readable(relationLimitSchema.shape.per),
        }),
      ),
    )
    .default([])
    .catch([]),
});

/**
 * What can be read of a file, however much else of it is wrong: a part that does not fit the schema is undefined (in a list too, so that indices
 * stay). A collection that cannot be read at all is undefined; one that is absent is empty. References are checked on this, so that a mistake
 * in one place hides none in another.
 */
export type Draft = z.infer<typeof draftSchema>;
export type DraftKpi = z.infer<typeof draftKpi>;
export type DraftLayer = z.infer<typeof draftLayer>;
export type DraftRule = z.infer<typeof draftRule>;
export type DraftParticipant = z.infer<typeof draftParticipant>;

/** Reads what can be read. Never fails: of a value that is no object nothing can be read. */
export function draftFrom(value: unknown): Draft {
  return draftSchema.catch(unreadable).parse(value);
}

/** The names of a collection and the items of it that could be read. */
export function readableItems<T>(
  collection: Readonly<Record<string, T | undefined>> | undefined,
): readonly [string, T][] {
  return Object.entries(collection ?? {}).flatMap(([name, item]) => (item === undefined ? [] : [[name, item]]));
}

const unreadable: Draft = {
  parameters: undefined,
  kpis: undefined,
  layers: undefined,
  participants: undefined,
  limits: [],
};

function readable<S extends z.ZodType>(schema: S) {
  return schema.optional().catch(undefined);
}

function named<S extends z.ZodType>(schema: S) {
  return z.record(z.string(), readable(schema)).default({}).or(z.undefined()).catch(undefined);
}
