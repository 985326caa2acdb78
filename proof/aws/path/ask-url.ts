import { createHash, createHmac } from 'node:crypto';
import { must } from '../check.ts';
import { region } from '../emulators/start-emulators.ts';
import type { World } from './world.ts';

/** What the function URL answered. */
export interface UrlAnswer {
  readonly status: number;
  readonly text: string;
}

/** A request to a function URL that a notice or the stack names: with a body by POST, else by GET. */
export interface UrlRequest {
  readonly url: string;
  readonly body?: object;
  /** Signed as the account, as a URL of the kind AWS_IAM asks. Default true. */
  readonly isSigned?: boolean;
}

/**
 * Asks a function URL. Its host is one of AWS's; MiniStack serves the function behind it at a path of its own.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export async function askUrl({ url, body, isSigned = true }: UrlRequest): Promise<UrlAnswer> {
  const { host, pathname, search } = new URL(url);
  const id = host.split('.')[0];
  must(/^[a-z0-9]{32}\.lambda-url\./.test(host), `${url} is no function URL`);
  const here = new URL(`/_aws/lambda-url/${id}${pathname}${search}`, process.env['AWS_ENDPOINT_URL']);
  const text = body === undefined ? '' : JSON.stringify(body);
  const method = body === undefined ? 'GET' : 'POST';
  const headers = isSigned ? signed(method, here, text) : {};
  const response = await fetch(here, { method, headers, ...(body === undefined ? {} : { body: text }) });
  return { status: response.status, text: await response.text() };
}

/** The acknowledgements' URL of the stack with a path and a query. */
export function urlOf({ stack }: World, path: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(path, stack.output('AcknowledgeUrl'));
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

/** Signature Version 4, for paths and queries without characters to escape. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signed(method: string, url: URL, body: string): Record<string, string> {
  const time = `${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  const headers = { host: url.host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time };
  const names = Object.keys(headers).join(';');
  const query = url.search.slice(1).split('&').toSorted().join('&');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = [method, url.pathname, query, lines.join(''), names, sha256(body)].join('\n');
  const scope = [time.slice(0, 8), region, 'lambda', 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(request)].join('\n');
  const secret = Buffer.from(`AWS4${process.env['AWS_SECRET_ACCESS_KEY']}`);
  const key = scope.reduce((parent, part) => createHmac('sha256', parent).update(part).digest(), secret);
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const credential = `${process.env['AWS_ACCESS_KEY_ID']}/${scope.join('/')}`;
  return {
    'x-amz-content-sha256': headers['x-amz-content-sha256'],
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
