import type { TableChange } from '../../adapters/memory/memory-table.ts';
import type { Instant } from '../../core/amounts.ts';
import type { Decision } from '../../core/decision.ts';
import type { Acknowledgement, Notice } from '../../core/notice.ts';
import type { Reading } from '../../core/readings.ts';
import type { StoredView } from './stored-view.ts';

/** Notes a broken promise. */
export type Broken = (promise: number, what: string) => void;

/** One value that a world gave CloudWatch: the only one of its period. */
export interface Measured {
  readonly kpi: string;
  readonly at: Instant;
  readonly value: number;
}

/**
 * Nothing is believed that nobody said: who counts as told was sent it, who counts as having applied a version has said so, and what rules look
 * at was measured. The world says what really happened; what the stages made of it stands in the table.
 */
export class BeliefCheck {
  readonly #view: StoredView;
  readonly #broken: Broken;
  readonly #sent = new Map<string, number>();
  readonly #answered = new Map<string, number>();
  readonly #measured = new Map<string, Map<Instant, number>>();

  constructor(view: StoredView, broken: Broken) {
    this.#view = view;
    this.#broken = broken;
  }

  /** Everything that the topic has accepted, one participant's notices in the order in which they were sent. */
  onNotice({ participant, membership }: Notice): void {
    const newest = this.#sent.get(participant) ?? 0;
    if (membership.version < newest) {
      this.#broken(5, `${participant} is told version ${membership.version} after version ${newest}`);
    }
    this.#sent.set(participant, Math.max(newest, membership.version));
  }

  /** What a participant really says, whether it arrives or not. */
  onAnswer({ participant, membershipVersion, status }: Acknowledgement): void {
    if (status !== 'applied') return;
    this.#answered.set(participant, Math.max(this.#answered.get(participant) ?? 0, membershipVersion));
  }

  /** Readings of a KPI that was never measured so are not looked at. */
  onMeasured({ kpi, at, value }: Measured): void {
    const known = this.#measured.get(kpi) ?? new Map<Instant, number>();
    this.#measured.set(kpi, known.set(at, value));
  }

  onTableChange({ after }: TableChange): void {
    if (after?.kind === 'told') {
      const { participant, membershipVersion } = after;
      const sent = this.#sent.get(participant) ?? 0;
      if (membershipVersion > sent) {
        this.#broken(5, `${participant} counts as told version ${membershipVersion}, but was sent ${sent}`);
      }
    }
    if (after?.kind === 'acknowledgement') {
      const { participant, membershipVersion } = after;
      const said = this.#answered.get(participant) ?? 0;
      if (membershipVersion > said) {
        this.#broken(3, `${participant} counts as having applied version ${membershipVersion}, but said ${said}`);
      }
    }
    if (after?.kind === 'decision') this.#checkReadings(after.decision);
  }

  #checkReadings({ layer, readings }: Decision): void {
    for (const reading of readings) {
      const why = this.#whyWrong(reading);
      if (why !== undefined) this.#broken(4, `${layer} is decided by ${reading.kpi}, which ${why}`);
    }
  }

  #whyWrong({ kpi, source, value, at }: Reading): string | undefined {
    const measured = this.#measured.get(kpi);
    if (measured === undefined || value === undefined) return undefined;
    if (source === 'assumed') {
      const missing = this.#view.file?.kpis[kpi]?.missing;
      const assumed = typeof missing === 'object' && 'assume' in missing ? missing.assume : undefined;
      return assumed === value ? undefined : `is taken for ${value} without anybody saying so`;
    }
    const truth = at === undefined ? undefined : measured.get(at);
    if (truth === value) return undefined;
    return truth === undefined ? `reads ${value} where nothing was measured` : `reads ${value} where it was ${truth}`;
  }
}
