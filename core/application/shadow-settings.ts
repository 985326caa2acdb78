import type { Layer } from './layer-schema.ts';

/** What the shadow rules of a layer decide by: as the live layer, but for what `shadow` states. The same object for the same layer. */
export type ShadowSettings = Omit<Layer, 'shadow'>;

const settingsOf = new WeakMap<Layer, ShadowSettings>();

/** Undefined for a layer without shadow rules. */
export function shadowSettings(layer: Layer): ShadowSettings | undefined {
  const { shadow, ...live } = layer;
  if (shadow === undefined) return undefined;
  const known = settingsOf.get(layer);
  if (known !== undefined) return known;
  const settings = {
    ...live,
    rules: shadow.rules,
    count: stated(live.count, shadow.count),
    scaleOut: stated(live.scaleOut, shadow.scaleOut),
    scaleIn: stated(live.scaleIn, shadow.scaleIn),
  };
  settingsOf.set(layer, settings);
  return settings;
}

/** `live` with what the shadow states of it. */
export function stated<T extends object>(
  live: T,
  shadow: { readonly [Key in keyof T]?: T[Key] | undefined } | undefined,
): T {
  const given = Object.entries(shadow ?? {}).filter(([, value]) => value !== undefined);
  return { ...live, ...Object.fromEntries(given) };
}
