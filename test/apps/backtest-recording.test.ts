import { describe, expect, it } from 'vitest';
import { chooseSources } from '../../apps/backtest/choose-sources.ts';
import { readRecording } from '../../apps/backtest/read-recording.ts';
import { recordingOf, valuesOn } from '../../apps/backtest/recording.ts';
import { addSeconds, isoFromInstant } from '../../core/amounts.ts';
import { sayProblem } from '../../core/application/problem.ts';
import { cpuMetric, makeColumn, makeWeb, minutesOf, recordedFrom, requestsMetric } from '../factories/backtest.ts';

function problemsIn(text: string): string {
  const read = readRecording(text, recordedFrom);
  return 'problems' in read ? read.problems.map(sayProblem).join('\n') : 'none';
}

function columnsIn(text: string) {
  const read = readRecording(text, recordedFrom);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.map(({ name, start, stepSeconds, values }) => [name, isoFromInstant(start), stepSeconds, [...values]]);
}

describe('a recording', () => {
  it('has a column for each name, from the start that was asked for, from 1970 or by its own times', () => {
    expect(columnsIn('t_seconds,load,web_in_service\n60,1,2\n120,,3\n')).toEqual([
      ['load', '2026-08-01T00:01:00Z', 60, [1, Number.NaN]],
      ['web_in_service', '2026-08-01T00:01:00Z', 60, [2, 3]],
    ]);
    expect(columnsIn('t_seconds,load\r\n1785542400,1e3\r\n1785542700,2.5\r\n')).toEqual([
      ['load', '2026-08-01T00:00:00Z', 300, [1000, 2.5]],
    ]);
    expect(columnsIn('time,load\n2026-08-01T02:00:00+02:00,1\n2026-08-01T00:00:10Z,2')).toEqual([
      ['load', '2026-08-01T00:00:00Z', 10, [1, 2]],
    ]);
  });

  it.each([
    ['another header', 'seconds,load\n0,1\n60,1', 'line 1\n  found    "seconds"'],
    ['a name twice', 't_seconds,load,load\n0,1,1\n60,1,1', '"load" twice'],
    ['a column without a name', 't_seconds,\n0,1\n60,1', 'a column without a name'],
    ['no second row', 't_seconds,load\n0,1', 'two rows or more'],
    ['a missing cell', 't_seconds,load,cpu\n0,1\n60,1,2', 'line 2\n  found    2 cells\n  allowed  3 cells'],
    ['a word for a number', 't_seconds,load\n0,1\n60,many', 'line 3\n  found    load "many"'],
    ['no time', 'time,load\nnoon,1\n2026-08-01,1', 'line 2\n  found    "noon"\n  allowed  an ISO 8601 time'],
    ['a gap', 't_seconds,load\n0,1\n60,1\n180,1', 'line 4\n  found    120 s after the line before'],
    ['a step back', 't_seconds,load\n60,1\n0,1', 'a step of -60 s'],
    ['steps off the minute', 't_seconds,load\n30,1\n90,1', 'a start 30 s into a minute'],
  ])('with %s is refused, with the line', (_, text, found) => {
    expect(problemsIn(text)).toContain(found);
  });

  it('says how to write a gap', () => {
    expect(problemsIn('t_seconds,load\n0,1\n60,1\n180,1')).toContain('write its time and empty cells');
  });

  it('covers what all of its columns cover', () => {
    const late = makeColumn('late', [1, 2, 3], { stepSeconds: 300, start: addSeconds(recordedFrom, 300) });
    const recording = recordingOf([makeColumn('early', minutesOf([15, 1])), late]);

    expect([recording.start, recording.end]).toEqual([addSeconds(recordedFrom, 300), addSeconds(recordedFrom, 900)]);
    expect(recording.stepSeconds).toBe(300);
  });
});

describe('a column on another grid', () => {
  const end = addSeconds(recordedFrom, 600);
  const on = (
    stepSeconds: number,
    gathering: 'sum' | 'mean' | 'most' | 'least',
    values: readonly number[],
    own: number,
  ) => [
    ...valuesOn({ start: recordedFrom, end, stepSeconds }, makeColumn('c', values, { stepSeconds: own }), gathering),
  ];

  it('gathers shorter steps by what the statistic is, datapoints that are there alone', () => {
    const values = [1, 2, 3, 4, Number.NaN, 6, 7, 8, 9, 10];

    expect(on(300, 'sum', values, 60)).toEqual([10, 40]);
    expect(on(300, 'mean', values, 60)).toEqual([2.5, 8]);
    expect(on(300, 'most', values, 60)).toEqual([4, 10]);
    expect(on(300, 'least', values, 60)).toEqual([1, 6]);
    expect(on(120, 'sum', Array(10).fill(Number.NaN), 60)).toEqual(Array(5).fill(Number.NaN));
  });

  it('spreads a longer sum over time, and reads everything else from the line', () => {
    expect(on(60, 'sum', [50, 100], 300)).toEqual([10, 12, 14, 16, 18, 20, 20, 20, 20, 20]);
    expect(on(60, 'mean', [50, 100], 300)).toEqual([50, 60, 70, 80, 90, 100, 100, 100, 100, 100]);
  });
});

