import type { Instant } from '../amounts.ts';
import type { RelationLimit } from '../application/application-schema.ts';
import type { Layer } from '../application/layer-schema.ts';
import type { Ceilings, Usage } from '../ceilings.ts';
import type { RuleHistory } from '../collect-history.ts';
import type { ScalingMemory, Trigger } from '../decision.ts';
import type { AlarmReadings, Readings } from '../readings.ts';

/** Everything that one layer's decision is made from. */
export interface LayerSituation {
  readonly name: string;
  /** As in the file, or as it last was in the file. */
  readonly settings: Layer;
  /** Present when the file no longer has the layer: it is left as it is, or drained when that was asked for by name. */
  readonly vanished?: { readonly drain: boolean } | undefined;
  /** Absent before the first decision. */
  readonly desired?: { readonly count: number; readonly revision: number; readonly hourlyUsd: number } | undefined;
  /** The revision to be desired from now on; `hourlyUsd` is the cost of one instance an hour, `capacity` what it carries. */
  readonly revision: { readonly number: number; readonly hourlyUsd: number; readonly capacity: number };
  /** From intent to in service, as measured lately. */
  readonly bootSeconds: number;
  /** Instances in service now. */
  readonly inService: number;
  /** When the newest of those in service entered it. */
  readonly newestInServiceAt?: Instant | undefined;
  /** Instances that failed and are not gone yet. */
  readonly failed: number;
  readonly memory: ScalingMemory;
  /** By layer; `desired` as decided in this evaluation for those that this layer follows, `lost` as of `lostOf` (decide-layers.ts). */
  readonly others: ReadonlyMap<
    string,
    { readonly desired: number; readonly inService: number; readonly lost?: number }
  >;
  /** What the desired instances of all other layers cost an hour. */
  readonly othersHourlyUsd: number;
  /** Those of the file that name this layer. */
  readonly limits: readonly RelationLimit[];
  readonly maxHourlyUsd?: number | undefined;
  /** What the whole account may have, and what all but this layer take of it. */
  readonly ceilings?: (Ceilings & { readonly takenElsewhere: Usage }) | undefined;
  /** Whether the kill switch is thrown. */
  readonly isStopped?: boolean | undefined;
  readonly readings: Readings;
  /** What was read for rules that lack history, by the name of the rule; absent where no history is to be had. */
  readonly histories?: ReadonlyMap<string, RuleHistory> | undefined;
  readonly alarms: AlarmReadings;
  readonly now: Instant;
  readonly trigger: Trigger;
  /** The alarm that woke the evaluation. */
  readonly wokenBy?: string | undefined;
  readonly fileVersion: number;
}

/** The count that is desired now; 0 before the first decision. Those on their way count in it, which is why one need is answered once. */
export function desiredCount(situation: Pick<LayerSituation, 'desired'>): number {
  return situation.desired?.count ?? 0;
}
