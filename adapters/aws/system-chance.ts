import { randomBytes } from 'node:crypto';
import type { Chance } from '../ports.ts';

/** Chance from the operating system, good enough for keys. */
export class SystemChance implements Chance {
  hex(bytes: number): string {
    return randomBytes(bytes).toString('hex');
  }
}
