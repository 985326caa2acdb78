import type { Layer } from '../../core/application/layer-schema.ts';
import type { LayerSituation } from '../../core/decide-scaling/layer-situation.ts';
import type { Reading, Readings } from '../../core/readings.ts';
import { makeApplication, makeLayer } from './application.ts';
import { later, noon } from './stored.ts';

/** A layer's settings, defaults filled in. */
export function makeSettings(overrides: object = {}): Layer {
  const layer = makeApplication({ layers: { web: makeLayer(overrides) } }).layers['web'];
  if (layer === undefined) throw new Error('no layer');
  return layer;
}

/** CPU measured in the minute before noon; `recent` is the value alone unless told. */
export function makeReading(
  of: Partial<Omit<Reading, 'value'>> & { readonly value?: number | undefined } = {},
): Reading {
  const { value = 'value' in of ? undefined : 60, ...overrides } = of;
  return {
    kpi: 'cpu',
    ...(value === undefined ? {} : { value, at: later(-60), ageSeconds: 0 }),
    source: value === undefined ? 'missing' : 'measured',
    periodSeconds: 60,
    coverageRatio: value === undefined ? 0 : 1,
    recent: [value],
    ...overrides,
  };
}

export function readingsOf(...readings: readonly Reading[]): Readings {
  return new Map(readings.map((reading) => [reading.kpi, reading]));
}

/** Four instances of `web`, desired and in service for an hour, at noon. `settings` as a file would state them. */
export function makeSituation(
  overrides: Partial<Omit<LayerSituation, 'settings' | 'desired'>> & {
    readonly settings?: object;
    readonly count?: number;
    readonly isFirst?: boolean;
  } = {},
): LayerSituation {
  const { settings, count = 4, isFirst = false, ...rest } = overrides;
  const inService = rest.inService ?? count;
  return {
    name: 'web',
    settings: makeSettings(settings),
    ...(isFirst ? {} : { desired: { count, revision: 1, hourlyUsd: 0.1 } }),
    revision: { number: 1, hourlyUsd: 0.1, capacity: 1 },
    bootSeconds: 60,
    inService,
    newestInServiceAt: later(-3600),
    failed: 0,
    memory: { wishes: [], inService: [{ at: later(-3600), count: inService }] },
    others: new Map(),
    othersHourlyUsd: 0,
    limits: [],
    readings: new Map(),
    alarms: new Map(),
    now: noon,
    trigger: 'schedule',
    fileVersion: 1,
    ...rest,
  };
}
