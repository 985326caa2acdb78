import type { Dice } from './dice.ts';

/** How often a call fails, each from 0 to 1; drawn anew for every call. */
export interface FaultRates {
  /** The function's process ends before the call, or after it took effect: nothing that comes later in that run happens. */
  readonly crashBefore: number;
  readonly crashAfter: number;
  /** The call is refused for now and had no effect. */
  readonly throttled: number;
  /** The call took effect, but its answer never came. */
  readonly answerLost: number;
}

/** Nothing fails. */
export const noFaults: FaultRates = { crashBefore: 0, crashAfter: 0, throttled: 0, answerLost: 0 };

/** The faults of one run of one function. */
export class RunFaults {
  readonly #rates: FaultRates;
  readonly #dice: Dice;
  #isCrashed = false;

  constructor(rates: FaultRates, dice: Dice) {
    this.#rates = rates;
    this.#dice = dice;
  }

  /** The port with these faults around each of its calls. */
  around<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...values: unknown[]) => this.#call(() => Reflect.apply(member, target, values));
      },
    });
  }

  async #call(effect: () => unknown): Promise<unknown> {
    const { crashBefore, throttled, crashAfter, answerLost } = this.#rates;
    if (this.#isCrashed) throw new Error('the process has ended');
    const before = this.#dice.unit();
    if (before < crashBefore) this.#crash();
    if (before < crashBefore + throttled) throw new Error('ThrottlingException');
    const answer = await effect();
    const after = this.#dice.unit();
    if (after < crashAfter) this.#crash();
    if (after < crashAfter + answerLost) throw new Error('TimeoutError');
    return answer;
  }

  #crash(): never {
    this.#isCrashed = true;
    throw new Error('the process ends here');
  }
}
