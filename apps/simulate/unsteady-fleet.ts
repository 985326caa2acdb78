import { type FleetWatcher, WatchedFleet } from '../../adapters/memory/watched-fleet.ts';
import type { Fleet } from '../../adapters/ports.ts';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Instance } from '../../core/records.ts';

/** What is wrong with EC2 at the moment; asked at every call. */
export interface Unsteadiness {
  /** Every launch is throttled for everybody. */
  readonly isThrottled: () => boolean;
  /** So is every look. */
  readonly isBlind: () => boolean;
  /** EC2 does not show a machine that runs, neither in its list nor by name. */
  readonly isHidden: (instanceId: string) => boolean;
}

/** A fleet whose calls are throttled for minutes at a time, and whose machines EC2 now and then does not show; what comes through is watched. */
export class UnsteadyFleet extends WatchedFleet {
  readonly #unsteadiness: Unsteadiness;

  constructor(fleet: Fleet, watcher: FleetWatcher, unsteadiness: Unsteadiness) {
    super(fleet, watcher);
    this.#unsteadiness = unsteadiness;
  }

  override async launch(request: LaunchRequest): Promise<LaunchResult> {
    if (this.#unsteadiness.isThrottled()) throw new Error('RequestLimitExceeded');
    return super.launch(request);
  }

  override async list(application: string): Promise<readonly Instance[]> {
    const { isBlind, isHidden } = this.#unsteadiness;
    if (isBlind()) throw new Error('RequestLimitExceeded');
    const listed = await super.list(application);
    return listed.some(({ instanceId }) => isHidden(instanceId))
      ? listed.filter(({ instanceId }) => !isHidden(instanceId))
      : listed;
  }

  override async find(instanceId: string): Promise<Instance | undefined> {
    const { isBlind, isHidden } = this.#unsteadiness;
    if (isBlind()) throw new Error('RequestLimitExceeded');
    return isHidden(instanceId) ? undefined : super.find(instanceId);
  }
}
