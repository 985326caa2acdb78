import { describe, expect, test } from 'vitest';
import { readApplication } from '../../../core/application/read-application.ts';
import { fileText, problemsOf } from '../../factories/application-text.ts';

const targetGroupArn = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/50dc6c495c0c9188';
const onDb = { joined: '/opt/shop/rebalance.sh' };

function withParticipants(participants: object): string {
  return fileText({ participants });
}

describe('a participant', () => {
  test.each([
    ['a target group', { lb: { hears: ['web'], targetGroupArn, acknowledge: { withinSeconds: 60 } } }],
    ['a target group of which a share is enough', share({ targetGroupArn })],
    ['a hook on the layer of its own name', { db: { hears: ['web', 'db'], hook: onDb } }],
    ['a hook on a layer that it names', { evict: { hears: ['web'], hook: { ...onDb, on: 'db' } } }],
    ['a hook of which a share is enough', share({ hook: { ...onDb, on: 'db' } })],
    ['a hook whose failure stops', stopping({ acknowledge: { withinSeconds: 60 } })],
    ['somebody who only listens', { billing: { hears: ['*'] } }],
  ])('may be %s', (_, participants) => {
    expect(problemsOf(withParticipants(participants))).toEqual([]);
  });

  test('of a hook runs again twice where it failed, unless told otherwise', () => {
    const read = readApplication(withParticipants({ db: { hears: ['db'], hook: onDb } }));

    expect(read.ok && read.application.participants['db']?.hook).toEqual({ ...onDb, onFailure: 'retry', retries: 2 });
  });

  test.each([
    [
      'a layer in "on" that does not exist',
      { evict: { hears: ['web'], hook: { ...onDb, on: 'bd' } } },
      'participants.evict.hook.on | "bd" | one of the layers "db", "web" | did you mean "db"?',
    ],
    [
      'a hook that runs nowhere',
      { evict: { hears: ['web'], hook: onDb } },
      'participants.evict.hook.on | nothing | one of the layers "db", "web" | there is no layer "evict" that it could stand for',
    ],
    [
      'a hook that runs nothing',
      { db: { hears: ['web'], hook: { onFailure: 'continue' } } },
      'participants.db.hook | a hook without a command | an object with at least one of the keys "joining", "joined", "leaving", "left"',
    ],
    [
      'a hook that stops what does not wait',
      stopping({}),
      'participants.db.hook.onFailure | "stop" | "continue" or "retry", or an "acknowledge" beside the hook: without it nothing waits',
    ],
    [
      'a target group that is a hook too',
      { db: { hears: ['web'], targetGroupArn, hook: onDb } },
      'participants.db | "targetGroupArn", "hook" together | one of "targetGroupArn", "hook": make it two participants',
    ],
    [
      'a quorum of one',
      share({}),
      'participants.p.acknowledge.atLeastPercent | 50 | nothing: a subscriber of your own answers once for all; only target groups and hooks have a share',
    ],
    [
      'something that is no target group',
      { lb: { hears: ['web'], targetGroupArn: 'arn:aws:sqs:eu-central-1:1:queue' } },
      'participants.lb.targetGroupArn | "arn:aws:sqs:eu-central-1:1:queue" | the ARN of a target group',
    ],
  ])('is refused as %s', (_, participants, line) => {
    expect(problemsOf(withParticipants(participants))).toEqual([line]);
  });

  test.each([
    [
      '"on" cannot be read',
      { evict: { hears: ['web'], hook: { ...onDb, on: 7 } } },
      'participants.evict.hook.on | 7 |',
    ],
    ['a command cannot be read', { db: { hears: ['web'], hook: { left: 7 } } }, 'participants.db.hook.left | 7 |'],
  ])('is refused once when %s', (_, participants, beginning) => {
    const lines = problemsOf(withParticipants(participants));

    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(beginning);
  });
});

function share(kind: object): object {
  return { p: { hears: ['web'], ...kind, acknowledge: { withinSeconds: 60, atLeastPercent: 50 } } };
}

function stopping(rest: object): object {
  return { db: { hears: ['web'], hook: { ...onDb, onFailure: 'stop' }, ...rest } };
}
