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

/** Told of each fault, and of the call that it came to. */
export type OnFault = (fault: keyof FaultRates, call: string) => void;

/** A call of a port; `times` as often as the rates say it fails. */
interface Call {
  readonly port: object;
  readonly method: CallableFunction;
  readonly name: string;
  readonly times: number;
}

/** The faults of one run of one function. */
export class RunFaults {
  readonly #rates: FaultRates;
  readonly #dice: Dice;
  readonly #onFault: OnFault;
  #isCrashed = false;

  constructor(rates: FaultRates, dice: Dice, onFault: OnFault = () => undefined) {
    this.#rates = rates;
    this.#dice = dice;
    this.#onFault = onFault;
  }

  /** The port with these faults around each of its calls, `times` as often as the rates say. */
  around<Port extends object>(port: Port, times = 1): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const call = { port: target, method: member, name: String(name), times };
        return (...values: unknown[]) => this.#call(call, values);
      },
    });
  }

  async #call({ port, method, name: call, times }: Call, values: readonly unknown[]): Promise<unknown> {
    const { crashBefore, throttled, crashAfter, answerLost } = this.#rates;
    if (this.#isCrashed) throw hasEnded;
    const before = this.#dice.unit() / times;
    if (before < crashBefore) this.#crash('crashBefore', call);
    if (before < crashBefore + throttled) this.#fail('throttled', call);
    const answer: unknown = await Reflect.apply(method, port, values);
    const after = this.#dice.unit() / times;
    if (after < crashAfter) this.#crash('crashAfter', call);
    if (after < crashAfter + answerLost) this.#fail('answerLost', call);
    return answer;
  }

  #fail(fault: 'throttled' | 'answerLost', call: string): never {
    this.#onFault(fault, call);
    throw fault === 'throttled' ? isThrottled : isLost;
  }

  #crash(fault: 'crashBefore' | 'crashAfter', call: string): never {
    this.#isCrashed = true;
    this.#onFault(fault, call);
    throw endsHere;
  }
}

// Made once: where they were thrown says nothing, and noting the stack of each of thousands costs more than the call.
const hasEnded = new Error('the process has ended');
const endsHere = new Error('the process ends here');
const isThrottled = new Error('ThrottlingException');
const isLost = new Error('TimeoutError');
