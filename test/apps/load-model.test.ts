import { describe, expect, it } from 'vitest';
import { LoadModel } from '../../apps/local/load-model.ts';
import { loadWithin, ordinaryInstance, ResponseTimes } from '../../apps/local/response-times.ts';
import { Score } from '../../apps/local/score.ts';
import { feedsOf } from '../../apps/local/signals.ts';
import { WorkingStation } from '../../apps/local/stations.ts';
import { firstDays, loadAt, playable, traceSeconds } from '../../apps/local/trace.ts';
import { applicationSchema } from '../../core/application/application-schema.ts';
import { smallApplication } from '../factories/demo-world.ts';

const application = applicationSchema.parse(smallApplication);

describe('LoadModel', () => {
  const trace = playable('flat', 60, [50, 100, 100, 0]);
  const makeModel = () => new LoadModel(application, trace, { startSecond: 0 });

  it('scales the trace so that its peak needs 60 % of the front layer, and no more', () => {
    const model = makeModel();

    expect(model.front).toBe('web');
    expect(model.score.needed(model.requestsPerSecond(60))).toBe(7);
    expect(model.score.needed(model.requestsPerSecond(0))).toBe(4);
  });

  it('tells roles apart: users meet web, its requests fill the queue of worker', () => {
    expect(makeModel().layers.map(({ layer, role, front }) => [layer, role, front])).toEqual([
      ['web', 'front', 'web'],
      ['worker', 'worker', 'web'],
    ]);
  });

  it('answers within the service level at exactly what is needed, and not with one fewer', () => {
    for (const { count, isSlow } of [
      { count: 7, isSlow: false },
      { count: 6, isSlow: true },
    ]) {
      const model = makeModel();
      model.setInService('web', count, 0);
      model.advanceTo(60);
      model.takeSample('web');
      model.advanceTo(120);

      const { responseSeconds } = model.takeSample('web');
      const p95 = responseSeconds.values[18] ?? 0;
      expect(p95 > model.sloSeconds + 0.002).toBe(isSlow);
    }
  });

  it('counts every request once, answered or not, whatever the samples', () => {
    const model = makeModel();
    model.setInService('web', 3, 30);
    model.setInService('web', 0, 90);
    const samples = [45, 100, 180, 240].map((second) => {
      model.advanceTo(second);
      return model.takeSample('web');
    });

    const requests = samples.reduce((sum, sample) => sum + sample.requests, 0);
    const errors = samples.reduce((sum, sample) => sum + sample.errors, 0);
    const answered = samples.flatMap((sample) => sample.responseSeconds.counts).reduce((sum, count) => sum + count, 0);
    expect(requests).toBeCloseTo(250 * 60 * model.requestsPerSecondPerLoad, 6);
    expect(errors + answered).toBeCloseTo(requests, 6);
  });

  it('scores the time of the trace only', () => {
    const model = makeModel();
    model.setInService('web', 7, 0);
    model.advanceTo(1000);

    expect(model.score.result()).toMatchObject({ tauUPercent: 0, thetaUPercent: 0 });
    expect(model.score.result().thetaOPercent).toBeCloseTo((100 * (3 / 4 + 0 + 0 + 6)) / 4, 6);
  });
});

describe('Score', () => {
  it('is short, by how much, and to spare by how much, over time', () => {
    const score = new Score(10);
    score.add({ seconds: 60, arrivalsPerSecond: 40, inService: 3 });
    score.add({ seconds: 180, arrivalsPerSecond: 20, inService: 3 });

    expect(score.result()).toEqual({ tauUPercent: 25, thetaUPercent: 6.25, thetaOPercent: 37.5 });
    expect(score.shortSeconds).toBe(60);
  });

  it('needs one at least, and no further one for the last bit of a number', () => {
    const score = new Score(0.1);

    expect([0, 0.1, 0.3, 0.30001].map((load) => score.needed(load))).toEqual([1, 1, 3, 4]);
  });
});

describe('WorkingStation', () => {
  it('keeps what it does not manage, and loses nothing', () => {
    const station = new WorkingStation(2);
    station.advance({ seconds: 60, arrivalsPerSecond: 5, inService: 1 });
    expect(station.takeSample()).toMatchObject({ requests: 300, backlog: 180, ageSeconds: 90, cpuPercent: 100 });

    station.advance({ seconds: 60, arrivalsPerSecond: 1, inService: 3 });

    expect(station.takeSample()).toMatchObject({ requests: 60, backlog: 0, cpuPercent: (100 * 240) / 360 });
  });
});

describe('ResponseTimes', () => {
  it('finds the load at which 95 % are answered in half a second', () => {
    const perSecond = loadWithin(ordinaryInstance, 0.5);

    expect(perSecond).toBeGreaterThan(32);
    expect(perSecond).toBeLessThan(33);
    expect(new ResponseTimes(ordinaryInstance).at(perSecond).responseSeconds[18]).toBeCloseTo(0.5, 2);
    expect(loadWithin(ordinaryInstance, 0.2)).toBe(0);
  });

  it('sheds under overload what nobody can serve', () => {
    const times = new ResponseTimes(ordinaryInstance);

    expect(times.at(80)).toMatchObject({ shedRatio: expect.closeTo(0.5, 4), utilisationRatio: expect.closeTo(1, 4) });
    expect(times.at(4000).shedRatio).toBeCloseTo(0.99, 6);
  });
});

describe('feedsOf', () => {
  it('knows the metrics of the example by their names, and the layers they speak of', () => {
    expect(feedsOf(application).feeds.map(({ signal, layer }) => [signal, layer])).toEqual([
      ['cpuPercent', 'web'],
      ['responseSeconds', 'web'],
      ['backlog', 'worker'],
    ]);
  });

  it('names the KPIs that it cannot feed', () => {
    const kpis = { temperature: { metric: { namespace: 'Room', name: 'Celsius', stat: 'Average' } } };

    expect(feedsOf(applicationSchema.parse({ ...smallApplication, kpis })).unfed).toEqual(['temperature']);
  });
});

describe('a trace', () => {
  it('is played on straight lines when it is coarser than a minute', () => {
    const trace = playable('coarse', 180, [0, 30]);

    expect([...trace.load]).toEqual([0, 10, 20, 30, 30, 30]);
    expect(trace).toMatchObject({ stepSeconds: 60, recordedStepSeconds: 180 });
    expect(traceSeconds(trace)).toBe(360);
  });

  it('is played as it is when it is finer, and goes on as it ends', () => {
    const trace = playable('fine', 1, [1, 2, 3]);

    expect([-1, 0, 0.9, 1, 2.5, 99].map((second) => loadAt(trace, second))).toEqual([1, 1, 1, 2, 3, 3]);
  });

  it('is cut to its first days', () => {
    const trace = playable(
      'long',
      60,
      Array.from({ length: 3000 }, () => 1),
    );

    expect(traceSeconds(firstDays(trace, 1))).toBe(86_400);
    expect(traceSeconds(firstDays(trace, 9))).toBe(180_000);
  });
});
