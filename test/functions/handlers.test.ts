import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instantFromIso } from '../../core/amounts.ts';
import { readEnvironment } from '../../functions/environment.ts';
import { readEvaluateWake } from '../../functions/evaluate/read-wake.ts';
import { readObserveWake } from '../../functions/observe/read-wake.ts';
import { bodyOf, EventError, queueRecords, tickedApplication } from '../../functions/read-event.ts';
import { runBatch } from '../../functions/run-batch.ts';
import { runChanges } from '../../functions/run-changes.ts';
import { runWakes, type Wake } from '../../functions/run-wakes.ts';
import { makeNotice } from '../factories/notice.ts';
import { makeRecordingServer } from '../factories/recording-server.ts';

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue();
  vi.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const stages = [
  'apply',
  'evaluate',
  'observe',
  'reconcile',
  'announce',
  'acknowledge',
  'target-group',
  'hook',
  'probe',
];
const acknowledgement = JSON.stringify({
  schema: 'concertina.acknowledgement/1',
  application: 'shop',
  participant: 'lb',
  membershipVersion: 1,
  token: 'none',
  status: 'applied',
});

const tick = '{"trigger":"tick","application":"shop"}';

/** An event of EventBridge as AWS documents it. */
function makeBusEvent(detailType: string, detail: object) {
  return { version: '0', id: 'e-1', 'detail-type': detailType, source: 'aws', time: '2026-11-21T12:00:00Z', detail };
}

function makeMessage(messageId: string, body: string) {
  return { messageId, body, receiptHandle: 'r', attributes: {} };
}

/** A record of the table's stream: keys only. */
function makeChange(SequenceNumber: string, application: string) {
  return {
    eventName: 'MODIFY',
    dynamodb: { SequenceNumber, Keys: { application: { S: application }, key: { S: 'desired#web' } } },
  };
}

const at = instantFromIso('2026-11-21T12:00:00Z');

describe('the environment', () => {
  it('is read by name', () => {
    expect(readEnvironment(['A', 'B'], { A: '1', B: '2', C: '3' })).toEqual({ A: '1', B: '2' });
  });

  it('names every variable that is missing or empty', () => {
    expect(() => readEnvironment(['A', 'B', 'C'], { A: '1', B: '' })).toThrow('missing environment variables: B, C');
  });
});

describe('what wakes evaluate', () => {
  it('is the schedule', () => {
    expect(readEvaluateWake(makeBusEvent('Scheduled Event', {}))).toEqual({ trigger: 'schedule' });
  });

  it('is an alarm in its new state', () => {
    const state = { value: 'ALARM', reason: 'old', timestamp: '2026-11-21T11:59:58.123+0000' };
    const event = makeBusEvent('CloudWatch Alarm State Change', { alarmName: 'shop-queue-age', state });
    const since = instantFromIso('2026-11-21T11:59:58.123Z');
    expect(readEvaluateWake(event)).toEqual({
      trigger: 'alarm',
      alarm: { name: 'shop-queue-age', state: 'ALARM', since },
    });
  });

  it('is a tick in the queue', () => {
    const [record] = queueRecords({ Records: [makeMessage('m-1', '{"trigger":"tick","application":"shop"}')] });
    expect(record && tickedApplication(record)).toBe('shop');
  });

  it.each([
    ['an event of another kind', makeBusEvent('AWS API Call', {}), 'AWS API Call is not for evaluate'],
    ['an alarm without a state', makeBusEvent('CloudWatch Alarm State Change', { alarmName: 'a' }), 'detail.state'],
    [
      'an alarm in an unknown state',
      makeBusEvent('CloudWatch Alarm State Change', { alarmName: 'a', state: { value: 'ODD' } }),
      'expected OK, ALARM, INSUFFICIENT_DATA, found ODD',
    ],
    ['nothing at all', undefined, 'event: expected an object, found nothing'],
  ])('is not %s', (_, event, message) => {
    expect(() => readEvaluateWake(event)).toThrow(EventError);
    expect(() => readEvaluateWake(event)).toThrow(message);
  });
});

