import type { Instant } from '../../core/amounts.ts';
import { billedSeconds, type Machine } from './machine.ts';

/** What a bill says: from launch, by the second, at least a minute a machine. */
export interface FleetBill {
  readonly instanceHours: number;
  readonly usd: number;
}

/** Whose bill: an application's, or that of one of its layers. */
export interface BillOf {
  readonly application: string;
  readonly layer?: string;
}

/** Keeps what forgotten machines have cost, so that nothing else of them need be kept. */
export class FleetLedger {
  readonly #closed = new Map<string, { readonly of: Required<BillOf>; seconds: number; usd: number }>();

  /** Once a machine, when it is over. */
  close(machine: Machine, now: Instant): void {
    const { application, layer } = machine.identity;
    const key = `${application} ${layer}`;
    const account = this.#closed.get(key) ?? { of: { application, layer }, seconds: 0, usd: 0 };
    account.seconds += billedSeconds(machine, now);
    account.usd += usdOf(machine, now);
    this.#closed.set(key, account);
  }

  /** What was closed and what `open` machines have cost up to `now`. */
  bill(of: BillOf, open: Iterable<Machine>, now: Instant): FleetBill {
    let seconds = 0;
    let usd = 0;
    for (const account of this.#closed.values()) {
      if (!belongs(account.of, of)) continue;
      seconds += account.seconds;
      usd += account.usd;
    }
    for (const machine of open) {
      if (!belongs(machine.identity, of)) continue;
      seconds += billedSeconds(machine, now);
      usd += usdOf(machine, now);
    }
    return { instanceHours: seconds / 3600, usd };
  }
}

function belongs(found: Required<BillOf>, of: BillOf): boolean {
  return found.application === of.application && (of.layer === undefined || found.layer === of.layer);
}

function usdOf(machine: Machine, now: Instant): number {
  return (billedSeconds(machine, now) / 3600) * machine.hourlyUsd;
}
