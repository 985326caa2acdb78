import { describe, expect, it } from 'vitest';
import type { BacktestReport, BacktestRequest } from '../../apps/backtest/backtest.ts';
import { recordingOf } from '../../apps/backtest/recording.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { makeColumn, makeRequest, makeWeb, minutesOf, played } from '../factories/backtest.ts';
import { makeTrace, smallApplication } from '../factories/demo-world.ts';
import { makeStageProduct } from '../factories/stage-product.ts';

function read(application: object): Application {
  const result = readApplication(JSON.stringify(application));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.application;
}

/** What both must agree on: every stored decision with its sentence, every count, every bill. */
function essence(report: BacktestReport) {
  return report.files.map(({ layers, refusedCalls }) => ({
    refusedCalls,
    layers: layers.map(({ layer, told, inService, billedHours, elasticity, flaps }) => ({
      ...{ layer, told, inService, billedHours, elasticity, flaps },
    })),
  }));
}

async function both(request: BacktestRequest) {
  const pure = essence(await played(request));
  const stages = essence(await played({ ...request, makeProduct: makeStageProduct }));
  return { pure, stages };
}

describe('the pure functions of a back-test', () => {
  it('decide and do what the stages do, with participants, a queue and calls that are refused', async () => {
    const load = makeColumn('load', [...makeTrace({ minutes: 150 }).load]);
    const { pure, stages } = await both(
      makeRequest({
        files: [{ name: 'small.json', application: read(smallApplication) }],
        recording: recordingOf([load]),
        conditions: { delaySeconds: 0, acknowledgeSeconds: 25, refusePercent: 25, seed: 5 },
      }),
    );

    expect(pure[0]?.layers[0]?.told.length).toBeGreaterThan(15);
    expect(pure[0]?.refusedCalls).toBeGreaterThan(0);
    expect(pure).toEqual(stages);
  });

  it('do so for a rule that looks ahead, a stateful layer and an answer that comes too late', async () => {
    const web = makeWeb({
      layer: {
        rules: [{ name: 'risk', kpi: 'requests', perCapacityUnit: 8, shortfallPercent: 1 }],
        stateful: { keepInService: 2 },
        count: { min: 2, max: 20 },
      },
      participants: { lb: { hears: ['web'], acknowledge: { withinSeconds: 30 } }, audit: { hears: ['*'] } },
    });
    const { pure, stages } = await both(
      makeRequest({
        files: [{ name: 'shop.json', application: web }],
        values: [makeColumn('requests', minutesOf([60, 20], [20, 70], [40, 30], [5, Number.NaN], [55, 10]))],
        conditions: { delaySeconds: 60, acknowledgeSeconds: 45, refusePercent: 0, seed: 1 },
      }),
    );

    expect(pure[0]?.layers[0]?.inService.length).toBeGreaterThan(5);
    expect(pure).toEqual(stages);
  });
});
