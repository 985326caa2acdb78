import { describe, expect, it } from 'vitest';
import { MemoryTopic } from '../../adapters/memory/memory-topic.ts';
import { makeNotice } from '../factories/notice.ts';

describe('a subscription', () => {
  it('hears what passes every attribute of its filter, and nothing else', async () => {
    const topic = new MemoryTopic();
    const heard: string[] = [];
    const filter = { participant: ['lb', 'db'], layer: ['web'], event: ['leaving'] };
    topic.subscribe(filter, ({ participant }) => heard.push(participant));
    const db = makeNotice({ participant: 'db' });

    await topic.publish([makeNotice({ participant: 'lb' }), makeNotice({ participant: 'billing' })]);
    await topic.publish([{ ...db, event: 'joined' }, { ...db, change: { ...db.change, layer: 'db' } }, db]);

    expect(heard).toEqual(['lb', 'db']);
  });

  it('hears everything without a filter, until it ends', async () => {
    const topic = new MemoryTopic();
    const heard: string[] = [];
    const stop = topic.subscribe({}, ({ id }) => heard.push(id));
    await topic.publish([makeNotice()]);
    stop();

    await topic.publish([makeNotice()]);

    expect(heard).toEqual(['shop-000042']);
  });

  it('never hears what the topic refuses', async () => {
    const topic = new MemoryTopic(({ participant }) => (participant === 'lb' ? 'Throttled' : undefined));
    const heard: string[] = [];
    topic.subscribe({}, ({ participant }) => heard.push(participant));
    const [refused, taken] = [makeNotice({ participant: 'lb' }), makeNotice({ participant: 'db' })];

    expect(await topic.publish([refused, taken])).toEqual([{ notice: refused, reason: 'Throttled' }]);
    expect(heard).toEqual(['db']);
  });
});
