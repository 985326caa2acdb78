import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Acknowledgement, MemberInstance, Notice } from '../../core/notice.ts';

/*
 * A load balancer, as a real process: proxies HTTP to the members of the web layer, hears notices over HTTP, takes over each snapshot of the
 * membership, and acknowledges once nobody it dropped has a request under way. It knows nothing else of Concertina.
 *
 * A request that could not even be connected is sent elsewhere, for nobody has begun to work on it. One that breaks under way fails.
 */

/** What the proxy says of itself at `GET /figures` of its control port. */
export interface ProxyFigures {
  readonly failedByAddress: Readonly<Record<string, number>>;
  /** The most requests that failed on one client connection. */
  readonly mostFailedOnOneConnection: number;
  /** Requests that failed on an address after its leaving was heard. */
  readonly failedAfterNotice: number;
}

interface Upstream {
  readonly address: string;
  underWay: number;
}

const [instancePort = '', acknowledgeUrl = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const upstreams = new Map<string, Upstream>();
const leaving = new Map<string, Upstream>();
const failedByAddress = new Map<string, number>();
const failedByConnection = new Map<Socket, number>();
let [rotation, turn, version, failedAfterNotice]: [Upstream[], number, number, number] = [[], 0, 0, 0];

const traffic = createServer((incoming, response) => proxy(incoming, response, rotation.length));
const control = createServer(async (incoming, response) => {
  if (incoming.url === '/figures') return void response.end(JSON.stringify(figures()));
  const body = await textOf(incoming);
  hear(JSON.parse(body));
  response.end();
});
traffic.listen(0, '127.0.0.1', () => control.listen(0, '127.0.0.1', tellPorts));

function tellPorts(): void {
  process.send?.({ traffic: portOf(traffic.address()), control: portOf(control.address()) });
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function proxy(incoming: IncomingMessage, response: ServerResponse, triesLeft: number): void {
  turn = (turn + 1) % Math.max(rotation.length, 1);
  const upstream = rotation[turn];
  if (upstream === undefined || triesLeft === 0) {
    fail(response, undefined, incoming);
    return;
  }
  upstream.underWay += 1;
  const { address } = upstream;
  const outgoing = request({ host: address, port: instancePort, path: incoming.url, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, { 'x-instance': address });
    answer.pipe(response);
    answer.once('close', () => done(upstream));
    answer.once('error', () => response.destroy());
  });
  outgoing.once('error', (error: NodeJS.ErrnoException) => {
    done(upstream);
    eject(upstream);
    if (error.code === 'ECONNREFUSED') proxy(incoming, response, triesLeft - 1);
    else fail(response, upstream, incoming);
  });
  outgoing.end();
}

/** Until a newer snapshot says otherwise. */
function eject(upstream: Upstream): void {
  rotation = rotation.filter((other) => other !== upstream);
}

function fail(response: ServerResponse, upstream: Upstream | undefined, incoming: IncomingMessage): void {
  const address = upstream?.address ?? 'nobody';
  failedByAddress.set(address, (failedByAddress.get(address) ?? 0) + 1);
  failedByConnection.set(incoming.socket, (failedByConnection.get(incoming.socket) ?? 0) + 1);
  if (upstream !== undefined && !upstreams.has(address)) failedAfterNotice += 1;
  if (!response.headersSent) response.writeHead(502).end();
}

function done(upstream: Upstream): void {
  upstream.underWay -= 1;
  if (upstream.underWay === 0) leaving.delete(upstream.address);
}

function hear(notice: Notice): void {
  const { membership, acknowledge } = notice;
  if (!('layers' in membership)) return;
  if (membership.version >= version) take(membership.layers['web'] ?? [], membership.version);
  if (acknowledge !== undefined) acknowledgeWhenDrained(notice, acknowledge.token);
}

function take(members: readonly MemberInstance[], newest: number): void {
  version = newest;
  const serving = new Set(members.flatMap(({ state, privateIp }) => (state === 'leaving' ? [] : (privateIp ?? []))));
  for (const [address, upstream] of upstreams) {
    if (serving.has(address)) continue;
    upstreams.delete(address);
    if (upstream.underWay > 0) leaving.set(address, upstream);
  }
  for (const address of serving) {
    if (!upstreams.has(address)) upstreams.set(address, leaving.get(address) ?? { address, underWay: 0 });
  }
  rotation = [...upstreams.values()];
}

function acknowledgeWhenDrained(notice: Notice, token: string): void {
  if (leaving.size > 0) return void setTimeout(() => acknowledgeWhenDrained(notice, token), 20);
  const { application, participant, membership } = notice;
  const reply: Acknowledgement = {
    schema: 'concertina.acknowledgement/1',
    application,
    participant,
    membershipVersion: membership.version,
    token,
    status: 'applied',
  };
  // A reply that is lost is asked for again: the notice comes once more.
  fetch(acknowledgeUrl, { method: 'POST', body: JSON.stringify(reply) }).catch(() => undefined);
}

function figures(): ProxyFigures {
  return {
    failedByAddress: Object.fromEntries(failedByAddress),
    mostFailedOnOneConnection: Math.max(0, ...failedByConnection.values()),
    failedAfterNotice,
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of incoming.setEncoding('utf8')) text += part;
  return text;
}
