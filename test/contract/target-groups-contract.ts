import { describe, expect, it } from 'vitest';
import type { TargetGroups } from '../../adapters/ports.ts';
import { targetGroupArn } from '../factories/participant-ports.ts';

/** Target groups in which `i-stopped` is the one instance that does not run, and how to end them. */
export interface TargetGroupsUnderTest {
  readonly targetGroups: TargetGroups;
  /** Lets checks and drains that have begun come to their end. */
  readonly wait: () => void;
  readonly stop: () => Promise<void>;
}

/** What all target groups promise. */
export function targetGroupsContract(name: string, makeTargetGroups: () => Promise<TargetGroupsUnderTest>): void {
  describe(`${name} as target groups`, () => {
    it('hold what was registered until it has drained', async () => {
      const { targetGroups, wait, stop } = await makeTargetGroups();

      await targetGroups.register(targetGroupArn, ['i-1', 'i-2']);
      expect(await healthOf(targetGroups)).toEqual({ 'i-1': 'initial', 'i-2': 'initial' });
      wait();
      expect(await healthOf(targetGroups)).toEqual({ 'i-1': 'healthy', 'i-2': 'healthy' });
      await targetGroups.deregister(targetGroupArn, ['i-1']);
      expect(await healthOf(targetGroups)).toEqual({ 'i-1': 'draining', 'i-2': 'healthy' });
      wait();
      expect(await healthOf(targetGroups)).toEqual({ 'i-2': 'healthy' });
      await stop();
    });

    it('take repeats for what they are', async () => {
      const { targetGroups, wait, stop } = await makeTargetGroups();

      await targetGroups.register(targetGroupArn, ['i-1']);
      wait();
      await targetGroups.register(targetGroupArn, ['i-1']);
      await targetGroups.deregister(targetGroupArn, ['i-2']);

      expect(await healthOf(targetGroups)).toEqual({ 'i-1': 'healthy' });
      await stop();
    });

    it('take in again what drains', async () => {
      const { targetGroups, wait, stop } = await makeTargetGroups();
      await targetGroups.register(targetGroupArn, ['i-1']);
      wait();
      await targetGroups.deregister(targetGroupArn, ['i-1']);

      await targetGroups.register(targetGroupArn, ['i-1']);

      expect(await healthOf(targetGroups)).toEqual({ 'i-1': 'initial' });
      await stop();
    });

    it('refuse an instance that does not run, and take the others of the same call', async () => {
      const { targetGroups, stop } = await makeTargetGroups();

      const { refused } = await targetGroups.register(targetGroupArn, ['i-1', 'i-stopped', 'i-2', 'i-3']);

      expect(refused).toEqual([expect.stringMatching(/InvalidTarget.*i-stopped|i-stopped.*InvalidTarget/)]);
      expect(Object.keys(await healthOf(targetGroups)).toSorted()).toEqual(['i-1', 'i-2', 'i-3']);
      await stop();
    });

    it('take more instances than one call holds', async () => {
      const { targetGroups, stop } = await makeTargetGroups();
      const instanceIds = Array.from({ length: 230 }, (_, index) => `i-${index}`);

      await targetGroups.register(targetGroupArn, instanceIds);

      expect(Object.keys(await healthOf(targetGroups))).toHaveLength(230);
      await stop();
    });

    it('say when there is no such group', async () => {
      const { targetGroups, stop } = await makeTargetGroups();

      expect(await targetGroups.list(`${targetGroupArn}0`)).toEqual({
        refused: expect.stringMatching(/target group/i),
      });
      await stop();
    });
  });
}

async function healthOf(targetGroups: TargetGroups): Promise<Readonly<Record<string, string>>> {
  const listed = await targetGroups.list(targetGroupArn);
  if ('refused' in listed) throw new Error(listed.refused);
  return Object.fromEntries(listed.targets);
}
