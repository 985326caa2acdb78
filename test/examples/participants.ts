import type { SlotState } from '../../core/instance-life.ts';
import type { MemberInstance, Membership, Notice } from '../../core/notice.ts';
import { makeNotice } from '../factories/notice.ts';

/** A membership of one layer: slots by name (`web-1`), each in a state. */
export function makeMembership(version: number, states: Readonly<Record<string, SlotState>>): Membership {
  const instances = Object.entries(states).map(([slot, state]): MemberInstance => {
    const number = slot.split('-')[1] ?? '';
    return {
      ...{ slot, state, instanceId: `i-${number}`, privateIp: `10.0.0.${number}` },
      ...{ zone: 'zone-a', type: 'm7g.large', capacity: 1, imageId: 'ami-1' },
    };
  });
  const [layer = 'web'] = Object.keys(states)[0]?.split('-') ?? [];
  return { version, layers: { [layer]: instances } };
}

/** A notice that asks for an acknowledgement. */
export function makeAskingNotice(of: Partial<Notice> = {}): Notice {
  return { ...makeNotice(), acknowledge: { by: '2026-11-21T12:02:00Z', token: 'secret' }, ...of };
}
