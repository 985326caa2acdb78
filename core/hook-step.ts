import type { Instant } from './amounts.ts';
import type { NoticeEvent } from './instance-life.ts';
import type { RunReport } from './notice.ts';

/** One command of a hook. */
export interface HookStep {
  readonly event: NoticeEvent;
  readonly layer: string;
  /** The instances that changed. */
  readonly changed: readonly string[];
  readonly command: string;
  /** Where it runs; absent until it begins. */
  readonly sent?: {
    /** From 1; each retry is one more. */
    readonly attempt: number;
    readonly at: Instant;
    /** Where this attempt runs: at first everywhere, later where it failed. */
    readonly instanceIds: readonly string[];
    /** Absent until SSM took the commands. */
    readonly commandIds?: readonly string[];
  };
  /** Where it ran before and was no failure. */
  readonly succeeded: readonly string[];
  readonly isDone: boolean;
  readonly runs: readonly RunReport[];
}
