import { describe, expect, it } from 'vitest';
import { acknowledgementToken } from '../../core/acknowledgement-token.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { makeTable, OvertakenTable } from '../factories/stage-ports.ts';
import { makeRecords } from '../factories/stored.ts';

function makeReply(membershipVersion: number, participant = 'lb') {
  const subject = { application: 'shop', participant, membershipVersion };
  return {
    schema: 'concertina.acknowledgement/1',
    ...subject,
    status: 'applied',
    token: acknowledgementToken('ab'.repeat(32), subject),
  };
}

describe('acknowledge', () => {
  it('stores the newest version applied, whatever the order and however often it is told', async () => {
    const ports = await makeTable(makeRecords({}));

    const outcomes = [];
    for (const version of [3, 5, 4, 5]) outcomes.push((await acknowledgeStage(ports, makeReply(version))).outcome);

    expect(outcomes).toEqual(['recorded', 'recorded', 'covered', 'covered']);
    expect((await ports.table.load('shop')).acknowledgements.get('lb')?.membershipVersion).toBe(5);
  });

  it('loses nothing when forty arrive at once', async () => {
    const ports = await makeTable(makeRecords({}));

    await Promise.all(
      Array.from({ length: 40 }, (_, index) => acknowledgeStage(ports, makeReply(index + 1, `p${index % 4}`))),
    );

    const { acknowledgements } = await ports.table.load('shop');
    expect([...acknowledgements.values()].map(({ membershipVersion }) => membershipVersion)).toEqual([37, 38, 39, 40]);
  });

  it('drops what is no acknowledgement or a forged one, and says why', async () => {
    const ports = await makeTable(makeRecords({}));

    expect(await acknowledgeStage(ports, 'nonsense')).toEqual({ outcome: 'refused', reason: 'not a JSON object' });
    expect(await acknowledgeStage(ports, { ...makeReply(5), participant: 'db' })).toEqual({
      outcome: 'refused',
      reason: "the token is not db's for version 5",
    });
    expect((await ports.table.load('shop')).acknowledgements.size).toBe(0);
  });

  it('throws when it cannot be stored, so that the queue delivers it again', async () => {
    const ports = await makeTable(makeRecords({}));
    const table = new OvertakenTable(ports.table, Number.POSITIVE_INFINITY);

    await expect(acknowledgeStage({ ...ports, table }, makeReply(5))).rejects.toThrow('overtaken 10 times');
  });
});
