import { describe, expect, it } from 'vitest';
import type { NoticeEvent, Slot, SlotState } from '../../../core/instance-life.ts';
import { beginHook } from '../../../core/participants/begin-hook.ts';
import type { CommandOutcome } from '../../../core/participants/judge-step.ts';
import { type HookMove, moveHook, noteSent, replyOfRun } from '../../../core/participants/move-hook.ts';
import type { HookRunRecord, StoredRecord } from '../../../core/records.ts';
import { later, makeAcknowledgement, makeFile, makeSlot, makeStored, noon } from '../../factories/stored.ts';

const commands = { joining: 'a', joined: 'b', leaving: 'c', left: 'd' };

function slot(number: number, state: SlotState, event: NoticeEvent, version = 5, more: Partial<Slot> = {}): Slot {
  return makeSlot({ number, state, change: { event, version, at: noon }, ...more });
}

interface Situation {
  readonly hook?: object;
  readonly acknowledge?: object;
  readonly slots?: readonly Slot[];
  readonly more?: readonly StoredRecord[];
  readonly membershipVersion?: number;
}

/** Participant `web`, whose hook runs on the layer `web`: three in service, the third of which has just joined. */
function makeSituation({
  hook = commands,
  acknowledge = { withinSeconds: 300 },
  slots,
  more = [],
  ...rest
}: Situation = {}) {
  const participants = { web: { hears: ['web'], hook, acknowledge } };
  const three = [makeSlot({ number: 1 }), makeSlot({ number: 2 }), slot(3, 'in-service', 'joined')];
  return makeStored({ file: makeFile({ participants }), slots: slots ?? three, more, ...rest });
}

function settingsOf(stored: ReturnType<typeof makeSituation>) {
  const settings = stored.file?.file.participants['web'];
  if (settings === undefined) throw new Error('no participant');
  return settings;
}

/** The run after SSM took its first command. */
function makeSent(situation: Situation = {}): HookRunRecord {
  const stored = makeSituation(situation);
  const begun = beginHook(stored, 'web');
  if (begun === undefined) throw new Error('nothing to run');
  const started = move(begun, { situation });
  if (started.move !== 'store') throw new Error('nothing to start');
  return noteSent(started.run, ['command-1']);
}

function move(
  run: HookRunRecord,
  of: { readonly situation?: Situation; readonly outcomes?: readonly CommandOutcome[]; readonly seconds?: number } = {},
): HookMove {
  const stored = makeSituation(of.situation);
  return moveHook(run, {
    stored,
    settings: settingsOf(stored),
    outcomes: of.outcomes ?? [],
    now: later(of.seconds ?? 0),
  });
}

function outcomes(...statuses: readonly CommandOutcome['status'][]): readonly CommandOutcome[] {
  return statuses.map((status, index) => ({
    instanceId: `i-${index + 1}`,
    status,
    output: `${status}\nlast line of ${index + 1}\n`,
    ...(status === 'succeeded' ? { exitStatus: 0 } : {}),
    ...(status === 'failed' ? { exitStatus: 3 } : {}),
  }));
}

