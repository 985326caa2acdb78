import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Instance } from '../../core/records.ts';
import type { Fleet } from '../ports.ts';

/** Sees every effect before it happens, and what came of a launch. Must not throw. */
export interface FleetWatcher {
  beforeLaunch(request: LaunchRequest): void;
  afterLaunch(request: LaunchRequest, result: LaunchResult): void;
  beforeTerminate(instanceIds: readonly string[]): void;
}

/** Any fleet, with somebody watching. Changes nothing. */
export class WatchedFleet implements Fleet {
  readonly #fleet: Fleet;
  readonly #watcher: FleetWatcher;

  constructor(fleet: Fleet, watcher: FleetWatcher) {
    this.#fleet = fleet;
    this.#watcher = watcher;
  }

  async launch(request: LaunchRequest): Promise<LaunchResult> {
    this.#watcher.beforeLaunch(request);
    const result = await this.#fleet.launch(request);
    this.#watcher.afterLaunch(request, result);
    return result;
  }

  async terminate(instanceIds: readonly string[]): Promise<void> {
    this.#watcher.beforeTerminate(instanceIds);
    await this.#fleet.terminate(instanceIds);
  }

  list(application: string): Promise<readonly Instance[]> {
    return this.#fleet.list(application);
  }

  find(instanceId: string): Promise<Instance | undefined> {
    return this.#fleet.find(instanceId);
  }

  passing(instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#fleet.passing(instanceIds);
  }

  zones(subnetIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#fleet.zones(subnetIds);
  }
}
