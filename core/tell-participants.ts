import { acknowledgementToken } from './acknowledgement-token.ts';
import { addSeconds, type Instant, isAtOrAfter, isoFromInstant } from './amounts.ts';
import type { Participant } from './application/participant-schema.ts';
import type { Slot } from './instance-life.ts';
import { memberOf, membershipOf } from './membership.ts';
import { membershipLink } from './membership-link.ts';
import type { Membership, Notice } from './notice.ts';
import { oncePer } from './once-per.ts';
import { hearersOf } from './plan-changes/gate.ts';
import type { FileRecord, HeadRecord, ToldRecord } from './records.ts';
import type { Stored } from './stored.ts';

/** What one participant is told now, and the record to store once its notices were sent (at once, when there are none). */
export interface Telling {
  readonly participant: string;
  readonly notices: readonly Notice[];
  readonly told: ToldRecord;
}

/** Where participants reply; what is not known is not offered. */
export interface ReplyPlaces {
  /** Ends in a slash; `membership` under it is where a large membership is fetched. */
  readonly url?: string;
  readonly queueUrl?: string;
}

/**
 * SNS takes 262,144 bytes, attributes included: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html. An instance takes less than 350,
 * so fewer than these need not be written out to be measured.
 */
const MOST_BYTES = 240_000;
const MOST_UNMEASURED = 500;

/** Changed instances of one notice when the membership is behind a link. */
const MOST_CHANGED = 500;

/** Different reasons that one notice names. */
const MOST_REASONS = 5;

/** A notice that waits for its acknowledgement goes out again after this long, then twice as long, and so on. */
const FIRST_RESEND_SECONDS = 15;
const LONGEST_RESEND_SECONDS = 300;

/** Versions kept waiting for one participant. Above, every second one is given up and shares the deadline of the next later one. */
const MOST_AWAITING = 50;

/**
 * Who must be told what: every change since the last telling, one notice for each layer and event; and again, with the newest snapshot,
 * what was not acknowledged in time. Deadlines that have passed are noted as expired. A participant with nothing new is absent.
 */
export function tellParticipants(stored: Stored, now: Instant, places: ReplyPlaces = {}): readonly Telling[] {
  const { file, head } = stored;
  if (file === undefined || head === undefined) return [];
  let membership: Membership | undefined;
  const tellings: Telling[] = [];
  for (const [name, participant] of Object.entries(file.file.participants)) {
    const listener = listenTo(stored, { file, name, participant, now });
    const { isNews, slots } = changesFor(listener, head);
    if (slots.length === 0) tellings.push(...noteExpiry(listener));
    else {
      membership ??= membershipOf(stored);
      const told = toldNow(listener, { membershipVersion: head.membershipVersion, isNews });
      const notices = noticesOf(slots, { stored, head, listener, told, membership, places });
      tellings.push({ participant: name, told, notices });
    }
  }
  return tellings;
}

interface Listener {
  readonly application: string;
  readonly name: string;
  readonly acknowledge: Participant['acknowledge'];
  /** Slots of the layers it hears that were announced after a version, in order of layers. */
  readonly heardAfter: (version: number) => readonly Slot[];
  readonly before: ToldRecord | undefined;
  /** `before` without what was acknowledged or has expired; the same object when nothing did. */
  readonly settled: ToldRecord | undefined;
  readonly acknowledgedVersion: number;
  readonly now: Instant;
}

/** Slots that were ever announced. Sorted once for all participants: many of them, each with some layers of many, must not cost their product. */
const announcedByLayer = oncePer((slots: Stored['slots']): ReadonlyMap<string, readonly Slot[]> => {
  const layers = new Map<string, Slot[]>();
  for (const { slot } of slots) {
    if (slot.change === undefined) continue;
    const known = layers.get(slot.layer);
    if (known === undefined) layers.set(slot.layer, [slot]);
    else known.push(slot);
  }
  return layers;
});

