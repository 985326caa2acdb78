import { beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../adapters/ports.ts';
import type { RevisionRecord } from '../../core/records.ts';
import { makeLaunchRequest } from '../factories/launch.ts';
import { freshApplication } from '../factories/table.ts';

/** A fleet with room, and what exists in it: `subnetId` lies in `zone`. */
export interface FleetUnderTest {
  readonly fleet: Fleet;
  readonly subnetId: string;
  readonly zone: string;
  readonly revision?: Partial<RevisionRecord>;
}

/** What every fleet promises while there is room. Tests keep to applications of their own. */
export function fleetContract(name: string, makeFleet: () => Promise<FleetUnderTest>): void {
  describe(`${name} as a fleet`, () => {
    let under: FleetUnderTest;
    beforeAll(async () => {
      under = await makeFleet();
    });
    const requestFor = (application: string, first: number, count: number) => {
      const { subnetId, revision = {} } = under;
      return makeLaunchRequest({ application, subnetId, revision, first, count, token: `${application}-${first}` });
    };

    it('launches a machine that names its own slot', async () => {
      const application = freshApplication();

      const { launched, refused } = await under.fleet.launch(requestFor(application, 17, 1));

      expect(refused).toBeUndefined();
      expect(launched.map(({ slotNumber }) => slotNumber)).toEqual([17]);
      for (const instance of launched)
        expect(instance).toMatchObject({ application, layer: 'web', revision: 3, type: 'm7g.large', zone: under.zone });
    });

    it('lists the machines of one application, and finds each', async () => {
      const [application, other] = [freshApplication(), freshApplication()];
      const first = await under.fleet.launch(requestFor(application, 1, 2));
      await under.fleet.launch(requestFor(other, 1, 1));

      const listed = await under.fleet.list(application);

      const idOf = ({ instanceId }: { readonly instanceId: string }) => instanceId;
      expect(listed.map(idOf).sort()).toEqual(first.launched.map(idOf).sort());
      for (const instance of listed)
        expect(await under.fleet.find(instance.instanceId)).toMatchObject({
          application,
          slotNumber: instance.slotNumber,
          revision: 3,
          isProtected: false,
        });
    });

    it('knows nothing of a machine that is not there', async () => {
      expect(await under.fleet.find('i-0123456789abcdef0')).toBeUndefined();
      expect(await under.fleet.list(freshApplication())).toEqual([]);
    });

    it('terminates, again and beside machines that are gone, without complaint', async () => {
      const application = freshApplication();
      const { launched } = await under.fleet.launch(requestFor(application, 1, 2));
      const instanceIds = launched.map(({ instanceId }) => instanceId);

      await under.fleet.terminate(['i-0123456789abcdef0', ...instanceIds]);
      await under.fleet.terminate(instanceIds);

      for (const { state } of await under.fleet.list(application))
        expect(['shutting-down', 'terminated']).toContain(state);
    });

    it('knows the zone of each subnet, and refuses an unknown one', async () => {
      const { fleet, subnetId, zone } = under;

      expect(await fleet.zones([subnetId, subnetId])).toEqual(new Map([[subnetId, zone]]));
      expect(await fleet.zones([])).toEqual(new Map());
      await expect(fleet.zones([subnetId, 'subnet-0123456789abcdef0'])).rejects.toThrow();
    });
  });
}

/** Apart, because of what emulators of EC2 lack: moto 5.2 launches MinCount machines only, and none that we know keeps client tokens. */
export function fleetBatchContract(name: string, makeFleet: () => Promise<FleetUnderTest>): void {
  describe(`${name}, several slots in a call`, () => {
    it('launches all slots of an intent, each machine naming its own', async () => {
      const { fleet, subnetId, revision = {} } = await makeFleet();
      const application = freshApplication();

      const { launched, refused } = await fleet.launch(
        makeLaunchRequest({ application, subnetId, revision, first: 17, count: 3 }),
      );

      expect(refused).toBeUndefined();
      expect(launched.map(({ slotNumber }) => slotNumber)).toEqual([17, 18, 19]);
      expect(new Set(launched.map(({ instanceId }) => instanceId)).size).toBe(3);
    });

    it('launches nothing more for a token that it knows, and gives the same machines', async () => {
      const { fleet, subnetId, revision = {} } = await makeFleet();
      const application = freshApplication();
      const request = makeLaunchRequest({ application, subnetId, revision, first: 5, count: 2 });

      const once = await fleet.launch(request);
      const twice = await fleet.launch(request);

      expect(twice.launched.map(({ instanceId }) => instanceId)).toEqual(
        once.launched.map(({ instanceId }) => instanceId),
      );
      expect(await fleet.list(application)).toHaveLength(2);
    });
  });
}
