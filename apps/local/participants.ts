import type { Dice } from '../../adapters/memory/dice.ts';
import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import type { MemoryTopic } from '../../adapters/memory/memory-topic.ts';
import { addSeconds } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { Acknowledgement, Notice } from '../../core/notice.ts';
import type { Agenda } from './agenda.ts';

/** Whom the simulated participants hear, and how they answer. */
export interface ParticipantsOptions {
  readonly application: Application;
  readonly topic: MemoryTopic;
  readonly agenda: Agenda;
  readonly clock: MemoryClock;
  readonly dice: Dice;
  /** Takes an acknowledgement when it arrives. */
  readonly acknowledge: (acknowledgement: Acknowledgement) => Promise<void>;
}

/** How simulated participants answer; the rest answers after a few seconds. */
const lateRatio = 0.02;
const neverRatio = 0.01;
const failedRatio = 0.002;
const applying = { median: 4, sigma: 0.6 };

/**
 * Every subscriber of its own whom the file names hears its notices and acknowledges after a while; now and then late, with a failure first, or one version
 * never (later versions cover it).
 */
export function attendParticipants(options: ParticipantsOptions): void {
  const { application, topic } = options;
  for (const [name, { acknowledge, targetGroupArn, hook }] of Object.entries(application.participants)) {
    const isOfTheProduct = targetGroupArn !== undefined || hook !== undefined;
    if (acknowledge === undefined || isOfTheProduct) continue;
    const participant = new Participant(options, { name, withinSeconds: acknowledge.withinSeconds });
    const filter = { application: [application.application], participant: [name] };
    topic.subscribe(filter, (notice) => participant.hear(notice));
  }
}

type Fate = 'prompt' | 'late' | 'failed' | 'never';

class Participant {
  readonly #options: ParticipantsOptions;
  readonly #dice: Dice;
  readonly #withinSeconds: number;
  #version = 0;
  #fate: Fate = 'prompt';

  constructor(options: ParticipantsOptions, of: { readonly name: string; readonly withinSeconds: number }) {
    this.#options = options;
    this.#dice = options.dice.fork(of.name);
    this.#withinSeconds = of.withinSeconds;
  }

  /** A version has one fate, however often it is told. */
  hear(notice: Notice): void {
    if (notice.acknowledge === undefined) return;
    const { version } = notice.membership;
    if (version > this.#version) {
      this.#version = version;
      this.#fate = this.#drawFate();
    } else if (this.#fate === 'failed') this.#fate = 'prompt';
    if (this.#fate === 'never') return;
    const { agenda, clock, acknowledge } = this.#options;
    const reply = replyTo(notice, notice.acknowledge.token, this.#fate);
    agenda.at(addSeconds(clock.now(), this.#delaySeconds()), () => acknowledge(reply));
  }

  #drawFate(): Fate {
    const draw = this.#dice.unit();
    if (draw < neverRatio) return 'never';
    if (draw < neverRatio + failedRatio) return 'failed';
    return draw < neverRatio + failedRatio + lateRatio ? 'late' : 'prompt';
  }

  #delaySeconds(): number {
    if (this.#fate === 'late') return this.#withinSeconds * this.#dice.between(0.5, 1.5);
    return this.#dice.lognormal(applying);
  }
}

function replyTo({ application, participant, membership }: Notice, token: string, fate: Fate): Acknowledgement {
  const reply = {
    schema: 'concertina.acknowledgement/1',
    application,
    participant,
    membershipVersion: membership.version,
    token,
  } as const;
  if (fate === 'failed') return { ...reply, status: 'failed', message: 'the simulated participant stumbled' };
  return { ...reply, status: 'applied' };
}
