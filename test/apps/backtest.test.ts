import { describe, expect, it } from 'vitest';
import { backtest } from '../../apps/backtest/backtest.ts';
import type { LayerReport } from '../../apps/backtest/layer-report.ts';
import { billOf } from '../../apps/backtest/machines.ts';
import { recordingOf } from '../../apps/backtest/recording.ts';
import { addSeconds, secondsBetween } from '../../core/amounts.ts';
import { makeColumn, makeRequest, makeWeb, minutesOf, played, recordedFrom } from '../factories/backtest.ts';

/** In service from each second of the recording on. */
function courseOf({ inService }: LayerReport): readonly (readonly [number, number])[] {
  return inService.map(({ at, count }) => [secondsBetween(recordedFrom, at), count]);
}

function percentOf(seconds: number): number {
  return (100 * seconds) / 5400;
}

describe('a back-test', () => {
  it('adds up to the second what a step of load costs and misses', async () => {
    const report = await played(makeRequest());
    const [web] = report.files[0]?.layers ?? [];

    // The datapoint of minute 30 shows at 32:00, the evaluation of 32:02 sees it, three boot for a minute.
    expect(web && courseOf(web)).toEqual([
      [0, 1],
      [1982, 4],
      [3722, 1],
    ]);
    expect(web?.elasticity?.tauUPercent).toBeCloseTo(percentOf(182), 9);
    expect(web?.elasticity?.thetaUPercent).toBeCloseTo(percentOf(182 * 0.75), 9);
    expect(web?.elasticity?.thetaOPercent).toBeCloseTo(percentOf(122 * 3), 9);
    // Launched at 32:02, dismissed at 62:02, drained for 30 s.
    expect((web?.billedHours ?? 0) * 3600).toBeCloseTo(5400 + 3 * 1830, 6);
    expect(web?.usd).toBeCloseTo(((5400 + 3 * 1830) / 3600) * 0.1, 9);
    expect(web?.decisions).toMatchObject({ out: 1, in: 1 });
    expect(web?.flaps).toBe(0);
  });

  it('waits as long as booting, publishing and acknowledging take', async () => {
    const application = makeWeb({ participants: { lb: { hears: ['web'], acknowledge: { withinSeconds: 60 } } } });
    const conditions = { delaySeconds: 90, acknowledgeSeconds: 20, refusePercent: 0, seed: 1 };
    const report = await played(
      makeRequest({ files: [{ name: 'shop.json', application }], bootSeconds: 100, conditions }),
    );
    const [web] = report.files[0]?.layers ?? [];

    // Minute 30 ends at 1860, shows at 1950, is seen at 1982 (33:02).
    expect(web && courseOf(web)[1]).toEqual([1982 + 100 + 20, 4]);
  });

  it('has in service what a window needs when it opens', async () => {
    const rules = [
      { name: 'ten each', kpi: 'perInstance', targetValue: 10 },
      { name: 'show', cron: '45 0 * * *', durationSeconds: 600, min: 3 },
    ];
    const report = await played(
      makeRequest({
        files: [{ name: 'shop.json', application: makeWeb({ layer: { rules } }) }],
        values: [makeColumn('requests', minutesOf([90, 10]))],
      }),
    );
    const [web] = report.files[0]?.layers ?? [];

    // Of the evaluations at two seconds past the minute, that of 43:02 is the last early enough for a boot of a minute.
    expect(web && courseOf(web)).toEqual([
      [0, 1],
      [2642, 3],
      [3302, 1],
    ]);
  });

  it('boots in half of readySeconds unless it is told', async () => {
    const report = await played(makeRequest({ bootSeconds: undefined }));
    const [web] = report.files[0]?.layers ?? [];

    expect(web && courseOf(web)[1]).toEqual([1922 + 60, 4]);
  });

  it('bills a minute at the least, and what runs in the window alone', () => {
    const life = (launched: number, ended?: number) => ({
      layer: 'web',
      hourlyUsd: 3600,
      launchedAt: addSeconds(recordedFrom, launched),
      endedAt: ended === undefined ? undefined : addSeconds(recordedFrom, ended),
    });
    const window = { from: addSeconds(recordedFrom, 100), until: addSeconds(recordedFrom, 1000) };
    const seconds = (...lives: readonly ReturnType<typeof life>[]) => billOf(lives, window).usd;

    expect(seconds(life(200, 210))).toBeCloseTo(60, 9);
    expect(seconds(life(200, 290))).toBeCloseTo(90, 9);
    expect(seconds(life(0, 150), life(0, 50), life(900))).toBeCloseTo(50 + 0 + 100, 9);
    expect(seconds(life(990, 992))).toBeCloseTo(10, 9);
  });

  it('scores nothing of the days in which rules learn, and bills them neither', async () => {
    const all = await played(makeRequest());
    const half = await played(makeRequest({ learnDays: 2700 / 86_400 }));
    const [web] = half.files[0]?.layers ?? [];

    expect(web?.elasticity?.tauUPercent).toBe(0);
    expect((web?.billedHours ?? 0) * 3600).toBeCloseTo(2700 + 3 * (3752 - 2700), 6);
    expect(web?.decisions?.out).toBe(0);
    expect(web?.inService).toEqual(all.files[0]?.layers[0]?.inService);
  });

  it('launches elsewhere or later when calls find no capacity, the same for the same seed', async () => {
    const refusing = (seed: number) =>
      played(makeRequest({ conditions: { delaySeconds: 60, acknowledgeSeconds: 5, refusePercent: 90, seed } }));
    const [once, again, other] = await Promise.all([refusing(3), refusing(3), refusing(4)]);

    expect(once).toEqual(again);
    expect(once.files[0]?.refusedCalls).toBeGreaterThan(0);
    expect(other?.files[0]?.layers[0]?.inService).not.toEqual(once.files[0]?.layers[0]?.inService);
  });

  it('leaves steps without a datapoint out of the score, and lets nobody go for them', async () => {
    const values = [makeColumn('requests', minutesOf([30, 40], [30, Number.NaN], [30, 40]))];
    const report = await played(makeRequest({ values }));
    const [web] = report.files[0]?.layers ?? [];

    expect(web?.elasticity?.scoredSeconds).toBe(3600);
    expect(web && courseOf(web)).toEqual([[0, 4]]);
  });
});

