import type { Dice } from '../../adapters/memory/dice.ts';
import type { Acknowledgement, Notice } from '../../core/notice.ts';
import type { Manner } from './scenario.ts';

/** A reply, and how long the participant takes for it. */
export interface Reply {
  readonly acknowledgement: Acknowledgement;
  readonly afterSeconds: number;
  /** It says what the participant never said. */
  readonly isForged?: boolean;
}

/** What a participant of this manner makes of a notice: some replies, some of them false, or none. */
export function answerNotice(notice: Notice, manner: Manner, dice: Dice): readonly Reply[] {
  const { acknowledge } = notice;
  if (acknowledge === undefined || manner === 'dead') return [];
  const honest = replyTo(notice, acknowledge.token);
  const afterSeconds = manner === 'slow' ? dice.between(5, 150) : dice.between(0.5, 5);
  if (manner === 'failing' && dice.happens(0.5)) {
    return [{ acknowledgement: { ...honest, status: 'failed', message: 'stumbled' }, afterSeconds }];
  }
  if (manner === 'lying')
    return [
      { acknowledgement: forged(honest, dice), afterSeconds: 1, isForged: true },
      { acknowledgement: honest, afterSeconds },
    ];
  return [{ acknowledgement: honest, afterSeconds }];
}

function replyTo({ application, participant, membership }: Notice, token: string): Acknowledgement {
  const schema = 'concertina.acknowledgement/1';
  return { schema, application, participant, membershipVersion: membership.version, token, status: 'applied' };
}

/** For a version that was never sent, or in somebody else's name. */
function forged(honest: Acknowledgement, dice: Dice): Acknowledgement {
  if (dice.happens(0.5)) return { ...honest, membershipVersion: honest.membershipVersion + 1 + dice.below(1000) };
  return { ...honest, participant: 'dead' };
}