describe('what wakes observe', () => {
  it.each([
    ['Scheduled Event', { kind: 'sweep' }],
    ['EC2 Instance State-change Notification', { kind: 'instance', instanceId: 'i-1', at }],
    ['EC2 Spot Instance Interruption Warning', { kind: 'interruption', instanceId: 'i-1', at }],
    ['EC2 Instance Rebalance Recommendation', { kind: 'rebalance', instanceId: 'i-1', at }],
  ])('is %s', (detailType, wake) => {
    expect(readObserveWake(makeBusEvent(detailType, { 'instance-id': 'i-1' }))).toEqual(wake);
  });

  it('is no event that names no instance', () => {
    const event = makeBusEvent('EC2 Instance State-change Notification', { state: 'running' });
    expect(() => readObserveWake(event)).toThrow('instance-id: expected a text, found nothing');
  });
});

describe('a batch of the stream', () => {
  it('is one run an application, however many of its records changed', async () => {
    const ran: string[] = [];
    const Records = [makeChange('1', 'shop'), makeChange('2', 'blog'), makeChange('3', 'shop')];
    const run = async (application: string) => ran.push(application);
    expect(await runChanges({ Records }, { stage: 'reconcile', run })).toEqual({ batchItemFailures: [] });
    expect(ran).toEqual(['shop', 'blog']);
  });

  it('names every record of an application that failed, in order, and finishes the others', async () => {
    const ran: string[] = [];
    const Records = [
      makeChange('1', 'blog'),
      makeChange('2', 'shop'),
      makeChange('3', 'blog'),
      makeChange('4', 'shop'),
    ];
    const run = async (application: string) => {
      if (application === 'shop') throw new Error('throttled');
      ran.push(application);
    };
    const response = await runChanges({ Records }, { stage: 'reconcile', run });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '4' }] });
    expect(ran).toEqual(['blog']);
  });

  it('is not woken by partitions that are no application', async () => {
    const ran: string[] = [];
    const Records = [makeChange('1', '#applications'), makeChange('2', 'shop#files')];
    const run = async (application: string) => ran.push(application);
    expect(await runChanges({ Records }, { stage: 'announce', run })).toEqual({ batchItemFailures: [] });
    expect(ran).toEqual([]);
  });

  it('fails the one record that shows no key', async () => {
    const broken = { dynamodb: { SequenceNumber: '1' } };
    const response = await runChanges(
      { Records: [broken, makeChange('2', 'shop')] },
      { stage: 'announce', run: async () => {} },
    );
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  });

  it('is refused when it is none', () => {
    expect(() => runChanges({ records: [] }, { stage: 'announce', run: async () => {} })).toThrow(
      'Records: expected a list',
    );
  });
});

describe('a batch of a queue', () => {
  it('fails the one message that is no JSON', async () => {
    const Records = [makeMessage('m-1', '{'), makeMessage('m-2', '{"a":1}')];
    const ran: unknown[] = [];
    const response = await runBatch({
      stage: 'acknowledge',
      records: queueRecords({ Records }),
      read: (record) => ({ key: record.id, work: bodyOf(record) }),
      run: async (body) => ran.push(body),
    });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    expect(ran).toEqual([{ a: 1 }]);
  });
});

