import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A certificate for localhost under an authority that no machine knows. Its key guards nothing but this test. */
const folder = resolve(import.meta.dirname, 'private-authority');

/** Reads a parameter with our client, as a function would; a process of its own, for Node reads NODE_EXTRA_CA_CERTS only when it starts. */
const script = `
  import { ssmClient } from ${JSON.stringify(resolve('adapters/aws/clients.ts'))};
  import { SsmImages } from ${JSON.stringify(resolve('adapters/aws/ssm-images.ts'))};
  console.log(await new SsmImages({ client: ssmClient() }).resolve('/shop/web/ami').catch(String));
`;

let server: Server;
let endpoint = '';

beforeAll(async () => {
  const [key, cert] = ['server.key', 'server.pem'].map((name) => readFileSync(resolve(folder, name)));
  server = createServer({ key, cert }, (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ Parameter: { Value: 'ami-0123456789abcdef0' } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  endpoint = `https://localhost:${address.port}`;
});

afterAll(() => new Promise((done) => server.close(done)));

function askedWith(more: Readonly<Record<string, string>>): Promise<string> {
  const words = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const own = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  const aws = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  };
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, words, {
      env: { ...own, ...aws, ...more },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.on('error', failed);
    child.on('close', () => done(output.trim()));
  });
}

describe('an endpoint over https under a private certificate authority', () => {
  it('is used once NODE_EXTRA_CA_CERTS names the authority', async () => {
    expect(await askedWith({ NODE_EXTRA_CA_CERTS: resolve(folder, 'authority.pem') })).toBe('ami-0123456789abcdef0');
  }, 30_000);

  it('is refused without it: no client trusts a certificate that it cannot check', async () => {
    expect(await askedWith({})).toMatch(/certificate/);
  }, 30_000);
});
