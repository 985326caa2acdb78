import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { HttpProbes } from '../../adapters/aws/http-probes.ts';
import { MemoryProbes } from '../../adapters/memory/memory-probes.ts';

/** An instance that answers as told, and how to end it. */
async function startInstance(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port: address.port, stop };
}

describe('HttpProbes', () => {
  it.each([
    [200, true],
    [204, true],
    [302, true],
    [399, true],
    [199, false],
    [400, false],
    [404, false],
    [503, false],
  ])('takes the status %i for ready: %s', async (status, isReady) => {
    const paths: (string | undefined)[] = [];
    const { port, stop } = await startInstance(({ url }, response) => {
      paths.push(url);
      response.writeHead(status === 199 ? 500 : status).end('x');
    });

    expect(await new HttpProbes().answers({ privateIp: '127.0.0.1', port, path: '/health?deep=1' })).toBe(isReady);

    expect(paths).toEqual(['/health?deep=1']);
    stop();
  });

  it('does not follow a redirect', async () => {
    let asked = 0;
    const { port, stop } = await startInstance((_, response) => {
      asked += 1;
      response.writeHead(301, { location: '/elsewhere' }).end();
    });

    expect(await new HttpProbes().answers({ privateIp: '127.0.0.1', port, path: '/' })).toBe(true);
    expect(asked).toBe(1);
    stop();
  });

  it('takes no answer in time for no', async () => {
    const { port, stop } = await startInstance(() => {});

    expect(await new HttpProbes({ timeoutMillis: 50 }).answers({ privateIp: '127.0.0.1', port, path: '/' })).toBe(
      false,
    );
    stop();
  });

  it('takes a refused connection and nonsense for no', async () => {
    const { port, stop } = await startInstance(({ socket }) => socket.end('no HTTP\r\n\r\n'));
    const probes = new HttpProbes();

    expect(await probes.answers({ privateIp: '127.0.0.1', port, path: '/' })).toBe(false);
    stop();
    expect(await probes.answers({ privateIp: '127.0.0.1', port, path: '/' })).toBe(false);
  });
});

describe('MemoryProbes', () => {
  it('answer as told', async () => {
    const probes = new MemoryProbes(({ privateIp }) => privateIp === '10.0.0.1');

    expect(await probes.answers({ privateIp: '10.0.0.1', port: 80, path: '/' })).toBe(true);
    expect(await probes.answers({ privateIp: '10.0.0.2', port: 80, path: '/' })).toBe(false);
  });
});
