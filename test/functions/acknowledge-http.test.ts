import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acknowledgementToken } from '../../core/acknowledgement-token.ts';
import { answerHttp } from '../../functions/acknowledge/answer-http.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { announceStage } from '../../functions/announce/stage.ts';
import { KeepingTopic, makeTable } from '../factories/stage-ports.ts';
import { later, makeFile, makeRecords, makeSlot } from '../factories/stored.ts';

beforeEach(() => void vi.spyOn(console, 'info').mockReturnValue());
afterEach(() => vi.restoreAllMocks());

const lb = { application: 'shop', participant: 'lb', membershipVersion: 5 };
const token = acknowledgementToken('ab'.repeat(32), lb);
const reply = { schema: 'concertina.acknowledgement/1', ...lb, token, status: 'applied' };
const asked = { application: 'shop', participant: 'lb', version: '5', token };

/** A request as a function URL hands it to its function. */
function makeRequest(
  method: string,
  path: string,
  more: { readonly body?: string; readonly isBase64Encoded?: boolean; readonly queryStringParameters?: object } = {},
) {
  return { version: '2.0', rawPath: path, requestContext: { http: { method, path } }, ...more };
}

async function makePorts(instances = 1) {
  const participants = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120 } } };
  const slots = Array.from({ length: instances }, (_, index) =>
    makeSlot({ number: index + 1, state: 'joining', change: { event: 'joining', version: 5, at: later(-1) } }),
  );
  return makeTable(makeRecords({ file: makeFile({ participants }), slots }));
}

describe('an acknowledgement over HTTPS', () => {
  it.each([false, true])('is stored as one from the queue is (base64: %s)', async (isBase64Encoded) => {
    const ports = await makePorts();
    const text = JSON.stringify(reply);
    const body = isBase64Encoded ? Buffer.from(text).toString('base64') : text;

    const answer = await answerHttp(ports, makeRequest('POST', '/', { body, isBase64Encoded }));

    expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining('recorded') });
    expect((await ports.table.load('shop')).acknowledgements.get('lb')?.membershipVersion).toBe(5);
  });

  it('does no harm when it is repeated', async () => {
    const ports = await makePorts();
    const request = makeRequest('POST', '/', { body: JSON.stringify(reply) });

    await answerHttp(ports, request);

    expect(await answerHttp(ports, request)).toMatchObject({
      statusCode: 200,
      body: expect.stringContaining('covered'),
    });
  });

  it.each([
    ['without a body', undefined],
    ['with a body that is no JSON', '{'],
    ['with another schema', JSON.stringify({ ...reply, schema: 'x' })],
  ])('is refused %s', async (_, body) => {
    const request = makeRequest('POST', '/', body === undefined ? {} : { body });

    expect((await answerHttp(await makePorts(), request)).statusCode).toBe(400);
  });

  it('answers a wrong token and an unknown application alike', async () => {
    const ports = await makePorts();
    const forged = [
      { ...reply, token: 'no' },
      { ...reply, participant: 'db' },
      { ...reply, application: 'none' },
    ];

    const answers = [];
    for (const body of forged)
      answers.push(await answerHttp(ports, makeRequest('POST', '/', { body: JSON.stringify(body) })));

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.statusCode).toBe(403);
    expect((await ports.table.load('shop')).acknowledgements.size).toBe(0);
  });
});

describe('a membership over HTTPS', () => {
  it('is given to whoever holds a token', async () => {
    const answer = await answerHttp(
      await makePorts(),
      makeRequest('GET', '/membership', { queryStringParameters: asked }),
    );

    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ version: 5, layers: { web: [{ slot: 'web-1' }] } });
  });

  it.each([
    ['no token', { ...asked, token: undefined }],
    ['the token of another version', { ...asked, version: '4' }],
    ['the token of another participant', { ...asked, participant: 'db' }],
    ['no version', { ...asked, version: undefined }],
  ])('is not given for %s', async (_, queryStringParameters) => {
    const request = makeRequest('GET', '/membership', { queryStringParameters });

    expect((await answerHttp(await makePorts(), request)).statusCode).toBe(403);
  });

  it('of 2,000 instances reaches a participant whole: announced by a link, fetched, checked, acknowledged', async () => {
    const ports = await makePorts(2000);
    const topic = new KeepingTopic();
    await announceStage({ ...ports, topic }, 'shop', { url: 'https://acknowledge.test/' });
    const [notice] = topic.taken;
    if (notice === undefined || !('link' in notice.membership)) throw new Error('no link');
    const { link, sha256, version } = notice.membership;

    const { pathname, searchParams } = new URL(link);
    const { body } = await answerHttp(
      ports,
      makeRequest('GET', pathname, { queryStringParameters: Object.fromEntries(searchParams) }),
    );
    const acknowledgement = { ...reply, membershipVersion: version, token: notice.acknowledge?.token };
    const report = await acknowledgeStage(ports, acknowledgement);

    expect(createHash('sha256').update(body).digest('hex')).toBe(sha256);
    expect(JSON.parse(body).layers.web).toHaveLength(2000);
    expect(report.outcome).toBe('recorded');
  });
});

describe('any other request', () => {
  it.each([
    ['PUT', '/'],
    ['GET', '/'],
    ['POST', '/membership'],
  ])('is told what there is: %s %s', async (method, path) => {
    expect((await answerHttp(await makePorts(), makeRequest(method, path))).statusCode).toBe(404);
  });
});
