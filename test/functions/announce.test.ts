import { describe, expect, it } from 'vitest';
import { announceStage } from '../../functions/announce/stage.ts';
import { CrashingTable, KeepingTopic, makeTable } from '../factories/stage-ports.ts';
import { later, makeFile, makeRecords, makeSlot } from '../factories/stored.ts';

const participants = {
  lb: { hears: ['web'], acknowledge: { withinSeconds: 120 } },
  billing: { hears: ['*'] },
};

async function makeWorld() {
  const slots = [makeSlot({ number: 1, state: 'joining', change: { event: 'joining', version: 5, at: later(-1) } })];
  const { table, clock } = await makeTable(makeRecords({ file: makeFile({ participants }), slots }));
  const topic = new KeepingTopic();
  return { table, clock, topic, ports: { table, clock, topic } };
}

describe('announce', () => {
  it('tells everybody once, however often it is woken', async () => {
    const world = await makeWorld();

    expect(await announceStage(world.ports, 'shop')).toEqual({
      application: 'shop',
      membershipVersion: 5,
      sent: 2,
      overtaken: [],
    });
    expect((await announceStage(world.ports, 'shop')).sent).toBe(0);

    expect(world.topic.taken.map(({ participant }) => participant)).toEqual(['lb', 'billing']);
  });

  it('stores what was sent only for those it was sent to, and throws so that the rest is tried again', async () => {
    const world = await makeWorld();
    world.topic.refuses = ['lb'];

    await expect(announceStage(world.ports, 'shop')).rejects.toThrow(
      '1 of 2 notices were not accepted: shop-000005 to lb: InternalError',
    );
    world.topic.refuses = [];
    await announceStage(world.ports, 'shop');

    expect(world.topic.taken.map(({ participant }) => participant)).toEqual(['billing', 'lb']);
  });

  it('sends again after a crash between sending and storing: told twice does no harm, never told would', async () => {
    const world = await makeWorld();
    const crashing = { ...world.ports, table: new CrashingTable(world.table) };

    await expect(announceStage(crashing, 'shop')).rejects.toThrow('gone');
    await announceStage(world.ports, 'shop');

    expect(world.topic.taken).toHaveLength(4);
  });

  it('says whom another run overtook', async () => {
    const world = await makeWorld();

    const reports = await Promise.all([announceStage(world.ports, 'shop'), announceStage(world.ports, 'shop')]);

    expect(reports.flatMap(({ overtaken }) => overtaken).toSorted()).toEqual(['billing', 'lb']);
  });

  it('stores a deadline that passed without sending anything', async () => {
    const world = await makeWorld();
    await announceStage(world.ports, 'shop');
    world.clock.advanceTo(later(120));

    const report = await announceStage(world.ports, 'shop');

    expect(report.sent).toBe(0);
    expect((await world.table.load('shop')).told.get('lb')).toMatchObject({ expiredVersion: 5, awaiting: [] });
  });

  it('lets an unknown application be', async () => {
    const world = await makeWorld();

    expect(await announceStage(world.ports, 'other')).toMatchObject({ sent: 0, membershipVersion: 0 });
  });
});
