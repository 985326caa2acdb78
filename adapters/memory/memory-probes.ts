import type { Probes } from '../ports.ts';

/** Instances that answer as told. */
export class MemoryProbes implements Probes {
  readonly #answers: (request: Parameters<Probes['answers']>[0]) => boolean;

  constructor(answers: (request: Parameters<Probes['answers']>[0]) => boolean = () => true) {
    this.#answers = answers;
  }

  async answers(request: Parameters<Probes['answers']>[0]): Promise<boolean> {
    return this.#answers(request);
  }
}
