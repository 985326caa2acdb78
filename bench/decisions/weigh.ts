import { performance } from 'node:perf_hooks';
import { instantFromMillis } from '../../core/amounts.ts';
import type { ForecastState } from '../../core/forecast/state.ts';
import { startForecast, stepRisk } from '../../core/forecast/step-risk.ts';

const days = 15;
const measuredSteps = 301;

/** What one decision of the risk rule takes, and what it stores. */
export interface Weight {
  readonly bootSeconds: number;
  /** Half of the decisions take no longer. */
  readonly medianMilliseconds: number;
  /** Bytes of the state as JSON text. */
  readonly stateBytes: number;
}

/** Plays 15 days of minutes of a noisy day pattern and weighs what comes next. Wall-clock times: a busy machine makes them longer. */
export function weigh(bootSeconds: number): Weight {
  const rule = { periodSeconds: 60, perInstance: 100, shortfallPercent: 0.5, bootSeconds, running: 1 };
  let state: ForecastState = startForecast(rule);
  const times: number[] = [];
  const learningSteps = days * 1440;
  for (let step = 0; step < learningSteps + measuredSteps; step += 1) {
    const sample = { from: instantFromMillis(step * 60_000), load: loadAt(step) };
    const started = performance.now();
    state = stepRisk(state, { ...rule, at: instantFromMillis((step + 2) * 60_000), sample }).state;
    if (step >= learningSteps) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return {
    bootSeconds,
    medianMilliseconds: times[(measuredSteps - 1) / 2] ?? 0,
    stateBytes: JSON.stringify(state).length,
  };
}

/** A day, a half day, and a repeatable ripple that stands for noise. */
function loadAt(step: number): number {
  const day = Math.sin((2 * Math.PI * step) / 1440) + 0.3 * Math.sin((4 * Math.PI * step) / 1440);
  return Math.max(0, 1500 + 900 * day + 150 * Math.sin(step * step * 0.7));
}

/** The weights as lines of text. */
export function sayWeights(weights: readonly Weight[]): string[] {
  return weights.map(
    ({ bootSeconds, medianMilliseconds, stateBytes }) =>
      `boot ${bootSeconds} s, after ${days} days: a decision takes ${medianMilliseconds.toFixed(2)} ms (median), its state ${(stateBytes / 1024).toFixed(1)} KB`,
  );
}
