import type { Dice } from '../../adapters/memory/dice.ts';
import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { addSeconds, type Instant } from '../../core/amounts.ts';
import type { Agenda, Task } from '../local/agenda.ts';
import type { FaultCounts } from './fault-counts.ts';
import type { MessageRates } from './scenario.ts';

/** What messages are sent over. */
export interface MessageWayOptions {
  readonly agenda: Agenda;
  readonly clock: MemoryClock;
  readonly dice: Dice;
  readonly faults: FaultCounts;
  /** The one message that is lost, counted from 0 over the whole run. */
  readonly lost?: number | undefined;
}

/** The way of every message: on time, or lost, twice, late and so overtaken. */
export class MessageWay {
  readonly #options: MessageWayOptions;
  #rates: MessageRates;
  /** Messages so far. */
  sent = 0;

  constructor(options: MessageWayOptions, rates: MessageRates) {
    this.#options = options;
    this.#rates = rates;
  }

  /** From now on nothing is lost, doubled or late; what is late already still comes. */
  calmDown(): void {
    this.#rates = { lost: 0, twice: 0, late: 0 };
  }

  /** `what` names the kind of message in the count of faults. */
  send(what: string, deliver: Task, at: Instant = this.#options.clock.now()): void {
    const { agenda, dice, faults, lost } = this.#options;
    const position = this.sent;
    this.sent += 1;
    if (position === lost || dice.happens(this.#rates.lost)) {
      faults.note(`lost ${what}`);
      return;
    }
    const isTwice = dice.happens(this.#rates.twice);
    if (isTwice) faults.note(`doubled ${what}`);
    for (let time = isTwice ? 0 : 1; time < 2; time += 1) {
      const isLate = dice.happens(this.#rates.late);
      if (isLate) faults.note(`late ${what}`);
      const delay = dice.between(0.1, 1) + (isLate ? dice.between(5, 120) : 0);
      agenda.at(addSeconds(at, delay), deliver);
    }
  }
}
