import { get } from 'node:http';
import type { Probes } from '../ports.ts';

/** Requests from within the network of the instances; redirects are answers, and are not followed. */
export class HttpProbes implements Probes {
  readonly #timeoutMillis: number;

  constructor({ timeoutMillis = 2000 }: { readonly timeoutMillis?: number } = {}) {
    this.#timeoutMillis = timeoutMillis;
  }

  answers({ privateIp, port, path }: Parameters<Probes['answers']>[0]): Promise<boolean> {
    return new Promise((resolve) => {
      // Of the whole exchange, not of silence alone: an answer that trickles in is none.
      const signal = AbortSignal.timeout(this.#timeoutMillis);
      const request = get({ host: privateIp, port, path, agent: false, signal }, (response) => {
        const { statusCode = 0 } = response;
        response.resume();
        response.destroy();
        resolve(statusCode >= 200 && statusCode < 400);
      });
      request.on('error', () => resolve(false));
    });
  }
}
