/** What arrives at one station of equal servers, and what it can do. */
export interface Station {
  readonly arrivalsPerSecond: number;
  /** Mean time one server needs for one request. */
  readonly serviceSeconds: number;
  readonly servers: number;
  /** Most requests inside, those being served included; one that finds no place is turned away. At least `servers`. */
  readonly places: number;
}

/** A station in its steady state. */
export interface Queue {
  /** Share of time that a server is busy. */
  readonly utilisationRatio: number;
  /** Share of arrivals that find no place. */
  readonly shedRatio: number;
  /** Share of accepted arrivals that wait before they are served; with unlimited places and offered load below 1 it is Erlang's C. */
  readonly waitRatio: number;
  readonly meanResponseSeconds: number;
  /** Share of accepted requests that take longer than this, waiting and service together. */
  slowerThanRatio(seconds: number): number;
  /** Time within which this share (0 to 1, exclusive) of accepted requests is answered, waiting and service together. */
  responseSeconds(ratio: number): number;
}

/**
 * The queue M/M/c/K: arrivals at random, service times exponential, `servers` = c, `places` = K, first come first served. Steady state also
 * under overload, because K is finite: then the surplus is turned away. A minute is long against the seconds it takes to settle.
 *
 * Source: D. Gross, J. Shortle, J. Thompson, C. Harris, Fundamentals of Queueing Theory, 4th ed., sections 2.3 (M/M/c) and 2.5 (M/M/c/K).
 */
export function queueOf(station: Station): Queue {
  const { serviceSeconds, servers, places, arrivalsPerSecond } = station;
  const found = foundOnArrival(station);
  const shedRatio = found.pop() ?? 0;
  const accepted = 1 - shedRatio;
  const ahead = stagesAhead(found, { servers, accepted });
  const waitRatio = 1 - (ahead[0] ?? 0);
  const meanWait = ahead.reduce((sum, share, stages) => sum + share * stages, 0) * (serviceSeconds / servers);
  const slowerThanRatio = (seconds: number): number =>
    survival(ahead, { servers, stages: (seconds * servers) / serviceSeconds });
  return {
    utilisationRatio: (arrivalsPerSecond * accepted * serviceSeconds) / servers,
    shedRatio,
    waitRatio,
    meanResponseSeconds: meanWait + serviceSeconds,
    slowerThanRatio,
    responseSeconds: (ratio) => quantile(slowerThanRatio, { ratio, start: serviceSeconds * (1 + places / servers) }),
  };
}

/** Probability of 0 to K inside, as an arrival finds it; built from the largest term, so that nothing overflows. */
function foundOnArrival({ arrivalsPerSecond, serviceSeconds, servers, places }: Station): number[] {
  if (places < servers) throw new RangeError(`places (${places}) must hold the servers (${servers})`);
  const offered = arrivalsPerSecond * serviceSeconds;
  const weights = [1];
  for (let inside = 1; inside <= places; inside += 1) {
    const weight = ((weights[inside - 1] ?? 0) * offered) / Math.min(inside, servers);
    weights.push(weight);
    if (weight > 1e250)
      for (let index = 0; index <= inside; index += 1) weights[index] = (weights[index] ?? 0) * 1e-250;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Share of accepted arrivals that must see 0, 1, 2 … departures before their own service starts. */
function stagesAhead(
  found: readonly number[],
  { servers, accepted }: { readonly servers: number; readonly accepted: number },
): readonly number[] {
  const atOnce = found.slice(0, servers).reduce((sum, share) => sum + share, 0);
  return [atOnce, ...found.slice(servers)].map((share) => share / accepted);
}

/**
 * Probability that a request is still inside after the time in which `stages` departures of busy servers are due. Uniformised: departures
 * come as a Poisson stream; once a request is served, each of them is its own with probability 1 / servers. All terms are positive, so
 * nothing cancels.
 */
function survival(
  ahead: readonly number[],
  { servers, stages }: { readonly servers: number; readonly stages: number },
): number {
  const stays = 1 - 1 / servers;
  const last = Math.ceil(stages + 12 * Math.sqrt(stages) + 30);
  let logPoisson = -stages;
  let waiting = 1;
  let serving = 0;
  let inside = 0;
  for (let departures = 0; departures <= last; departures += 1) {
    const arrivesAtServer = ahead[departures] ?? 0;
    waiting -= arrivesAtServer;
    serving = serving * stays + arrivesAtServer;
    inside += Math.exp(logPoisson) * (Math.max(waiting, 0) + serving);
    logPoisson += Math.log(stages) - Math.log(departures + 1);
  }
  return stages === 0 ? 1 : Math.min(1, inside);
}

function quantile(
  slowerThan: (seconds: number) => number,
  { ratio, start }: { readonly ratio: number; readonly start: number },
): number {
  if (!(ratio > 0 && ratio < 1)) throw new RangeError(`a ratio between 0 and 1, exclusive, found ${ratio}`);
  let low = 0;
  let high = start;
  while (slowerThan(high) > 1 - ratio) high *= 2;
  // 40 halvings: to a billionth of the start.
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (slowerThan(middle) > 1 - ratio) low = middle;
    else high = middle;
  }
  return high;
}
