import { addSeconds, type Instant } from '../amounts.ts';
import type { Slot } from '../instance-life.ts';
import type { LaunchRefusal, LaunchRequest, LaunchResult } from '../launch-call.ts';
import type { RefusalRecord } from '../records.ts';
import type { Stored } from '../stored.ts';
import { identityOf } from './boot.ts';

/** What a launch call taught us. */
export interface RecordedLaunch {
  readonly slots: readonly Slot[];
  /** The offering as refused, with the next time to try. */
  readonly refused?: RefusalRecord;
  /** The offering works again. */
  readonly cleared?: RefusalRecord;
}

const FIRST_RETRY_SECONDS = 60;
const LONGEST_RETRY_SECONDS = 900;
const REMEMBERED_SECONDS = 6 * 3600;

/** Stores the answer of one call: slots that got a machine boot, the others are gone without one; their names are not used again. */
export function recordLaunch(
  stored: Stored,
  { request, result, now }: { readonly request: LaunchRequest; readonly result: LaunchResult; readonly now: Instant },
): RecordedLaunch {
  const byNumber = new Map(result.launched.map((instance) => [instance.slotNumber, instance]));
  const slots = stored.slots.flatMap(({ slot }): readonly Slot[] => {
    if (slot.layer !== request.layer || slot.launch.token !== request.launch.token) return [];
    if (slot.state !== 'launching') return [];
    const instance = byNumber.get(slot.number);
    if (instance !== undefined) return [{ ...slot, ...identityOf(instance), state: 'booting', since: now }];
    if (result.refused === undefined) return [];
    return [{ ...slot, state: 'gone', since: now, because: `EC2: ${result.refused.code}` }];
  });
  const known = refusalOf(stored, request);
  if (result.refused !== undefined)
    return { slots, refused: refusedAgain({ known, request, refusal: result.refused, now }) };
  return known === undefined ? { slots } : { slots, cleared: known };
}

function refusalOf(stored: Stored, { placement, revision }: LaunchRequest): RefusalRecord | undefined {
  return stored.refusals.find(
    ({ type, zone, market }) => type === revision.type && zone === placement.zone && market === placement.market,
  );
}

function refusedAgain({
  known,
  request,
  refusal,
  now,
}: {
  readonly known: RefusalRecord | undefined;
  readonly request: LaunchRequest;
  readonly refusal: LaunchRefusal;
  readonly now: Instant;
}): RefusalRecord {
  const attempts = (known?.attempts ?? 0) + 1;
  const waitSeconds = Math.min(FIRST_RETRY_SECONDS * 2 ** Math.min(attempts - 1, 10), LONGEST_RETRY_SECONDS);
  return {
    kind: 'refusal',
    application: request.application,
    version: (known?.version ?? 0) + 1,
    type: request.revision.type,
    zone: request.placement.zone,
    market: request.placement.market,
    code: refusal.code,
    attempts,
    refusedAt: now,
    retryAt: addSeconds(now, waitSeconds),
    expiresAt: addSeconds(now, REMEMBERED_SECONDS),
  };
}
