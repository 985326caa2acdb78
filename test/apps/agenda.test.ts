import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { Agenda } from '../../apps/local/agenda.ts';
import { secondsBetween } from '../../core/amounts.ts';
import { later, noon } from '../factories/stored.ts';

function makeAgenda() {
  const clock = new MemoryClock(noon);
  return { clock, agenda: new Agenda(clock) };
}

describe('Agenda', () => {
  it('lets things happen in order of time, and in the order they were added at one instant', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), async (delays) => {
        const { agenda, clock } = makeAgenda();
        const happened: (readonly [number, number])[] = [];
        for (const [order, delay] of delays.entries()) {
          agenda.at(later(delay), () => {
            happened.push([secondsBetween(noon, clock.now()), order]);
          });
        }

        await agenda.runUntil(later(21));

        const sorted = delays.map((delay, order) => [delay, order] as const).sort(([a, i], [b, j]) => a - b || i - j);
        expect(happened).toEqual(sorted);
      }),
    );
  });

  it('stops before the end, which belongs to the next run', async () => {
    const { agenda, clock } = makeAgenda();
    const happened: number[] = [];
    for (const second of [9, 10]) agenda.at(later(second), () => void happened.push(second));

    await agenda.runUntil(later(10));
    expect(happened).toEqual([9]);
    expect(clock.now()).toBe(later(10));
    await agenda.runUntil(later(11));

    expect(happened).toEqual([9, 10]);
  });

  it('waits for one thing before it begins the next, and takes what a thing adds', async () => {
    const { agenda } = makeAgenda();
    const happened: string[] = [];
    agenda.at(later(1), async () => {
      agenda.at(later(0), () => void happened.push('late'));
      await Promise.resolve();
      happened.push('first');
    });
    agenda.at(later(1), () => void happened.push('second'));

    await agenda.runUntil(later(2));

    expect(happened).toEqual(['first', 'second', 'late']);
  });

  it('passes on what a task throws', async () => {
    const { agenda } = makeAgenda();
    agenda.at(later(1), () => Promise.reject(new Error('broken')));

    await expect(agenda.runUntil(later(2))).rejects.toThrow('broken');
  });
});

describe('MemoryClock', () => {
  it('never goes back', () => {
    const { clock } = makeAgenda();

    expect(() => clock.advanceTo(later(-1))).toThrow(/has passed/);
  });
});
