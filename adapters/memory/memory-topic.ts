import type { Notice } from '../../core/notice.ts';
import type { Topic } from '../ports.ts';

/** The message attributes that a filter policy may look at. */
export type NoticeAttribute = 'application' | 'layer' | 'event' | 'participant';

/** An SNS filter policy: every attribute named here has one of the values listed. Empty: everything. */
export type NoticeFilter = Readonly<Partial<Record<NoticeAttribute, readonly string[]>>>;

/** Why a notice is not accepted; undefined when it is. */
export type Refuse = (notice: Notice) => string | undefined;

interface Subscription {
  readonly filter: NoticeFilter;
  readonly hear: (notice: Notice) => void;
}

/** The largest message that SNS takes: docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const mostBytes = 262_144;

/** A topic whose subscribers hear at once what their filter lets through; delays and losses are up to them. */
export class MemoryTopic implements Topic {
  readonly #refuse: Refuse;
  readonly #subscriptions = new Set<Subscription>();

  constructor(refuse: Refuse = () => undefined) {
    this.#refuse = refuse;
  }

  /** Returns how to stop. `hear` must not throw. */
  subscribe(filter: NoticeFilter, hear: (notice: Notice) => void): () => void {
    const subscription = { filter, hear };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  async publish(notices: readonly Notice[]): Promise<readonly { readonly notice: Notice; readonly reason: string }[]> {
    const refused: { notice: Notice; reason: string }[] = [];
    for (const notice of notices) {
      const reason = this.#refuse(notice) ?? tooLarge(notice);
      if (reason === undefined) this.#deliver(notice);
      else refused.push({ notice, reason });
    }
    return refused;
  }

  #deliver(notice: Notice): void {
    const attributes = attributesOf(notice);
    for (const { filter, hear } of this.#subscriptions) if (passes(filter, attributes)) hear(notice);
  }
}

function attributesOf(notice: Notice): Readonly<Record<NoticeAttribute, string>> {
  return {
    application: notice.application,
    layer: notice.change.layer,
    event: notice.event,
    participant: notice.participant,
  };
}

function passes(filter: NoticeFilter, attributes: Readonly<Record<NoticeAttribute, string>>): boolean {
  const names: readonly NoticeAttribute[] = ['application', 'layer', 'event', 'participant'];
  return names.every((name) => filter[name]?.includes(attributes[name]) ?? true);
}

/** No instance takes more than 400 bytes, no character more than 6: small notices need not be written out to be measured. */
function tooLarge(notice: Notice): string | undefined {
  const layers = 'layers' in notice.membership ? Object.values(notice.membership.layers) : [];
  const instances = layers.reduce((sum, layer) => sum + layer.length, notice.change.instances.length);
  if (2000 + 400 * instances + 6 * notice.change.because.length <= mostBytes) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(notice));
  return bytes > mostBytes ? `InvalidParameter: the message has ${bytes} bytes, more than ${mostBytes}` : undefined;
}