function listenTo(
  stored: Stored,
  of: {
    readonly file: FileRecord;
    readonly name: string;
    readonly participant: Participant;
    readonly now: Instant;
  },
): Listener {
  const { name, now } = of;
  const { acknowledge } = of.participant;
  const before = stored.told.get(name);
  const acknowledgedVersion = stored.acknowledgements.get(name)?.membershipVersion ?? 0;
  const heardAfter = (version: number): readonly Slot[] => {
    const heard: Slot[] = [];
    for (const [layer, slots] of announcedByLayer(stored.slots)) {
      if (hearersOf(of.file.file, layer).includes(name))
        heard.push(...slots.filter((slot) => changeVersion(slot) > version));
    }
    return heard;
  };
  const settled = before && settle(before, { withinSeconds: acknowledge?.withinSeconds, acknowledgedVersion, now });
  return { application: stored.application, name, acknowledge, heardAfter, before, settled, acknowledgedVersion, now };
}

/** Drops the versions that were acknowledged, and those whose deadline has passed: they count as expired. */
function settle(
  told: ToldRecord,
  of: { readonly withinSeconds: number | undefined; readonly acknowledgedVersion: number; readonly now: Instant },
): ToldRecord {
  if (told.awaiting.length === 0) return told;
  const { withinSeconds = 0, acknowledgedVersion, now } = of;
  const isOpen = (entry: ToldRecord['awaiting'][number]): boolean => entry.membershipVersion > acknowledgedVersion;
  const isDue = (entry: ToldRecord['awaiting'][number]): boolean =>
    isAtOrAfter(now, addSeconds(entry.sentAt, withinSeconds));
  if (told.awaiting.every((entry) => isOpen(entry) && !isDue(entry))) return told;
  const open = told.awaiting.filter(isOpen);
  const awaiting = open.filter((entry) => !isDue(entry));
  const expired = open.filter((entry) => !awaiting.includes(entry)).map(({ membershipVersion }) => membershipVersion);
  return { ...told, awaiting, expiredVersion: Math.max(told.expiredVersion, ...expired) };
}

/** The slots to tell of: those it has not heard of yet or, when it is time, those it has not acknowledged. */
function changesFor(
  listener: Listener,
  { membershipVersion }: HeadRecord,
): { readonly isNews: boolean; readonly slots: readonly Slot[] } {
  const { heardAfter, before, settled, acknowledge, acknowledgedVersion, now } = listener;
  const toldVersion = before?.membershipVersion ?? 0;
  const news = toldVersion < membershipVersion ? heardAfter(toldVersion) : [];
  if (news.length > 0) return { isNews: true, slots: news };
  if (settled === undefined || acknowledge === undefined) return { isNews: false, slots: [] };
  if (!isAtOrAfter(now, addSeconds(settled.sentAt, resendSeconds(settled.attempts))))
    return { isNews: false, slots: [] };
  const givenUp = acknowledge.onTimeout === 'continue' ? settled.expiredVersion : 0;
  const floor = Math.max(acknowledgedVersion, givenUp);
  return { isNews: false, slots: floor < membershipVersion ? heardAfter(floor) : [] };
}

function changeVersion(slot: Slot): number {
  return slot.change?.version ?? 0;
}

function resendSeconds(attempts: number): number {
  return Math.min(FIRST_RESEND_SECONDS * 2 ** Math.min(attempts - 1, 10), LONGEST_RESEND_SECONDS);
}

/** Nothing to send; but a deadline that passed is stored, for changes wait for that. */
function noteExpiry({ name, before, settled }: Listener): readonly Telling[] {
  if (settled === undefined || settled === before) return [];
  return [{ participant: name, notices: [], told: { ...settled, version: settled.version + 1 } }];
}

function toldNow(
  { application, name, acknowledge, settled, now }: Listener,
  { membershipVersion, isNews }: { readonly membershipVersion: number; readonly isNews: boolean },
): ToldRecord {
  const awaiting = settled?.awaiting ?? [];
  return {
    kind: 'told',
    application,
    version: (settled?.version ?? 0) + 1,
    participant: name,
    membershipVersion,
    sentAt: now,
    attempts: isNews ? 1 : (settled?.attempts ?? 0) + 1,
    awaiting:
      isNews && acknowledge !== undefined ? thinned([...awaiting, { membershipVersion, sentAt: now }]) : awaiting,
    expiredVersion: settled?.expiredVersion ?? 0,
  };
}

