/** One layer, minute by minute. */
export interface LayerHistory {
  /** Fewest in service during the minute. */
  readonly inService: Uint16Array;
  readonly desired: Uint16Array;
}

/** What a run looked like, minute by minute from the start of the trace: for plots. */
export interface History {
  /** Requests a second of the users, at the start of the minute. */
  readonly requestsPerSecond: Float32Array;
  /** Most instances of the front layer that were needed during the minute. */
  readonly needed: Uint16Array;
  /** 95th percentile of the front layer's response times; NaN without a request. */
  readonly p95Seconds: Float32Array;
  /** Work that waits, in all worker layers. */
  readonly backlog: Float32Array;
  readonly layers: ReadonlyMap<string, LayerHistory>;
}

/** A history of nothing yet. */
export function emptyHistory(layers: readonly string[], minutes: number): History {
  return {
    requestsPerSecond: new Float32Array(minutes),
    needed: new Uint16Array(minutes),
    p95Seconds: new Float32Array(minutes).fill(Number.NaN),
    backlog: new Float32Array(minutes),
    layers: new Map(
      layers.map((layer) => [layer, { inService: new Uint16Array(minutes), desired: new Uint16Array(minutes) }]),
    ),
  };
}
