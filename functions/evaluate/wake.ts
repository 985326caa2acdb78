import type { Ports } from '../../adapters/ports.ts';
import type { AlarmReading } from '../../core/readings.ts';

/** What evaluate may touch. */
export type EvaluatePorts = Pick<Ports, 'clock' | 'table' | 'metrics' | 'fleet' | 'images' | 'ticks' | 'killSwitch'>;

/** What wakes evaluate: the minute, an alarm whose state changed, or a tick while something of one application moves. */
export type EvaluateWake =
  | { readonly trigger: 'schedule' }
  | { readonly trigger: 'alarm'; readonly alarm: AlarmReading }
  | { readonly trigger: 'tick'; readonly application: string };