describe('an average over instances', () => {
  const cpuRule = { rules: [{ name: 'cpu', kpi: 'cpu', targetValue: 60 }] };
  const values = [makeColumn('cpu', minutesOf([90, 60])), makeColumn('web_in_service', minutesOf([90, 4]))];
  const file = (name: string, layer: object) => ({ name, application: makeWeb({ layer: { ...cpuRule, ...layer } }) });

  it('is what all did over those that serve: twice the capacity, half the value', async () => {
    const large = { sizes: [{ type: 'm7g.xlarge', capacity: 2, hourlyUsd: 0.2 }] };
    const report = await played(makeRequest({ files: [file('small.json', {}), file('large.json', large)], values }));
    const [small, twice] = report.files.map(({ layers }) => layers[0]);

    expect(small && courseOf(small)).toEqual([[0, 4]]);
    expect(twice?.inService.at(-1)?.count).toBe(2);
    expect(twice?.needed?.values[0]).toBe(2);
    expect(small?.needed?.says).toBe('recorded cpu × recorded count ÷ 66 (target and tolerance)');
  });

  it('is refused without the count that it was an average over', async () => {
    const [cpu] = values;
    const report = await backtest(
      makeRequest({ files: [file('shop.json', {})], values: cpu === undefined ? [] : [cpu] }),
    );

    expect(report).toMatchObject({
      problems: [{ path: 'shop.json: column cpu', allowed: expect.stringContaining('web_in_service') }],
    });
  });

  it('stands beside what really ran, by the same needs', async () => {
    const report = await played(makeRequest({ files: [file('shop.json', {})], values }));
    const [ran] = report.ran;

    expect(ran).toMatchObject({ layer: 'web', billedHours: 6, flaps: 0, decisions: undefined });
    expect(ran?.usd).toBeCloseTo(0.6, 9);
    expect(ran?.elasticity).toMatchObject({ tauUPercent: 0, thetaUPercent: 0, thetaOPercent: 0 });
  });

  it('is not held against what ran before its count was recorded', async () => {
    const counts = [...minutesOf([30, Number.NaN]), ...minutesOf([60, 4])];
    const late = [makeColumn('cpu', minutesOf([90, 60])), makeColumn('web_in_service', counts)];
    const report = await played(makeRequest({ files: [file('shop.json', {})], values: late }));

    expect(report.ran[0]).toMatchObject({ billedHours: 4, elasticity: { tauUPercent: 0, scoredSeconds: 3600 } });
  });

  it('comes from the load model when only the load is known', async () => {
    const load = makeColumn('load', minutesOf([30, 100], [30, 300], [30, 100]));
    const report = await played(
      makeRequest({ files: [file('shop.json', {})], recording: recordingOf([load]), peakInstances: 6 }),
    );
    const [web] = report.files[0]?.layers ?? [];

    expect(report.files[0]?.modelSays).toBe('the peak needs 6 web instances, as --peak says');
    expect(web?.needed?.values[45]).toBe(6);
    expect(web?.needed?.values[0]).toBe(2);
    expect(Math.max(...(web?.inService ?? []).map(({ count }) => count))).toBeGreaterThanOrEqual(6);
  });
});

describe('needs', () => {
  it('follow the demand that a risk rule carries, and the layer that is followed', async () => {
    const web = makeWeb({
      layer: { rules: [{ name: 'risk', kpi: 'requests', perCapacityUnit: 8, shortfallPercent: 1 }] },
    });
    const worker = { ...web.layers['web'], rules: [{ name: 'half', followLayer: 'web', ratio: 0.5 }] };
    const application = { ...web, layers: { worker, ...web.layers } } as typeof web;
    const report = await played(makeRequest({ files: [{ name: 'shop.json', application }] }));
    const needed = report.files[0]?.layers.map((layer) => [layer.layer, layer.needed?.values[45]]);

    expect(needed).toEqual([
      ['worker', 3],
      ['web', 5],
    ]);
  });

  it('are those of the first file that tells them, for all files', async () => {
    const silent = makeWeb({
      layer: { rules: [{ name: 'nights', cron: '0 0 * * *', durationSeconds: 3600, min: 2 }] },
    });
    const report = await played(
      makeRequest({
        files: [
          { name: 'nights.json', application: silent },
          { name: 'shop.json', application: makeWeb() },
        ],
      }),
    );

    expect(report.files.map(({ layers }) => layers[0]?.needed?.says)).toEqual(
      Array(2).fill('perInstance with one in service ÷ 11 (target and tolerance)'),
    );
  });
});

describe('an alarm', () => {
  it('is on while its column says so', async () => {
    const application = makeWeb({ layer: { rules: [{ name: 'old', alarm: 'queue-age', add: 2 }] } });
    const values = [
      makeColumn('requests', minutesOf([60, 1])),
      makeColumn('queue-age', minutesOf([30, 0], [5, 1], [25, 0])),
    ];
    const report = await played(makeRequest({ files: [{ name: 'shop.json', application }], values }));

    expect(report.files[0]?.layers[0]?.told.find(({ outcome }) => outcome === 'out')?.because).toContain(
      '"old" wants 3',
    );
    expect(report.files[0]?.notes).toEqual(['No rule needs the column requests.']);
  });
});
