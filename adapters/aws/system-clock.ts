import { instantFromMillis } from '../../core/amounts.ts';
import type { Clock } from '../ports.ts';

/** The wall clock of the machine: UTC, milliseconds. Lambda keeps it within a few milliseconds of the true time. */
export class SystemClock implements Clock {
  now() {
    return instantFromMillis(Date.now());
  }
}
