import type { KillSwitch } from '../ports.ts';

/** A switch that is thrown by setting `isThrown`. */
export class MemoryKillSwitch implements KillSwitch {
  isThrown = false;

  async isStopped(): Promise<boolean> {
    return this.isThrown;
  }
}