describe('the source of a KPI', () => {
  const load = makeColumn('load', minutesOf([60, 5]));
  const requests = makeColumn('requests', minutesOf([60, 5]));
  const risk = { name: 'risk', kpi: 'requests', perCapacityUnit: 8, shortfallPercent: 1 };
  const cpu = { name: 'cpu', kpi: 'cpu', targetValue: 60 };
  const choose = (rules: readonly object[], columns: Parameters<typeof recordingOf>[0], options = {}) =>
    chooseSources(makeWeb({ layer: { rules } }), recordingOf(columns), options);

  it('is the column load for the KPI that counts demand, and says why', () => {
    expect(choose([risk], [load])).toMatchObject({
      load: { kpi: 'requests', because: 'a rule with a shortfallPercent looks at it' },
      kpis: [{ kpi: 'requests', kind: 'total', because: 'its statistic is Sum', from: { kind: 'recorded' } }],
    });
  });

  it('is the load model when only the load is known: load is no CPU', () => {
    expect(choose([cpu], [load])).toMatchObject({
      load: { kpi: undefined },
      kpis: [{ kpi: 'cpu', kind: 'per-instance', from: { kind: 'modelled', layer: 'web', signal: 'cpuPercent' } }],
    });
  });

  it('is what the user says, against every inference', () => {
    const said = { kpi: 'cpu', kinds: new Map([['cpu', 'total']]) };

    expect(choose([cpu], [load], said)).toMatchObject({
      kpis: [{ kpi: 'cpu', kind: 'total', because: 'as --kind says', from: { kind: 'recorded' } }],
    });
  });

  it('is recorded × recorded count beside the count, and the count of its own layer', () => {
    const counts = makeColumn('web_in_service', minutesOf([60, 2]));

    expect(choose([cpu], [makeColumn('cpu', minutesOf([60, 5])), counts])).toMatchObject({
      kpis: [{ from: { kind: 'rescaled', layer: 'web', counts } }],
      notes: [],
    });
  });

  it('is missing, with the columns that are there and the ways out', () => {
    const chosen = choose([cpu], [makeColumn('other', minutesOf([60, 5]))]);

    expect('problems' in chosen && chosen.problems.map(sayProblem)).toEqual([
      [
        'kpis.cpu',
        '  found    no column cpu; there are "other"',
        `  allowed  a column cpu with ${cpuMetric.stat} of ${cpuMetric.name}, or one that tells the load`,
        '  hint     --kpi cpu takes the column load for it, --ignore cpu leaves the rules on it out',
      ].join('\n'),
    ]);
  });

  it('is refused for a KPI that the file does not have', () => {
    const chosen = choose([risk], [requests], { kpi: 'request', kinds: new Map([['cpus', 'total']]) });

    expect('problems' in chosen && chosen.problems.map(({ path, found }) => [path, found])).toEqual([
      ['--kpi', '"request"'],
      ['--kind', '"cpus"'],
    ]);
  });

  it('leaves a percentile that was recorded aside when the load says more, and tells when it cannot', () => {
    const p95 = { metric: { ...requestsMetric, name: 'TargetResponseTime', stat: 'p95' } };
    const slow = { name: 'slow', kpi: 'p95', steps: [{ from: 0.5, add: 1 }] };
    const application = makeWeb({ layer: { rules: [slow] }, kpis: { p95 } });
    const recorded = makeColumn('p95', minutesOf([60, 0.2]));

    expect(chooseSources(application, recordingOf([recorded, load]))).toMatchObject({
      kpis: [{ kind: 'response', from: { kind: 'modelled' } }],
      notes: [expect.stringContaining('The column p95 is left aside')],
    });
    expect(chooseSources(application, recordingOf([recorded]))).toMatchObject({
      kpis: [{ from: { kind: 'recorded' } }],
      notes: [expect.stringContaining('another fleet would have answered otherwise')],
    });
  });
});
