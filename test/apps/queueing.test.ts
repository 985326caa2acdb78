import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queueOf, type Station } from '../../apps/local/queueing.ts';

/** One second of service, so that arrivals per second are erlangs; room enough to count as unlimited below full load. */
function station(partial: Partial<Station> = {}): Station {
  return { arrivalsPerSecond: 0.5, serviceSeconds: 1, servers: 1, places: 2000, ...partial };
}

describe('queueOf', () => {
  it.each([
    // Two servers: C = 2ρ² / (1 + ρ).
    { erlangs: 1.5, servers: 2, waits: 0.642857 },
    { erlangs: 1, servers: 2, waits: 0.333333 },
    // A call centre of 55 agents under 48 erlangs, the worked example of many Erlang C guides.
    { erlangs: 48, servers: 55, waits: 0.2385 },
    { erlangs: 0.8, servers: 1, waits: 0.8 },
  ])('gives Erlang C: $erlangs erlangs on $servers servers', ({ erlangs, servers, waits }) => {
    expect(queueOf(station({ arrivalsPerSecond: erlangs, servers })).waitRatio).toBeCloseTo(waits, 3);
  });

  it.each([
    { erlangs: 5, servers: 10, lost: 0.018385 },
    { erlangs: 10, servers: 10, lost: 0.214582 },
    { erlangs: 20, servers: 30, lost: 0.00846 },
  ])('gives Erlang B without places to wait: $erlangs erlangs on $servers servers', ({ erlangs, servers, lost }) => {
    expect(queueOf(station({ arrivalsPerSecond: erlangs, servers, places: servers })).shedRatio).toBeCloseTo(lost, 5);
  });

  it('answers 95 % within ln 20 / (μ − λ) with one server', () => {
    const queue = queueOf(station({ arrivalsPerSecond: 0.7 }));

    expect(queue.responseSeconds(0.95)).toBeCloseTo(Math.log(20) / 0.3, 4);
    expect(queue.meanResponseSeconds).toBeCloseTo(1 / 0.3, 6);
  });

  it('agrees with the closed form of M/M/c for waiting and service together', () => {
    const [servers, erlangs] = [4, 3];
    const queue = queueOf(station({ arrivalsPerSecond: erlangs, servers }));
    const rest = servers - erlangs - 1;

    // P(T > t) = e^-μt (1 + C (1 − e^-μt(c−1−a)) / (c − 1 − a)); here c − 1 − a = 0, the limit is e^-μt (1 + C μt).
    expect(rest).toBe(0);
    for (const seconds of [0.5, 1, 3, 6]) {
      const expected = Math.exp(-seconds) * (1 + queue.waitRatio * seconds);
      expect(queue.slowerThanRatio(seconds)).toBeCloseTo(expected, 8);
    }
  });

  it('turns the surplus away under overload and keeps every server busy', () => {
    const queue = queueOf(station({ arrivalsPerSecond: 8, servers: 4, places: 60 }));

    expect(queue.utilisationRatio).toBeCloseTo(1, 6);
    expect(queue.shedRatio).toBeCloseTo(0.5, 6);
    expect(queue.responseSeconds(0.95)).toBeLessThan(60 / 4 + 10);
  });

  it('is empty without arrivals: a request takes its service time', () => {
    const queue = queueOf(station({ arrivalsPerSecond: 0 }));

    expect(queue).toMatchObject({ utilisationRatio: 0, shedRatio: 0, waitRatio: 0 });
    expect(queue.responseSeconds(0.5)).toBeCloseTo(Math.log(2), 6);
  });

  it('gets worse with every request more: utilisation, waiting, refusals and response times', () => {
    const loads = fc.tuple(
      fc.double({ min: 0.1, max: 12, noNaN: true }),
      fc.double({ min: 0.05, max: 4, noNaN: true }),
    );
    fc.assert(
      fc.property(
        loads,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 40 }),
        ([load, more], servers, room) => {
          const places = servers + room;
          const less = queueOf(station({ arrivalsPerSecond: load, servers, places }));
          const worse = queueOf(station({ arrivalsPerSecond: load + more, servers, places }));

          expect(worse.utilisationRatio).toBeGreaterThanOrEqual(less.utilisationRatio - 1e-12);
          expect(worse.shedRatio).toBeGreaterThanOrEqual(less.shedRatio - 1e-12);
          expect(worse.waitRatio).toBeGreaterThanOrEqual(less.waitRatio - 1e-12);
          expect(worse.responseSeconds(0.95)).toBeGreaterThanOrEqual(less.responseSeconds(0.95) - 1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('serves what it accepts: utilisation is accepted work over servers', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 30, noNaN: true }), fc.integer({ min: 1, max: 10 }), (load, servers) => {
        const { utilisationRatio, shedRatio } = queueOf(station({ arrivalsPerSecond: load, servers, places: 50 }));

        expect(utilisationRatio).toBeCloseTo((load * (1 - shedRatio)) / servers, 9);
        expect(utilisationRatio).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});
