import type { Acknowledgement } from '../../core/notice.ts';
import type { Replies } from '../ports.ts';

/** Hands each acknowledgement to whoever runs the world; keeps none. */
export class MemoryReplies implements Replies {
  readonly #deliver: (acknowledgement: Acknowledgement) => void;

  constructor(deliver: (acknowledgement: Acknowledgement) => void) {
    this.#deliver = deliver;
  }

  async send(acknowledgement: Acknowledgement): Promise<void> {
    this.#deliver(acknowledgement);
  }
}
