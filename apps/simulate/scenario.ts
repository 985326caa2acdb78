import type { FaultRates } from '../../adapters/memory/faulty-ports.ts';
import type { FleetBehaviour } from '../../adapters/memory/fleet-behaviour.ts';

/** How a simulated subscriber of one's own answers its notices. */
export type Manner = 'prompt' | 'slow' | 'failing' | 'lying' | 'dead';

/** How often a message (event, schedule, tick, notice, acknowledgement) is lost, comes twice, or comes late and so out of order. */
export interface MessageRates {
  readonly lost: number;
  readonly twice: number;
  readonly late: number;
}

/** One simulated layer: how much load it carries over time, in instances' worth. */
export interface LoadPlan {
  readonly layer: string;
  /** Whether it has a queue beside, at which a second rule looks. */
  readonly hasQueue: boolean;
  /** A new level each few minutes. */
  readonly levels: readonly number[];
}

/** A part of the time with faults, in minutes from its start. */
export interface Span {
  readonly fromMinute: number;
  readonly minutes: number;
}

/** How CloudWatch shows what it was given. */
export interface MetricFaults {
  /** Values that never come, and values that come a minute or two late; share of the minutes. */
  readonly missing: number;
  readonly late: number;
  /** For so long nothing comes of this layer; afterwards not either. */
  readonly outage: (Span & { readonly layer: string }) | undefined;
}

/** How load balancers, agents on instances and the instances themselves behave while there are faults. */
export interface ProductFaults {
  /** From registration to healthy, and how long a target drains. */
  readonly healthySeconds: number;
  readonly drainSeconds: number;
  /** Instances that never pass the checks of a load balancer, that SSM does not know, and that never say that they are ready. */
  readonly unhealthy: number;
  readonly unreachable: number;
  readonly neverReady: number;
  /** Commands of hooks that fail, and how long one takes at the most. */
  readonly commandFails: number;
  readonly commandSeconds: number;
}

/** The whole world of one seed, before it moves. Printed when one world is played. */
export interface Scenario {
  readonly seed: number;
  /** The application file. */
  readonly file: object;
  readonly loads: readonly LoadPlan[];
  /** Of the subscribers of one's own, by name. */
  readonly manners: Readonly<Record<string, Manner>>;
  /** There are faults until so many runs of stages have begun, but not for less or more than so many minutes. */
  readonly faultRuns: number;
  readonly faultMinutes: { readonly least: number; readonly most: number };
  readonly calls: FaultRates;
  readonly messages: MessageRates;
  readonly metrics: MetricFaults;
  readonly product: ProductFaults;
  readonly fleet: Partial<FleetBehaviour>;
  /** For so long the topic takes nothing for this participant. */
  readonly refused: (Span & { readonly participant: string }) | undefined;
  /** For so long EC2 throttles every launch, or every look as well. */
  readonly throttled: (Span & { readonly isBlind: boolean }) | undefined;
  /** For so long somebody has thrown the kill switch. */
  readonly stopped: Span | undefined;
  /** Seconds by which a function's clock may be off, either way. */
  readonly clockSeconds: number;
  /** How often the clock of one run is off by much more, and by how much. */
  readonly clockJumps: { readonly ratio: number; readonly seconds: number };
  /** How often a second run of a stage, or one of another stage, starts while the first is under way. */
  readonly together: number;
  /** How often a run hangs before its first write and goes on when it was given up, and for how long at the most. */
  readonly hangs: { readonly ratio: number; readonly seconds: number };
  /** How often, a minute, EC2 does not show a machine that runs for some seconds. */
  readonly hidden: number;
  /** How often, a minute, somebody ends or stops an instance by hand. */
  readonly endedByHand: number;
  /** How often, a minute, somebody launches one more like an instance of ours, with its tags. */
  readonly copiedByHand: number;
  /** How often, a minute, the file is applied again while everything moves. */
  readonly reapplied: number;
}

/** Whether a minute lies in a span. */
export function isWithin(span: Span | undefined, minute: number): boolean {
  return span !== undefined && minute >= span.fromMinute && minute < span.fromMinute + span.minutes;
}
