import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { vi } from 'vitest';

/** A request as a service gets it: the operation, and its parameters as they stand in the form (EC2, SNS) or JSON body (all others). */
export interface WireRequest {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the service sends back: JSON for an object, XML for a text. */
export interface WireAnswer {
  readonly status?: number;
  readonly body: object | string;
}

/** How a service answers a request; `times` counts requests of the same operation, from 1. */
export type Answer = (request: WireRequest, times: number) => WireAnswer;

/**
 * A server that stands for AWS on the wire, so that the SDK's own clients write every request and read every answer. From here on clients
 * find it by AWS_ENDPOINT_URL, as they would find an emulator. It checks no signatures and knows nothing: tests say what it answers.
 */
export async function startFakeAws(answer: Answer) {
  const requests: WireRequest[] = [];
  const server = createServer(async (message, response) => {
    const request = await readRequest(message);
    requests.push(request);
    const times = requests.filter(({ operation }) => operation === request.operation).length;
    const { status = 200, body } = answer(request, times);
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/xml' : 'application/x-amz-json-1.0' });
    response.end(isText ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${address.port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const stop = async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { requests, stop, endpoint: `http://127.0.0.1:${address.port}` };
}

/** An error of a service that speaks JSON. */
export function jsonError(
  code: string,
  { status = 400, ...fields }: { readonly status?: number; readonly [field: string]: unknown } = {},
): WireAnswer {
  return { status, body: { __type: `com.amazonaws#${code}`, message: `told: ${code}`, ...fields } };
}

/** An error of EC2. */
export function ec2Error(code: string, { status = 400, message = `told: ${code}` } = {}): WireAnswer {
  const error = `<Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>`;
  return { status, body: `<Response>${error}<RequestID>1</RequestID></Response>` };
}

async function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const sent = Buffer.concat(chunks);
  // The SDK packs large PutMetricData requests.
  const body = (message.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent).toString('utf8');
  const target = message.headers['x-amz-target'];
  if (typeof target === 'string') return { operation: target.split('.').at(-1) ?? '', input: JSON.parse(body) };
  const { Action: operation = '', ...input } = Object.fromEntries(new URLSearchParams(body));
  return { operation, input };
}