describe('a run', () => {
  it('begins with every change that was not applied, a step for each layer and event, in their order', () => {
    const slots = [
      slot(1, 'in-service', 'joined', 3),
      slot(2, 'leaving', 'leaving', 5),
      slot(3, 'in-service', 'joined', 4),
      slot(4, 'in-service', 'joined', 5),
    ];
    const run = beginHook(
      makeSituation({ slots, more: [makeAcknowledgement({ participant: 'web', membershipVersion: 3 })] }),
      'web',
    );

    expect(run).toMatchObject({ membershipVersion: 5, version: 1 });
    expect(run?.steps).toMatchObject([
      { event: 'joined', layer: 'web', changed: ['i-3', 'i-4'], command: 'b' },
      { event: 'leaving', changed: ['i-2'], command: 'c' },
    ]);
  });

  it.each([
    ['a joining that was undone has left', slot(9, 'failed', 'rolled-back'), 'd'],
    ['a leaving that was undone has joined', slot(9, 'in-service', 'rolled-back'), 'b'],
  ])('takes what was rolled back for what it comes to: %s', (_, rolledBack, command) => {
    expect(beginHook(makeSituation({ slots: [rolledBack] }), 'web')?.steps).toMatchObject([
      { event: 'rolled-back', command },
    ]);
  });

  it('has no step for an event without a command, and is applied at once', () => {
    const stored = makeSituation({ hook: { left: 'd' } });
    const run = beginHook(stored, 'web');

    expect(run?.steps).toEqual([]);
    expect(run && move(run, { situation: { hook: { left: 'd' } } })).toMatchObject({ run: { outcome: 'applied' } });
  });

  it('is not begun when everything is applied, or one is on its way', () => {
    const applied = makeAcknowledgement({ participant: 'web' });

    expect(beginHook(makeSituation({ more: [applied] }), 'web')).toBeUndefined();
    expect(beginHook(makeSituation({ more: [makeSent()] }), 'web')).toBeUndefined();
    expect(beginHook(makeSituation(), 'nobody')).toBeUndefined();
  });

  it('that ended is not begun again before its acknowledgement arrived', () => {
    const ended = { ...makeSent(), outcome: 'applied' } as const;

    expect(beginHook(makeSituation({ more: [ended] }), 'web')).toBeUndefined();
  });

  it('that failed is begun again when the membership changes, or the file is applied again, and not before', () => {
    const failed = { ...makeSent(), outcome: 'failed' } as const;
    const changed = [slot(3, 'in-service', 'joined', 5), slot(4, 'joining', 'joining', 6)];

    expect(beginHook(makeSituation({ more: [failed] }), 'web')).toBeUndefined();
    expect(
      beginHook(makeSituation({ slots: changed, membershipVersion: 6, more: [failed] }), 'web')?.steps.map(
        ({ event }) => event,
      ),
    ).toEqual(['joined', 'joining']);
    expect(beginHook(makeSituation({ more: [{ ...failed, fileVersion: 0 }] }), 'web')).toMatchObject({
      version: failed.version + 1,
      fileVersion: 1,
    });
  });
});

describe('a step', () => {
  it('is stored before it is sent, to all that are in service', () => {
    const begun = beginHook(makeSituation(), 'web');
    const started = begun && move(begun);

    expect(started).toMatchObject({
      move: 'store',
      run: { steps: [{ sent: { instanceIds: ['i-1', 'i-2', 'i-3'] } }] },
    });
    expect(started?.move === 'store' && move(started.run)).toMatchObject({
      move: 'send',
      command: {
        instanceIds: ['i-1', 'i-2', 'i-3'],
        timeoutSeconds: 300,
        token: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    });
  });

  it('has the same token however often it is sent, and another one for each attempt', () => {
    const started = makeSent();
    const unsent = (attempt: number): HookRunRecord => ({
      ...started,
      steps: started.steps.map((step) => ({ ...step, sent: { attempt, at: noon, instanceIds: ['i-1'] } })),
    });
    const tokens = [unsent(1), { ...unsent(1), version: 9 }, unsent(2)].map((run) => {
      const next = move(run);
      return next.move === 'send' ? next.command.token : '';
    });

    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[2]).not.toBe(tokens[0]);
  });

  it('that has nowhere to run is done', () => {
    const slots = [slot(1, 'joining', 'joining')];
    const begun = beginHook(makeSituation({ slots }), 'web');

    expect(begun && move(begun, { situation: { slots } })).toMatchObject({ run: { steps: [{ isDone: true }] } });
  });

  it('waits while one of them runs', () => {
    expect(move(makeSent(), { outcomes: outcomes('succeeded', 'running', 'succeeded') })).toEqual({ move: 'wait' });
  });

  it('is done when all have succeeded, and keeps how it went', () => {
    const moved = move(makeSent(), { outcomes: outcomes('succeeded', 'succeeded', 'succeeded') });

    expect(moved).toMatchObject({
      run: {
        steps: [
          { isDone: true, runs: [{ instanceId: 'i-1', event: 'joined', status: 'succeeded', exitStatus: 0 }, {}, {}] },
        ],
      },
    });
  });

  it('does not wait for one that is no longer in service', () => {
    const slots = [makeSlot({ number: 1 }), slot(2, 'terminating', 'left'), slot(3, 'in-service', 'joined')];
    const moved = move(makeSent(), {
      situation: { slots },
      outcomes: [...outcomes('succeeded'), ...outcomes('running', 'running', 'succeeded').slice(2)],
    });

    expect(moved).toMatchObject({ run: { steps: [{ isDone: true }] } });
  });

  it.each([
    [67, ['succeeded', 'succeeded', 'running'], 'wait'],
    [66, ['succeeded', 'succeeded', 'running'], 'store'],
    [66, ['succeeded', 'succeeded', 'failed'], 'store'],
    [1, ['failed', 'failed', 'succeeded'], 'store'],
  ] as const)('at a quorum of %i percent with %j: %s', (atLeastPercent, statuses, expected) => {
    const situation = { acknowledge: { withinSeconds: 300, atLeastPercent } };
    const moved = move(makeSent(situation), { situation, outcomes: outcomes(...statuses) });

    expect(moved.move).toBe(expected);
    if (moved.move === 'store') expect(moved.run.steps[0]?.isDone).toBe(true);
  });

  it('gives an instance that SSM does not show ninety seconds, then calls it unreachable', () => {
    const shown = outcomes('succeeded', 'succeeded');

    expect(move(makeSent(), { outcomes: shown, seconds: 89 })).toEqual({ move: 'wait' });
    expect(move(makeSent(), { outcomes: shown, seconds: 90 })).toMatchObject({
      run: { steps: [{ runs: [{ instanceId: 'i-3', status: 'unreachable' }, {}, {}] }] },
    });
  });

  it('does not believe for ever that a command still runs', () => {
    const running = outcomes('succeeded', 'succeeded', 'running');

    expect(move(makeSent(), { outcomes: running, seconds: 419 })).toEqual({ move: 'wait' });
    expect(move(makeSent(), { outcomes: running, seconds: 420 })).toMatchObject({
      run: { steps: [{ runs: [{ instanceId: 'i-3', status: 'timed-out' }, {}, {}] }] },
    });
  });
});

