import type { Application } from '../../core/application/application-schema.ts';
import { shadowSettings } from '../../core/application/shadow-settings.ts';
import type { SituatedLayer } from '../../core/decide-layers.ts';
import { decideScaling } from '../../core/decide-scaling/decide-scaling.ts';
import type { LayerSituation } from '../../core/decide-scaling/layer-situation.ts';
import { type DecidedShadow, decideShadow, type ShadowQuestion } from '../../core/decide-shadow/decide-shadow.ts';
import { recordShadow } from '../../core/decide-shadow/record-shadow.ts';
import type { Readings } from '../../core/readings.ts';
import type { ShadowRecord } from '../../core/records.ts';
import { storedFromRecords } from '../../core/stored.ts';
import { makeApplication, makeLayer } from './application.ts';
import { makeSituation } from './situation.ts';

/** `shop` whose layer `web` has these rules, and these on trial. */
export function makeShadowed(of: {
  readonly rules: readonly object[];
  readonly shadow: object;
  readonly layer?: object;
  readonly kpis?: object;
}): Application {
  const cpu = { metric: { namespace: 'AWS/EC2', name: 'CPUUtilization', stat: 'Average' } };
  const requests = { metric: { namespace: 'AWS/ApplicationELB', name: 'RequestCount', stat: 'Sum' } };
  const p95 = { metric: { namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime', stat: 'p95' } };
  return makeApplication({
    kpis: { cpu, requests, p95, ...of.kpis },
    layers: { web: makeLayer({ rules: of.rules, shadow: of.shadow, ...of.layer }) },
  });
}

/** The live answer of `web`, as `decideLayers` gives it. */
export function makeLive(
  application: Application,
  overrides: Omit<NonNullable<Parameters<typeof makeSituation>[0]>, 'settings'> = {},
): SituatedLayer {
  const settings = application.layers['web'];
  if (settings === undefined) throw new Error('no layer');
  const situation: LayerSituation = { ...makeSituation(overrides), settings };
  return { ...decideScaling(situation), situation, revision: undefined };
}

/** The shadow's answer beside it. */
export function decideBeside(
  application: Application,
  live: SituatedLayer,
  more: Partial<Pick<ShadowQuestion, 'before' | 'readings' | 'alarms'>> = {},
): DecidedShadow {
  const layer = application.layers['web'];
  const settings = layer && shadowSettings(layer);
  if (settings === undefined) throw new Error('no shadow');
  const { readings, alarms } = live.situation;
  return decideShadow({ live, settings, scene: application, before: undefined, readings, alarms, ...more });
}

/** What is stored of a shadow's answer. */
export function recordOf(shadow: DecidedShadow, before?: ShadowRecord): ShadowRecord {
  const records = recordShadow(storedFromRecords('shop', before === undefined ? [] : [before]), shadow);
  const record = records.find((candidate) => candidate.kind === 'shadow');
  if (record?.kind !== 'shadow') throw new Error('no record');
  return record;
}

/** Readings of an application whose live fleet has so many. */
export type ReadingsAt = (liveCount: number) => Readings;
