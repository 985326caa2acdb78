import type { Ports } from '../../adapters/ports.ts';
import type { Problem } from '../../core/application/problem.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { type StoreReport, storeApplication } from './store-application.ts';

/** What somebody wants applied. */
export interface ApplyRequest {
  /** The application file as text. */
  readonly text: string;
  /** Values of its parameters as text, by name; all of them, every time. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Layers that are no longer in the file and shall end. */
  readonly drainLayers: readonly string[];
}

/** What came of an apply. */
export type ApplyReport = StoreReport | { readonly outcome: 'refused'; readonly problems: readonly Problem[] };

/**
 * Checks an application file and stores it as the next version. A file with any problem is refused and nothing is written; what is stored
 * already is left alone, so applying twice changes nothing. Never writes a desired count. Throws when the table cannot be reached.
 */
export async function applyStage(
  ports: Pick<Ports, 'clock' | 'chance' | 'table'>,
  request: ApplyRequest,
): Promise<ApplyReport> {
  const read = readApplication(request.text);
  if (!read.ok) return { outcome: 'refused', problems: read.problems };
  return storeApplication(ports, { ...request, application: read.application });
}
