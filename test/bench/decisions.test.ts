import { describe, expect, it } from 'vitest';
import { baselines, everyAutoscaler } from '../../bench/decisions/autoscalers.ts';
import { horizontalPodAutoscaler, keda } from '../../bench/decisions/baselines/hpa.ts';
import { targetValueCount } from '../../bench/decisions/baselines/nomad.ts';
import { reactiveSize } from '../../bench/decisions/baselines/react.ts';
import { quadraticAtEnd } from '../../bench/decisions/baselines/reg.ts';
import { stepScaling } from '../../bench/decisions/baselines/step-scaling.ts';
import { targetTracking } from '../../bench/decisions/baselines/target-tracking.ts';
import { costAtRisk, frontier, ranking } from '../../bench/decisions/compare.ts';
import { readOptions } from '../../bench/decisions/options.ts';
import { report } from '../../bench/decisions/report.ts';
import { score } from '../../bench/decisions/score.ts';
import { type Autoscaler, simulate, type World } from '../../bench/decisions/simulate.ts';
import { summary } from '../../bench/decisions/summary.ts';
import { type Row, sweep } from '../../bench/decisions/sweep.ts';
import { table } from '../../bench/decisions/table.ts';
import { playable } from '../../bench/decisions/traces.ts';
import { sayWeights } from '../../bench/decisions/weigh.ts';

/** A world where one instance carries 10 a minute within the SLO, and 12.5 when fully used. */
function world(load: readonly number[], changes: Partial<World> = {}): World {
  const trace = { name: 'made', stepSeconds: 60, recordedStepSeconds: 60, load: Float64Array.from(load) };
  const peakInstances = Math.max(...load) / 10;
  return { trace, peakInstances, bootSeconds: 120, delaySeconds: 60, minimumBilledSeconds: 60, ...changes };
}

function constant(value: number, steps: number): number[] {
  return new Array<number>(steps).fill(value);
}

/** What an autoscaler wants at each step. */
function wanted(autoscaler: Autoscaler, setting: number, played: World): number[] {
  const controller = autoscaler.start(played, setting);
  const answers: number[] = [];
  simulate(played, (view) => {
    const answer = controller(view);
    answers.push(answer);
    return answer;
  });
  return answers;
}

