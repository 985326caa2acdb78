import type { DecisionRecord } from '../../core/records.ts';
import type { Played } from './play.ts';

/**
 * Everything of a played world that an explanation reads, one JSON object a line: the file, every stored decision, those of shadow rules too, the
 * holds that stand.
 */
export async function decisionLines({ play, world, run }: Played): Promise<string> {
  const { application } = play.application;
  const { file, scaling, shadows } = await world.table.load(application);
  const holds = [...scaling.values(), ...shadows.values()].map((record) => {
    const { forecasts: _, ...memory } = record.memory;
    return { ...record, memory };
  });
  const limit = mostDecisions(run);
  const decisions: readonly DecisionRecord[] = await world.table.decisions(application, { limit });
  const onTrial: readonly DecisionRecord[] = await world.table.decisions(application, { limit, of: 'shadow' });
  return [file, ...decisions.toReversed(), ...onTrial.toReversed(), ...holds]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}

/** No evaluation stores more than one decision a layer. */
function mostDecisions({ evaluations, history }: Played['run']): number {
  return evaluations * Math.max(1, history.layers.size);
}
