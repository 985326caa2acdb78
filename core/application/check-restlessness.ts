import * as z from 'zod';
import { applicationSchema } from './application-schema.ts';
import { checkOscillation, type OscillationScene, type RuleSet } from './check-oscillation.ts';
import { kpiSchema } from './kpi-schema.ts';
import { layerSchema } from './layer-schema.ts';
import type { Problem } from './problem.ts';
import { shadowSettings } from './shadow-settings.ts';

const collections = z.object({
  kpis: z.record(z.string(), z.unknown()).default({}).catch({}),
  layers: z.record(z.string(), z.unknown()).default({}).catch({}),
  limits: applicationSchema.shape.limits.catch([]),
  budget: applicationSchema.shape.budget.catch(undefined),
});

/**
 * Looks for rules that undo each other (check-oscillation.ts) in every layer that nothing else is wrong with: a rule that cannot be read cannot be
 * judged.
 */
export function checkRestlessness(value: unknown, problems: readonly Problem[]): readonly Problem[] {
  const read = collections.safeParse(value);
  if (!read.success) return [];
  const { limits, budget } = read.data;
  const isSound = (place: string): boolean => !problems.some(({ path }) => isWithin(path, place));
  const layers = readable(read.data.layers, layerSchema, (name) => isSound(`layers.${name}`));
  const kpis = readable(read.data.kpis, kpiSchema, (name) => isSound(`kpis.${name}`));
  const scene: OscillationScene = { kpis, layers, limits, budget };
  return Object.entries(layers).flatMap(([layer, settings]) =>
    ruleSetsOf(layer, settings).flatMap((ruleSet) => checkOscillation(withRules(scene, ruleSet), ruleSet)),
  );
}

function ruleSetsOf(layer: string, settings: RuleSet['settings']): readonly RuleSet[] {
  const live = { layer, settings, path: ['layers', layer, 'rules'] };
  const shadow = shadowSettings(settings);
  return shadow === undefined
    ? [live]
    : [live, { layer, settings: shadow, path: ['layers', layer, 'shadow', 'rules'] }];
}

/** A rule set is judged as if it were the layer's: a `targetValue` rule of it says how its KPI falls. */
function withRules(scene: OscillationScene, { layer, settings }: RuleSet): OscillationScene {
  return { ...scene, layers: { ...scene.layers, [layer]: settings } };
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}

function readable<S extends z.ZodType>(
  items: Readonly<Record<string, unknown>>,
  schema: S,
  isSound: (name: string) => boolean,
): Readonly<Record<string, z.infer<S>>> {
  return Object.fromEntries(
    Object.entries(items).flatMap(([name, item]) => {
      const parsed = isSound(name) ? schema.safeParse(item) : undefined;
      return parsed?.success === true ? [[name, parsed.data] as const] : [];
    }),
  );
}