describe('the simulator', () => {
  it('serves a launch one boot time later and bills it from the launch on', () => {
    const run = simulate(world(constant(10, 8)), ({ step }) => (step >= 2 ? 2 : 1));
    expect([...run.inService]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect([...run.billed]).toEqual([1, 1, 2, 2, 2, 2, 2, 2]);
  });

  it('terminates what still boots before what serves', () => {
    const run = simulate(world(constant(10, 6)), ({ step }) => ([1, 3, 2, 2, 2, 2] as const)[step] ?? 1);
    expect([...run.inService]).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it('charges the minimum for an instance that is gone before it', () => {
    const run = simulate(world(constant(10, 4), { minimumBilledSeconds: 180 }), ({ step }) => (step === 1 ? 2 : 1));
    expect([...run.billed]).toEqual([1, 2, 3, 1]);
  });

  it('publishes metrics late and refuses to hand out what is not published', () => {
    const seen: number[] = [];
    simulate(world(constant(10, 4)), (view) => {
      seen.push(view.known);
      expect(() => view.load(view.known)).toThrow('not published');
      return 1;
    });
    expect(seen).toEqual([0, 0, 1, 2]);
  });

  it('starts with what is needed before anybody could have answered', () => {
    const run = simulate(world([10, 40, 10, 10, 10, 10]), (view) => view.total);
    expect(run.inService[0]).toBe(4);
  });

  it('scores shortage, idleness and actions by their definitions', () => {
    const played = world([20, 20, 20, 20]);
    const scored = score(
      played,
      simulate(played, ({ step }) => (step < 2 ? 1 : 4)),
    );
    expect(scored).toMatchObject({ tauUPercent: 100, thetaUPercent: 50, thetaOPercent: 0, actions: 2 });
    expect(scored.billedInstanceHours).toBeCloseTo(10 / 60, 9);
  });
});

describe('traces', () => {
  it('are interpolated to a minute when they are coarser', () => {
    expect([...playable('coarse', 180, [0, 3, 9]).load]).toEqual([0, 1, 2, 3, 5, 7, 9]);
  });

  it('are played at their own step when they are finer', () => {
    expect(playable('fine', 1, [4, 5])).toMatchObject({ stepSeconds: 1, recordedStepSeconds: 1 });
  });
});

describe('the baselines', () => {
  it('track a target: out after three datapoints above it, to the size that brings the metric back', () => {
    const load = [...constant(40, 20), ...constant(80, 20)];
    const answers = wanted(targetTracking(0.7), 80, world(load));
    expect(answers.slice(0, 23)).toEqual(constant(4, 23));
    expect(answers[24]).toBe(8);
  });

  it('track a target: in after fifteen datapoints below 70 % of it', () => {
    const load = [...constant(80, 20), ...constant(20, 40)];
    const answers = wanted(targetTracking(0.7), 80, world(load));
    expect(answers[35]).toBe(8);
    expect(answers[36]).toBe(2);
  });

  it('take the steps of the AWS example: 10 points above the threshold add a tenth, 20 add three tenths', () => {
    const steady = world(constant(100, 12));
    expect([75, 65, 50].map((threshold) => wanted(stepScaling, threshold, steady)[3])).toEqual([10, 11, 13]);
  });

  it('follow the HPA example: four pods at twice the target become eight', () => {
    const answers = wanted(horizontalPodAutoscaler, 40, world(constant(40, 8)));
    expect(answers[3]).toBe(8);
  });

  it('follow the HPA in doing nothing within a tenth of the target', () => {
    expect(wanted(horizontalPodAutoscaler, 73, world(constant(40, 8)))).toEqual(constant(4, 8));
  });

  it('follow the HPA in scaling in by the highest recommendation of five minutes', () => {
    const answers = wanted(horizontalPodAutoscaler, 80, world([...constant(80, 8), ...constant(40, 12)]));
    expect(answers.slice(9, 13)).toEqual(constant(8, 4));
    expect(answers[15]).toBe(4);
  });

  it('follow KEDA in dividing the whole load by the target per pod', () => {
    expect(wanted(keda, 40, world(constant(40, 8)))[3]).toBe(8);
  });

  it('follow the Nomad example: ten at 80 of 70 become twelve', () => {
    expect(targetValueCount(80 / 70, 10)).toBe(12);
  });

  it('follow React out by 1.2 times what is missing and in to 1.2 times the need', () => {
    expect([reactiveSize(15, 10), reactiveSize(9.5, 10), reactiveSize(5, 10)]).toEqual([16, 10, 6]);
  });

  it('follow Reg along a parabola', () => {
    expect(quadraticAtEnd([0, 1, 4, 9, 16, 25])).toBeCloseTo(25, 9);
    expect(quadraticAtEnd([3])).toBe(3);
  });

  it('all leave a constant load at a fleet that carries it', () => {
    const steady = world(constant(40, 200));
    for (const autoscaler of everyAutoscaler) {
      const setting = autoscaler.name === 'concertina' ? 0.5 : autoscaler.name === 'fixed' ? 100 : 60;
      const answers = wanted(autoscaler, setting, steady);
      expect(Math.min(...answers.slice(150)), autoscaler.name).toBeGreaterThanOrEqual(4);
      expect(Math.max(...answers.slice(150)), autoscaler.name).toBeLessThanOrEqual(8);
    }
  });
});

function row(tauUPercent: number, ratioToClairvoyant: number, autoscaler = 'HPA'): Row {
  const world = { trace: 'made', peakInstances: 40, bootSeconds: 180, delaySeconds: 60, setting: 50, actions: 10 };
  return {
    ...world,
    autoscaler,
    tauUPercent,
    ratioToClairvoyant,
    thetaUPercent: 0,
    thetaOPercent: 0,
    billedInstanceHours: 1,
  };
}

describe('the comparison at equal risk', () => {
  const rows = [row(0.1, 2), row(1, 1.5), row(0.5, 3), row(4, 1.2)];

  it('keeps only the points that nothing beats in both', () => {
    expect(frontier(rows).map((point) => point.tauUPercent)).toEqual([0.1, 1, 4]);
  });

  it('interpolates between targets, ends at the cheapest, and has no cost where no target reaches', () => {
    const curve = frontier(rows);
    expect(costAtRisk(curve, 0.55)?.ratio).toBeCloseTo(1.75, 9);
    expect(costAtRisk(curve, 9)?.ratio).toBe(1.2);
    expect(costAtRisk(curve, 0.05)).toBeUndefined();
  });

  it('ranks whoever cannot reach the risk last', () => {
    expect(ranking([...rows, row(2, 1, 'KEDA')], 1).map(({ autoscaler }) => autoscaler)).toEqual(['HPA', 'KEDA']);
  });
});

describe('the output', () => {
  const played = world(Array.from({ length: 240 }, (_, step) => 40 + (step % 30)));
  const rows = sweep(played, everyAutoscaler.slice(0, 3), () => undefined);

  it('has a row for each setting with the fields that were promised', () => {
    expect(Object.keys(rows[1] ?? {}).sort()).toEqual(
      'actions autoscaler billedInstanceHours bootSeconds delaySeconds peakInstances ratioToClairvoyant setting tauUPercent thetaOPercent thetaUPercent trace'.split(
        ' ',
      ),
    );
    expect(rows.filter(({ autoscaler }) => autoscaler === 'concertina').map(({ setting }) => setting)).toEqual([
      0.1, 0.5, 2,
    ]);
  });

  it('names every baseline in the report and needs nothing beside it', () => {
    const html = report(rows);
    for (const { name } of baselines) expect(html).toContain(name);
    expect(html).not.toMatch(/src=|href=/);
  });

  it('sums up with the best baseline of the same world at the risk that ours reached', () => {
    const elsewhere = { ...row(0.4, 0.5), trace: 'another' };
    const own = { ...row(0.55, 1.4, 'concertina'), setting: 0.5 };
    const [, line] = summary([own, row(0.1, 2), row(1, 1.5), elsewhere]);
    expect(line).toMatch(/made .* 0\.5 +0\.550 +1\.400 +1\.750 HPA \(ours -20\.0 %\)/);
    expect(summary([own])[1]).toContain('none reaches it');
  });

  it('says what a decision takes and stores', () => {
    const [line] = sayWeights([{ bootSeconds: 60, medianMilliseconds: 0.25, stateBytes: 40_960 }]);
    expect(line).toBe('boot 60 s, after 15 days: a decision takes 0.25 ms (median), its state 40.0 KB');
  });

  it('prints a table that leads with the optimum', () => {
    expect(table(rows)[0]).toContain('clairvoyant optimum');
  });
});

describe('the options', () => {
  it('default to three boot times and two fleets', () => {
    expect(readOptions([], { traces: 'here' })).toMatchObject({
      traces: 'here',
      bootSeconds: [60, 180, 600],
      peakInstances: [40, 400],
    });
  });

  it('refuse what is no number, and say how to ask', () => {
    expect(() => readOptions(['--boot', 'soon'], { traces: '' })).toThrow(/--boot takes numbers.*"soon"/);
  });
});
