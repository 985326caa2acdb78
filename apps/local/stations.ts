import type { Performance, ResponseTimes } from './response-times.ts';

/** A stretch of time in which neither load nor fleet changes. */
export interface Span {
  readonly seconds: number;
  readonly arrivalsPerSecond: number;
  readonly inService: number;
}

/** What one layer did since it was last asked. */
export interface LayerSample {
  readonly requests: number;
  readonly errors: number;
  /** Mean over the time in which anything was in service; absent when nothing was. */
  readonly cpuPercent: number | undefined;
  /** Response times, and how many requests each stands for. */
  readonly responseSeconds: { readonly values: readonly number[]; readonly counts: readonly number[] };
  /** Work that waits, and how long its oldest piece has waited: at the end of the time. */
  readonly backlog: number;
  readonly ageSeconds: number;
}

/** The work of one layer. */
export interface Station {
  /** Returns how many requests a second were answered. */
  advance(span: Span): number;
  /** What happened since the last sample. */
  takeSample(): LayerSample;
}

/** Instances that answer at once or not at all: each is a queue of its own behind an even load balancer. */
export class ServingStation implements Station {
  readonly #times: ResponseTimes;
  #requests = 0;
  #errors = 0;
  #busySeconds = 0;
  #servedSeconds = 0;
  #values: number[] = [];
  #counts: number[] = [];

  constructor(times: ResponseTimes) {
    this.#times = times;
  }

  advance({ seconds, arrivalsPerSecond, inService }: Span): number {
    const arrivals = arrivalsPerSecond * seconds;
    this.#requests += arrivals;
    if (inService === 0) {
      this.#errors += arrivals;
      return 0;
    }
    const performance = this.#times.at(arrivalsPerSecond / inService);
    const accepted = arrivals * (1 - performance.shedRatio);
    this.#errors += arrivals - accepted;
    this.#busySeconds += performance.utilisationRatio * seconds;
    this.#servedSeconds += seconds;
    this.#addResponses(performance, accepted);
    return arrivalsPerSecond * (1 - performance.shedRatio);
  }

  takeSample(): LayerSample {
    const sample = {
      requests: this.#requests,
      errors: this.#errors,
      cpuPercent: this.#servedSeconds > 0 ? (100 * this.#busySeconds) / this.#servedSeconds : undefined,
      responseSeconds: { values: this.#values, counts: this.#counts },
      backlog: 0,
      ageSeconds: 0,
    };
    this.#requests = 0;
    this.#errors = 0;
    this.#busySeconds = 0;
    this.#servedSeconds = 0;
    this.#values = [];
    this.#counts = [];
    return sample;
  }

  #addResponses({ responseSeconds }: Performance, accepted: number): void {
    if (accepted <= 0) return;
    for (const seconds of responseSeconds) {
      this.#values.push(seconds);
      this.#counts.push(accepted / responseSeconds.length);
    }
  }
}

/** Instances that take work from a queue which loses nothing: what they do not manage waits. */
export class WorkingStation implements Station {
  readonly #perInstancePerSecond: number;
  #backlog = 0;
  #arrivals = 0;
  #busySeconds = 0;
  #servedSeconds = 0;
  #donePerSecond = 0;

  constructor(perInstancePerSecond: number) {
    this.#perInstancePerSecond = perInstancePerSecond;
  }

  advance({ seconds, arrivalsPerSecond, inService }: Span): number {
    const possible = inService * this.#perInstancePerSecond * seconds;
    const waiting = this.#backlog + arrivalsPerSecond * seconds;
    const done = Math.min(waiting, possible);
    this.#backlog = waiting - done;
    this.#arrivals += arrivalsPerSecond * seconds;
    this.#donePerSecond = done / seconds;
    if (inService === 0) return 0;
    this.#busySeconds += (done / possible) * seconds;
    this.#servedSeconds += seconds;
    return this.#donePerSecond;
  }

  takeSample(): LayerSample {
    const sample = {
      requests: this.#arrivals,
      errors: 0,
      cpuPercent: this.#servedSeconds > 0 ? (100 * this.#busySeconds) / this.#servedSeconds : undefined,
      responseSeconds: { values: [], counts: [] },
      backlog: this.#backlog,
      ageSeconds: this.#backlog / Math.max(this.#donePerSecond, this.#perInstancePerSecond),
    };
    this.#arrivals = 0;
    this.#busySeconds = 0;
    this.#servedSeconds = 0;
    return sample;
  }
}
