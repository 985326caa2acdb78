import { readAcknowledgement } from '../../core/receive-acknowledgement.ts';
import { log } from '../log.ts';
import { type Fields, fieldsOf, textOf } from '../read-event.ts';
import { serveMembership } from './serve-membership.ts';
import { type AcknowledgePorts, acknowledgeStage } from './stage.ts';

/** What a function URL sends back. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Answers a request to the function URL: `POST /` takes an acknowledgement, `GET /membership` gives the newest membership. Refusals say
 * no more than that they are some: whoever has no token learns not even which applications there are. Throws when the table cannot be
 * reached: the URL then answers 502, and the participant asks again.
 */
export async function answerHttp(ports: AcknowledgePorts, event: unknown): Promise<HttpAnswer> {
  const request = fieldsOf(event, 'event');
  const { method, path } = routeOf(request);
  if (method === 'POST' && path === '/') return acknowledge(ports, request);
  if (method === 'GET' && path === '/membership') return membership(ports, request);
  return answer(404, { error: 'POST / acknowledges, GET /membership answers with the membership' });
}

async function acknowledge(ports: AcknowledgePorts, request: Fields): Promise<HttpAnswer> {
  const body = readBody(request);
  const read = readAcknowledgement(body);
  if ('refused' in read) return answer(400, { error: read.refused });
  const report = await acknowledgeStage(ports, body);
  log({ stage: 'acknowledge', key: `${read.application} ${read.participant}`, report });
  return report.outcome === 'refused' ? forbidden : answer(200, report);
}

async function membership(ports: AcknowledgePorts, request: Fields): Promise<HttpAnswer> {
  const { application, participant, version, token } = fieldsOf(request['queryStringParameters'] ?? {}, 'query');
  const membershipVersion = Number(version);
  if (typeof application !== 'string' || typeof participant !== 'string' || typeof token !== 'string') return forbidden;
  const text = await serveMembership(ports, { application, participant, membershipVersion, token });
  return text === undefined ? forbidden : { statusCode: 200, headers: json, body: text };
}

const json = { 'content-type': 'application/json' };
const forbidden: HttpAnswer = {
  statusCode: 403,
  headers: json,
  body: '{"error":"the token is not for this application, participant and version"}',
};

function answer(statusCode: number, body: object): HttpAnswer {
  return { statusCode, headers: json, body: JSON.stringify(body) };
}

function routeOf(request: Fields): { readonly method: string; readonly path: string } {
  const http = fieldsOf(fieldsOf(request['requestContext'], 'requestContext')['http'], 'requestContext.http');
  return { method: textOf(http, 'method'), path: textOf(http, 'path') };
}

/** Undefined when the body is no JSON, which is refused like any other body that is no acknowledgement. */
function readBody({ body, isBase64Encoded }: Fields): unknown {
  if (typeof body !== 'string') return undefined;
  try {
    return JSON.parse(isBase64Encoded === true ? Buffer.from(body, 'base64').toString('utf8') : body);
  } catch {
    return undefined;
  }
}
