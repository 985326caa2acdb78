import { WatchedFleet } from '../../adapters/memory/watched-fleet.ts';
import type { Fleet } from '../../adapters/ports.ts';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';

/** A fleet whose launches are throttled for minutes at a time, for everybody; what comes through is watched. */
export class ThrottledFleet extends WatchedFleet {
  readonly #isThrottled: () => boolean;

  constructor(fleet: Fleet, watcher: ConstructorParameters<typeof WatchedFleet>[1], isThrottled: () => boolean) {
    super(fleet, watcher);
    this.#isThrottled = isThrottled;
  }

  override async launch(request: LaunchRequest): Promise<LaunchResult> {
    if (this.#isThrottled()) throw new Error('RequestLimitExceeded');
    return super.launch(request);
  }
}