describe('a failure', () => {
  const oneFailed = outcomes('succeeded', 'failed', 'succeeded');

  it('is never ignored: the change is not acknowledged', () => {
    const situation = { hook: { ...commands, onFailure: 'stop' } };
    const moved = move(makeSent(situation), { situation, outcomes: oneFailed });

    expect(moved).toMatchObject({ run: { outcome: 'failed', steps: [{ isDone: false }] } });
  });

  it('is tried again where it happened, so often and no more', () => {
    const situation = { hook: { ...commands, onFailure: 'retry', retries: 1 } };
    const again = move(makeSent(situation), { situation, outcomes: oneFailed, seconds: 10 });
    if (again.move !== 'store') throw new Error('not tried again');

    expect(again.run.steps[0]).toMatchObject({
      sent: { attempt: 2, instanceIds: ['i-2'] },
      succeeded: ['i-1', 'i-3'],
    });
    const sent = noteSent(again.run, ['command-2']);
    const [, failedAgain] = oneFailed;
    expect(move(sent, { situation, outcomes: failedAgain ? [failedAgain] : [] })).toMatchObject({
      run: { outcome: 'failed' },
    });
    expect(move(sent, { situation, outcomes: outcomes('failed', 'succeeded').slice(1) })).toMatchObject({
      run: { steps: [{ isDone: true }] },
    });
  });

  it('that may be passed over is passed over, and kept', () => {
    const situation = { hook: { ...commands, onFailure: 'continue' } };

    expect(move(makeSent(situation), { situation, outcomes: oneFailed })).toMatchObject({
      run: { steps: [{ isDone: true, runs: [{ instanceId: 'i-2', status: 'failed', exitStatus: 3 }, {}, {}] }] },
    });
  });
});

describe('the reply of a run', () => {
  const run = makeSent();
  const failed: HookRunRecord = {
    ...run,
    outcome: 'failed',
    steps: run.steps.map((step) => ({
      ...step,
      runs: [
        {
          instanceId: 'i-2',
          event: 'joined',
          layer: 'web',
          status: 'failed',
          exitStatus: 3,
          output: 'a\nno space left\n',
        },
        { instanceId: 'i-3', event: 'joined', layer: 'web', status: 'unreachable', output: '' },
      ],
    })),
  };

  it('is none while it runs, and none when it was heard', () => {
    expect(replyOfRun(makeSituation(), run)).toBeUndefined();
    const heard = makeSituation({ more: [makeAcknowledgement({ participant: 'web' })] });
    expect(replyOfRun(heard, { ...run, outcome: 'applied' })).toBeUndefined();
    expect(replyOfRun(heard, failed)).toBeUndefined();
  });

  it('says the version that it ran for, with how it went', () => {
    expect(replyOfRun(makeSituation(), { ...failed, outcome: 'applied' })).toMatchObject({
      schema: 'concertina.acknowledgement/1',
      participant: 'web',
      membershipVersion: 5,
      status: 'applied',
      runs: [{ instanceId: 'i-2' }, { instanceId: 'i-3' }],
    });
  });

  it('says in words where it failed', () => {
    expect(replyOfRun(makeSituation(), failed)).toMatchObject({
      status: 'failed',
      message: 'joined web failed on 2 instances: i-2 exit 3 (no space left), i-3 unreachable',
    });
  });
});
