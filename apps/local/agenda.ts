import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { type Instant, isAtOrAfter, isBefore } from '../../core/amounts.ts';

/** What happens at an instant. */
export type Task = () => Promise<void> | void;

interface Entry {
  readonly at: Instant;
  /** Entries of one instant happen in the order in which they were added. */
  readonly order: number;
  readonly task: Task;
}

/** The one queue of everything that will happen, in order of virtual time. */
export class Agenda {
  readonly #clock: MemoryClock;
  readonly #heap: Entry[] = [];
  #added = 0;

  constructor(clock: MemoryClock) {
    this.#clock = clock;
  }

  /** What is late already happens next. */
  at(at: Instant, task: Task): void {
    const now = this.#clock.now();
    const entry = { at: isBefore(at, now) ? now : at, order: this.#added, task };
    this.#added += 1;
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
  }

  /** Lets everything happen that is due before `until`, one after the other, and moves the clock there. Throws what a task throws. */
  async runUntil(until: Instant): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && isBefore(next.at, until); next = this.#heap[0]) {
      this.#removeFirst();
      this.#clock.advanceTo(next.at);
      const done = next.task();
      // Awaiting what is no promise would cost a turn of the loop for each of millions of tasks.
      if (done !== undefined) await done;
    }
    if (isAtOrAfter(until, this.#clock.now())) this.#clock.advanceTo(until);
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let first = index;
      if (left < this.#heap.length && this.#isBefore(left, first)) first = left;
      if (right < this.#heap.length && this.#isBefore(right, first)) first = right;
      if (first === index) return;
      this.#swap(index, first);
      index = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.at === other.at ? one.order < other.order : isBefore(one.at, other.at);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
