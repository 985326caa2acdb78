import { createServer } from 'node:http';

/** One request that reached the server. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Service and operation, of the services that speak JSON: `DynamoDB_20120810.Query`. */
  readonly target: string;
  readonly body: string;
}

export interface RecordingServer {
  readonly url: string;
  readonly requests: RecordedRequest[];
  close(): void;
}

/** A server on 127.0.0.1 that keeps what it is asked and answers `{}`: for DynamoDB, that it holds nothing and wrote everything. */
export async function makeRecordingServer(): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    requests.push({
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      target: String(incoming.headers['x-amz-target'] ?? ''),
      body: Buffer.concat(chunks).toString(),
    });
    outgoing.setHeader('content-type', 'application/x-amz-json-1.0');
    outgoing.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const { port } = address;
  return { url: `http://127.0.0.1:${port}`, requests, close: () => server.close() };
}