describe('a batch of wakes', () => {
  async function wakesOf(bodies: readonly string[]) {
    const wakes: Wake[] = [];
    const Records = bodies.map((body, index) => makeMessage(`m-${index}`, body));
    const response = await runWakes({ Records }, { stage: 'hook', run: async (wake) => wakes.push(wake) });
    return { wakes, response };
  }

  it('is one run an application, however many notices and ticks there are', async () => {
    const { wakes } = await wakesOf([tick, tick, '{"trigger":"tick","application":"blog"}']);

    expect(wakes).toEqual([
      { application: 'shop', isTick: true },
      { application: 'blog', isTick: true },
    ]);
  });

  it.each([
    ['before', [JSON.stringify(makeNotice()), tick]],
    ['after', [tick, JSON.stringify(makeNotice())]],
  ])('is no mere tick when a notice comes %s one', async (_, bodies) => {
    expect((await wakesOf(bodies)).wakes).toEqual([{ application: 'shop', isTick: false }]);
  });

  it('fails the one message that names no application', async () => {
    const { wakes, response } = await wakesOf(['{}', tick]);

    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-0' }] });
    expect(wakes).toHaveLength(1);
  });
});

describe('a handler', () => {
  it.each(stages)('%s does not start without its variables, and says which', async (stage) => {
    vi.resetModules();
    vi.stubEnv('CONCERTINA_TABLE', '');
    await expect(import(`../../functions/${stage}/handler.ts`)).rejects.toThrow(
      /^missing environment variables: CONCERTINA_TABLE/,
    );
  });

  it.each([
    ['evaluate', makeBusEvent('Scheduled Event', {}), undefined],
    [
      'evaluate',
      { Records: [makeMessage('m-1', '{"trigger":"tick","application":"shop"}')] },
      { batchItemFailures: [] },
    ],
    ['observe', makeBusEvent('Scheduled Event', {}), undefined],
    ['target-group', { Records: [makeMessage('m-1', JSON.stringify(makeNotice()))] }, { batchItemFailures: [] }],
    ['hook', { Records: [makeMessage('m-1', tick)] }, { batchItemFailures: [] }],
    ['probe', { Records: [makeMessage('m-1', tick)] }, { batchItemFailures: [] }],
    ['reconcile', { Records: [makeChange('1', 'shop')] }, { batchItemFailures: [] }],
    ['announce', { Records: [makeChange('1', 'shop')] }, { batchItemFailures: [] }],
    ['acknowledge', { Records: [makeMessage('m-1', acknowledgement)] }, { batchItemFailures: [] }],
  ])('%s takes its event to the table with the real client', async (stage, event, answer) => {
    const aws = await makeRecordingServer();
    vi.resetModules();
    stubAws(aws.url);
    const { handler } = await import(`../../functions/${stage}/handler.ts`);
    expect(await handler(event)).toEqual(answer);
    const query = aws.requests.find(({ target }) => target === 'DynamoDB_20120810.Query');
    aws.close();
    expect(JSON.parse(query?.body ?? '')).toMatchObject({ TableName: 'the-table' });
  });
});

describe('observe', () => {
  it('lists the one application of a tick, and has the tick again when it cannot', async () => {
    const aws = await makeRecordingServer();
    vi.resetModules();
    stubAws(aws.url);
    const { handler } = await import('../../functions/observe/handler.ts');

    const response = await handler({ Records: [makeMessage('m-1', tick)] });

    const [first] = aws.requests;
    aws.close();
    expect(Object.fromEntries(new URLSearchParams(first?.body))).toMatchObject({
      Action: 'DescribeInstances',
      'Filter.1.Value.1': 'shop',
    });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
  });
});

/** An AWS that answers from one address, and what infra/ gives the functions. */
function stubAws(url: string): void {
  const variables = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    CONCERTINA_TABLE: 'the-table',
    CONCERTINA_KILL_SWITCH: '/the-stack/kill-switch',
    CONCERTINA_MOST_INSTANCES: '200',
    CONCERTINA_MOST_HOURLY_USD: '100',
    CONCERTINA_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:topic',
    CONCERTINA_ACKNOWLEDGE_URL: 'https://acknowledge.lambda-url.eu-central-1.on.aws/',
    CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/acknowledgements',
    CONCERTINA_WAKES_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/wakes',
    CONCERTINA_TICKS_QUEUE_URLS: 'https://sqs.eu-central-1.amazonaws.com/123456789012/ticks',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}
