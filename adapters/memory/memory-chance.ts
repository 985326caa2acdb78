import type { Chance } from '../ports.ts';
import type { Dice } from './dice.ts';

/** Keys that repeat with the seed: for simulations, never for secrets. */
export class MemoryChance implements Chance {
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  hex(bytes: number): string {
    return Array.from({ length: bytes }, () => this.#dice.below(256).toString(16).padStart(2, '0')).join('');
  }
}
