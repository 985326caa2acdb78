import type { TableChange } from '../../adapters/memory/memory-table.ts';

/** How large the fleet of a world grew: machines that slots held at once, at the most. */
export class LargestFleet {
  readonly #held = new Set<string>();
  most = 0;

  follow({ key, after }: TableChange): void {
    const isHeld = after?.kind === 'slot' && after.slot.instanceId !== undefined && after.slot.state !== 'gone';
    if (!isHeld) {
      this.#held.delete(key);
      return;
    }
    this.#held.add(key);
    this.most = Math.max(this.most, this.#held.size);
  }
}
