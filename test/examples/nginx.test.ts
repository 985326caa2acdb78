import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyToNginx, type Nginx, upstreamList } from '../../examples/participants/nginx/nginx.ts';
import { makeMembership } from './participants.ts';

const upstream = { name: 'web', layer: 'web', port: 8080 };

/** nginx in memory; `refuses` is what its test does not take. */
class MemoryNginx implements Nginx {
  list = '';
  reloads = 0;
  refuses = 'nothing';

  read = async (): Promise<string> => this.list;
  write = async (list: string): Promise<void> => {
    this.list = list;
  };
  test = async (): Promise<void> => {
    if (this.list.includes(this.refuses)) throw new Error(`nginx: [emerg] ${this.refuses}`);
  };
  reload = async (): Promise<void> => {
    this.reloads += 1;
  };
}

describe('the list of an upstream', () => {
  it('holds who is in service, and nobody who joins or leaves', () => {
    const membership = makeMembership(5, { 'web-1': 'in-service', 'web-2': 'joining', 'web-3': 'leaving' });

    expect(upstreamList(membership, upstream)).toBe('upstream web {\n  server 10.0.0.1:8080; # web-1\n}\n');
  });

  it('is one that nginx takes when nobody is in service', () => {
    expect(upstreamList(makeMembership(5, {}), upstream)).toContain('server 127.0.0.1:9 down;');
  });
});

describe('nginx as a participant', () => {
  it('is reloaded when the list changed, and only then', async () => {
    const nginx = new MemoryNginx();
    const apply = applyToNginx(nginx, upstream);

    await apply(makeMembership(5, { 'web-1': 'in-service' }));
    await apply(makeMembership(6, { 'web-1': 'in-service', 'web-2': 'joining' }));
    expect(nginx.reloads).toBe(1);
    await apply(makeMembership(7, { 'web-1': 'in-service', 'web-2': 'in-service' }));

    expect(nginx.reloads).toBe(2);
    expect(nginx.list).toContain('10.0.0.2:8080');
  });

  it('lets an old membership be, but says that it is covered', async () => {
    const nginx = new MemoryNginx();
    const apply = applyToNginx(nginx, upstream);
    await apply(makeMembership(7, { 'web-1': 'in-service' }));

    expect(await apply(makeMembership(6, { 'web-2': 'in-service' }))).toEqual({ status: 'applied' });

    expect(nginx.list).toContain('10.0.0.1');
  });

  it('keeps the list that works when nginx does not take the new one, and says why', async () => {
    const nginx = new MemoryNginx();
    const apply = applyToNginx(nginx, upstream);
    await apply(makeMembership(5, { 'web-1': 'in-service' }));
    nginx.refuses = '10.0.0.2';

    const outcome = await apply(makeMembership(6, { 'web-2': 'in-service' }));

    expect(outcome).toEqual({ status: 'failed', message: 'Error: nginx: [emerg] 10.0.0.2' });
    expect(nginx.list).toContain('10.0.0.1');
    expect(nginx.reloads).toBe(1);
  });
});

it.each(['nginx/nginx.ts', 'clustered-database/database.ts', 'follow-queue.ts'])(
  '%s has less than a hundred lines',
  (file) => {
    expect(readFileSync(`examples/participants/${file}`, 'utf8').split('\n').length).toBeLessThan(100);
  },
);
