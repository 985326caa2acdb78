import { type Queue, queueOf } from './queueing.ts';

/** One simulated instance: some equal servers before one queue, behind an even load balancer. */
export interface InstanceModel {
  readonly servers: number;
  readonly serviceSeconds: number;
  /** Most requests inside; further ones are answered with an error. */
  readonly places: number;
}

/** How an instance does at one load. */
export interface Performance {
  readonly utilisationRatio: number;
  readonly shedRatio: number;
  /** Response times, each for an equal share of accepted requests: the 5th, 10th … 95th percentile, then the 99th. */
  readonly responseSeconds: readonly number[];
}

/** Four processes of 100 ms a request, as on two virtual cores that wait half of the time: 40 requests a second at the most. */
export const ordinaryInstance: InstanceModel = { servers: 4, serviceSeconds: 0.1, places: 64 };

const shares = [...Array.from({ length: 19 }, (_, index) => 0.05 * (index + 1)), 0.99];

/** Above this offered load the answers hardly change any more but for what is shed. */
const mostOffered = 4;
/** Steps of offered load that are worked out; between two of them the line is straight. */
const gridSteps = 100;

/** Requests a second that one instance can serve at the very most. */
export function saturationPerSecond({ servers, serviceSeconds }: InstanceModel): number {
  return servers / serviceSeconds;
}

/** The most requests a second that one instance takes while 95 % are answered within `seconds`; 0 when it never does. */
export function loadWithin(model: InstanceModel, seconds: number): number {
  const p95 = (offered: number): number => queueAt(model, offered).responseSeconds(0.95);
  if (p95(0) > seconds) return 0;
  let low = 0;
  let high = mostOffered;
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (p95(middle) > seconds) high = middle;
    else low = middle;
  }
  return low * saturationPerSecond(model);
}

/** Performance by load, worked out once for each of some hundred loads and interpolated: asked a hundred thousand times in a run. */
export class ResponseTimes {
  readonly #model: InstanceModel;
  readonly #grid: (Performance | undefined)[] = [];

  constructor(model: InstanceModel) {
    this.#model = model;
  }

  /** At this many requests a second for one instance. */
  at(perSecond: number): Performance {
    const offered = perSecond / saturationPerSecond(this.#model);
    const place = Math.min(offered, mostOffered) * gridSteps;
    const [below, above] = [this.#point(Math.floor(place)), this.#point(Math.floor(place) + 1)];
    const share = place - Math.floor(place);
    const between = (a: number, b: number): number => a + (b - a) * share;
    return {
      utilisationRatio: between(below.utilisationRatio, above.utilisationRatio),
      shedRatio: offered > mostOffered ? 1 - 1 / offered : between(below.shedRatio, above.shedRatio),
      responseSeconds: below.responseSeconds.map((seconds, index) =>
        between(seconds, above.responseSeconds[index] ?? seconds),
      ),
    };
  }

  #point(index: number): Performance {
    const known = this.#grid[index];
    if (known !== undefined) return known;
    const queue = queueAt(this.#model, index / gridSteps);
    const point = {
      utilisationRatio: queue.utilisationRatio,
      shedRatio: queue.shedRatio,
      responseSeconds: shares.map((share) => queue.responseSeconds(share)),
    };
    this.#grid[index] = point;
    return point;
  }
}

function queueAt(model: InstanceModel, offered: number): Queue {
  return queueOf({ ...model, arrivalsPerSecond: offered * saturationPerSecond(model) });
}
