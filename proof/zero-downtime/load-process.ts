import autocannon from 'autocannon';

/** What the load generator is told: a phase begins, it is asked how many requests were answered, or it is over. */
export type LoadOrder = { readonly phase: string } | { readonly count: true } | { readonly stop: true };

/** What it says when it is asked. */
export interface LoadCount {
  readonly answered: number;
}

/** Requests of one phase, counted when they were answered. */
export interface PhaseLoad {
  readonly requests: number;
  readonly failed: number;
}

/** What it says in the end. */
export interface LoadFigures {
  readonly phases: Readonly<Record<string, PhaseLoad>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const [url = '', connections = ''] = process.argv.slice(2);
const phases = new Map<string, { requests: number; failed: number }>();
let phase = 'start';

/** A machine that is busy with other things answers late; that is no failure of the proxy's. */
const timeoutSeconds = 60;

const run = autocannon(
  { url, connections: Number(connections), duration: 3600, timeout: timeoutSeconds },
  (_, result) => {
    const figures: LoadFigures = {
      phases: Object.fromEntries(phases),
      p50Ms: result.latency.p50,
      p99Ms: result.latency.p99,
    };
    process.send?.(figures, () => process.disconnect());
  },
);
run.on('response', (_, status) => count(status < 200 || status > 399));
run.on('reqError', () => count(true));
process.on('message', (order: LoadOrder) => {
  if ('stop' in order) run.stop();
  else if ('count' in order) sayCount();
  else phase = order.phase;
});

function sayCount(): void {
  const answered = [...phases.values()].reduce((sum, { requests }) => sum + requests, 0);
  process.send?.({ answered } satisfies LoadCount);
}

function count(isFailed: boolean): void {
  const counted = phases.get(phase) ?? { requests: 0, failed: 0 };
  counted.requests += 1;
  if (isFailed) counted.failed += 1;
  phases.set(phase, counted);
}
