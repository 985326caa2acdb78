import { describe, expect, it } from 'vitest';
import type { Ticks } from '../../adapters/ports.ts';

/** Ticks, what was asked for, and how to end them. */
export interface TicksUnderTest {
  readonly ticks: Ticks;
  /** Application and delay in seconds of each wake-up that was asked for, in order. */
  readonly asked: () => readonly (readonly [string, number])[];
  readonly stop: () => Promise<void>;
}

/** What all ticks promise. */
export function ticksContract(name: string, makeTicks: () => Promise<TicksUnderTest>): void {
  describe(`${name} as ticks`, () => {
    it('wakes once after each delay', async () => {
      const { ticks, asked, stop } = await makeTicks();
      const delays = [0, 15, 30, 45, 60, 75, 90, 105, 120, 135, 150, 900];

      await ticks.later('shop', delays);

      expect(asked()).toEqual(delays.map((delay) => ['shop', delay]));
      await stop();
    });

    it.each([-1, 901, Number.NaN])('refuses a delay of %d s and asks for none', async (delay) => {
      const { ticks, asked, stop } = await makeTicks();

      await expect(ticks.later('shop', [15, delay])).rejects.toThrow(RangeError);

      expect(asked()).toEqual([]);
      await stop();
    });
  });
}
