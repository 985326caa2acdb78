import { addSeconds } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { compareShadow, type ShadowComparison } from '../../core/decide-shadow/compare-shadow.ts';
import { readShadowStory, shadowedLayers } from '../cli/read-shadow-story.ts';
import { runWorld, type WorldRun } from '../local/run-world.ts';
import { firstDays, type Trace, traceSeconds } from '../local/trace.ts';
import { createWorld, traceStart, type World } from '../local/world.ts';

/** What is played. */
export interface Play {
  /** The application file, as text and as read from it. */
  readonly text: string;
  readonly application: Application;
  /** All of it; `days` says how much is played. */
  readonly trace: Trace;
  readonly days: number | undefined;
  readonly seed: number;
}

/** A demo that was played, with all that can be told of it. */
export interface Played {
  readonly play: Play;
  /** What was played of the trace. */
  readonly trace: Trace;
  readonly world: World;
  readonly run: WorldRun;
  /** Of each layer with shadow rules, over the time of the trace. */
  readonly shadows: readonly ShadowComparison[];
}

/** How far a demo is. */
export interface Progress {
  readonly doneRatio: number;
  readonly world: World;
}

/** Plays a demo. `onProgress` is called for each virtual minute. */
export async function play(of: Play, onProgress: (progress: Progress) => void = () => undefined): Promise<Played> {
  const trace = of.days === undefined ? of.trace : firstDays(of.trace, of.days);
  const world = createWorld({ text: of.text, application: of.application, trace, seed: of.seed });
  const minutes = traceSeconds(trace) / 60;
  const run = await runWorld(world, (minute) => {
    if (minute >= 0) onProgress({ doneRatio: Math.min(1, minute / minutes), world });
  });
  return { play: of, trace, world, run, shadows: await compareShadows(world, run) };
}

async function compareShadows({ table, options }: World, run: WorldRun): Promise<readonly ShadowComparison[]> {
  const stored = await table.load(options.application.application);
  const time = { from: traceStart, until: addSeconds(traceStart, run.virtualSeconds) };
  const stories = shadowedLayers(stored).map((layer) => readShadowStory(table, stored, { layer, ...time }));
  return (await Promise.all(stories)).flatMap((story) => (story === undefined ? [] : [compareShadow(story)]));
}