/** Every second one, counted from the newest: the newest must keep its deadline. */
function thinned(awaiting: ToldRecord['awaiting']): ToldRecord['awaiting'] {
  if (awaiting.length <= MOST_AWAITING) return awaiting;
  return awaiting.filter((_, index) => (awaiting.length - 1 - index) % 2 === 0);
}

interface Letter {
  readonly stored: Stored;
  readonly head: HeadRecord;
  readonly listener: Listener;
  readonly told: ToldRecord;
  readonly membership: Membership;
  readonly places: ReplyPlaces;
}

/** One notice for each layer and event; what happened first comes first. */
function noticesOf(slots: readonly Slot[], letter: Letter): readonly Notice[] {
  const groups = new Map<string, Slot[]>();
  for (const slot of slots.toSorted((a, b) => changeVersion(a) - changeVersion(b))) {
    const key = `${slot.layer} ${slot.change?.event}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [slot]);
    else group.push(slot);
  }
  const { places, listener, head } = letter;
  // A token costs as much as all the rest of a notice, and is the same in all of them.
  const shared = { sentAt: isoFromInstant(listener.now), ...askFor(letter) };
  return [...groups.values()].flatMap((group) => {
    const whole = noticeOf(group, letter, { membership: letter.membership, ...shared });
    if (places.url === undefined || !whole.some(isTooLarge)) return whole;
    const { application, name } = listener;
    const to = { application, participant: name, tokenKey: head.tokenKey, url: places.url };
    const link = membershipLink(letter.membership, to);
    return partsOf(group).flatMap((part) => noticeOf(part, letter, { membership: link, ...shared }));
  });
}

function isTooLarge(notice: Notice): boolean {
  const { change, membership } = notice;
  if (!('layers' in membership)) return false;
  const counts = Object.values(membership.layers).map(({ length }) => length);
  if (counts.reduce((sum, count) => sum + count, change.instances.length) < MOST_UNMEASURED) return false;
  return Buffer.byteLength(JSON.stringify(notice)) > MOST_BYTES;
}

function partsOf(group: readonly Slot[]): readonly (readonly Slot[])[] {
  const count = Math.ceil(group.length / MOST_CHANGED);
  return Array.from({ length: count }, (_, index) => group.slice(index * MOST_CHANGED, (index + 1) * MOST_CHANGED));
}

function noticeOf(
  group: readonly Slot[],
  { stored, listener }: Letter,
  { sentAt, membership, acknowledge }: Pick<Notice, 'sentAt' | 'membership' | 'acknowledge'>,
): readonly Notice[] {
  const [first] = group;
  if (first?.change === undefined) return [];
  const { application, name } = listener;
  return [
    {
      schema: 'concertina.notice/1',
      id: `${application}-${String(membership.version).padStart(6, '0')}`,
      application,
      event: first.change.event,
      participant: name,
      sentAt,
      change: {
        layer: first.layer,
        instances: group.map((slot) => memberOf(slot, stored)),
        because: reasonsOf(group),
      },
      membership,
      ...(acknowledge === undefined ? {} : { acknowledge }),
    },
  ];
}

/** Each reason once; a burst may have several. */
function reasonsOf(group: readonly Slot[]): string {
  const different = new Set<string>();
  for (const { because } of group) if (because !== undefined) different.add(because);
  const reasons = [...different];
  const rest = reasons.length - MOST_REASONS;
  return [...reasons.slice(0, MOST_REASONS), ...(rest > 0 ? [`and ${rest} more reasons`] : [])].join('; ');
}

/** What a participant needs for its answer; nothing, when it need not answer. */
function askFor({ head, listener, told, membership, places }: Letter): Pick<Notice, 'acknowledge'> {
  const { application, name, acknowledge, now } = listener;
  if (acknowledge === undefined) return {};
  const subject = { application, participant: name, membershipVersion: membership.version };
  const since = told.awaiting.at(-1)?.sentAt ?? now;
  const by = isoFromInstant(addSeconds(since, acknowledge.withinSeconds));
  return { acknowledge: { by, token: acknowledgementToken(head.tokenKey, subject), ...places } };
}
