import { addSeconds, type Instant, isAtOrAfter } from '../../core/amounts.ts';
import type { LaunchRefusal, LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Instance } from '../../core/records.ts';
import type { Clock, Fleet } from '../ports.ts';
import type { Dice } from './dice.ts';
import { calmFleet, type FleetBehaviour, ordinaryFleet, Shortages } from './fleet-behaviour.ts';
import { type BillOf, type FleetBill, FleetLedger } from './fleet-ledger.ts';
import { drawMachine, isForgotten, isShown, type Machine, stateOf } from './machine.ts';

/** What EC2 would tell EventBridge, and when: `at` may lie ahead, and the world delivers it then. */
export interface FleetEvent {
  readonly kind: 'instance' | 'interruption' | 'rebalance';
  readonly instanceId: string;
  readonly at: Instant;
}

/** What a simulated EC2 is made of. */
export interface MemoryFleetOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  /** Zone of each subnet. */
  readonly zones: ReadonlyMap<string, string>;
  /** What differs from an ordinary day. */
  readonly behaviour?: Partial<FleetBehaviour>;
}

interface Call {
  /** What the call asked for: another request with its token is refused. */
  readonly fingerprint: string;
  readonly instanceIds: readonly string[];
  readonly refused: LaunchRefusal | undefined;
}

/** EC2 makes its status checks every minute. */
const statusCheckSeconds = 60;

const mismatch: LaunchRefusal = {
  code: 'IdempotentParameterMismatch',
  message: 'the client token was used with other parameters',
  remedy: 'never',
};
const noCapacity: LaunchRefusal = {
  code: 'InsufficientInstanceCapacity',
  message: 'there is no capacity for this instance type in this zone',
  remedy: 'elsewhere',
};
const noQuota: LaunchRefusal = {
  code: 'VcpuLimitExceeded',
  message: 'the account may not run more instances of this kind',
  remedy: 'later',
};

/**
 * EC2 in memory and in virtual time. Boots take a while, some fail; offerings run short and then give fewer or none; Spot instances are
 * taken back; client tokens are remembered for ever. Nothing happens of itself: states follow from the clock.
 */
export class MemoryFleet implements Fleet {
  readonly #clock: Clock;
  readonly #dice: Dice;
  readonly #zones: ReadonlyMap<string, string>;
  #behaviour: FleetBehaviour;
  readonly #start: Instant;
  /** All that EC2 has not forgotten, in order of launch. */
  readonly #machines = new Map<string, Machine>();
  readonly #shown = new Map<string, Instance>();
  readonly #calls = new Map<string, Call>();
  readonly #shortages = new Map<string, Shortages>();
  readonly #ledger = new FleetLedger();
  readonly #listeners = new Set<(event: FleetEvent) => void>();

  constructor({ clock, dice, zones, behaviour }: MemoryFleetOptions) {
    this.#clock = clock;
    this.#dice = dice;
    this.#zones = zones;
    this.#behaviour = { ...ordinaryFleet, ...behaviour };
    this.#start = clock.now();
  }

  /** Tells what will happen to a machine as soon as that is settled; returns how to stop. */
  onEvent(listener: (event: FleetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async launch(request: LaunchRequest): Promise<LaunchResult> {
    this.#zoneOf(request.placement.subnetId);
    const fingerprint = fingerprintOf(request);
    const known = this.#calls.get(request.launch.token);
    if (known !== undefined && known.fingerprint !== fingerprint) return { launched: [], refused: mismatch };
    if (known !== undefined) return this.#answer(known);
    const { given, refused } = this.#capacityFor(request);
    if (given === 0) return { launched: [], ...(refused && { refused }) };
    const instanceIds = Array.from({ length: given }, (_, index) => this.#launchOne(request, index));
    const call = { fingerprint, instanceIds, refused };
    this.#calls.set(request.launch.token, call);
    return this.#answer(call);
  }

  async terminate(instanceIds: readonly string[]): Promise<void> {
    for (const instanceId of instanceIds) this.end(instanceId);
  }

  async list(application: string): Promise<readonly Instance[]> {
    this.#forget();
    const now = this.#clock.now();
    const shown: Instance[] = [];
    for (const machine of this.#machines.values()) {
      if (machine.identity.application === application && isShown(machine, now)) shown.push(this.#show(machine));
    }
    return shown;
  }

  async find(instanceId: string): Promise<Instance | undefined> {
    const machine = this.#machines.get(instanceId);
    return machine !== undefined && isShown(machine, this.#clock.now()) ? this.#show(machine) : undefined;
  }

  /** Status checks pass a while after the instance runs; EC2 makes them every minute. */
  async passing(instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
    const now = this.#clock.now();
    return new Set(
      instanceIds.filter((instanceId) => {
        const machine = this.#machines.get(instanceId);
        return (
          machine !== undefined &&
          stateOf(machine, now) === 'running' &&
          isAtOrAfter(now, addSeconds(machine.runningAt, statusCheckSeconds))
        );
      }),
    );
  }

  async zones(subnetIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map(subnetIds.map((subnetId) => [subnetId, this.#zoneOf(subnetId)]));
  }

  /** Ends a machine now, as a call, a crash or a person does. One that has ended already, or that never was, is left alone. */
  end(instanceId: string): void {
    const machine = this.#machines.get(instanceId);
    const now = this.#clock.now();
    if (machine === undefined || (machine.endsAt !== undefined && isAtOrAfter(now, machine.endsAt))) return;
    machine.endsAt = now;
    this.#tellEnd(machine, now);
  }

  /** From now on offerings are never short and boots never fail; what is drawn already still happens. */
  calmDown(): void {
    this.#behaviour = calmFleet;
    this.#shortages.clear();
  }

  /** Sets or removes the tag that protects an instance from scale-in. Throws when there is no such machine. */
  protect(instanceId: string, protection: { readonly isProtected: boolean }): void {
    const machine = this.#machines.get(instanceId);
    if (machine === undefined) throw new Error(`there is no instance ${instanceId}`);
    machine.isProtected = protection.isProtected;
  }

  /** Sets the tag by which an instance says that it is ready. One that EC2 has forgotten says nothing more. */
  sayReady(instanceId: string): void {
    const machine = this.#machines.get(instanceId);
    if (machine !== undefined) machine.saysReady = true;
  }

  /** What a simulation knows and a caller of EC2 does not: every machine that is not forgotten, as it is at this moment. */
  truth(): readonly Instance[] {
    this.#forget();
    return [...this.#machines.values()].map((machine) => this.#show(machine));
  }

  /** The machine as it is at this moment, shown or not. */
  truthOf(instanceId: string): Instance | undefined {
    const machine = this.#machines.get(instanceId);
    return machine === undefined ? undefined : this.#show(machine);
  }

  bill(of: BillOf): FleetBill {
    this.#forget();
    return this.#ledger.bill(of, this.#machines.values(), this.#clock.now());
  }

  #launchOne(request: LaunchRequest, index: number): string {
    const now = this.#clock.now();
    const dice = this.#dice.fork(`${request.launch.token}/${index}`);
    const { machine, interruptionAt, rebalanceAt } = drawMachine(request, {
      index,
      now,
      dice,
      behaviour: this.#behaviour,
    });
    const { instanceId } = machine.identity;
    this.#machines.set(instanceId, machine);
    this.#tell({ kind: 'instance', instanceId, at: now });
    this.#tell({ kind: 'instance', instanceId, at: machine.runningAt });
    if (rebalanceAt !== undefined) this.#tell({ kind: 'rebalance', instanceId, at: rebalanceAt });
    if (interruptionAt !== undefined) this.#tell({ kind: 'interruption', instanceId, at: interruptionAt });
    if (machine.endsAt !== undefined) this.#tellEnd(machine, machine.endsAt);
    return instanceId;
  }

  #answer({ instanceIds, refused }: Call): LaunchResult {
    const launched = instanceIds.flatMap((instanceId) => {
      const machine = this.#machines.get(instanceId);
      return machine === undefined ? [] : [this.#show(machine)];
    });
    return { launched, ...(refused && { refused }) };
  }

  /** How many of a call EC2 gives. */
  #capacityFor({ placement, revision, launch }: LaunchRequest): { given: number; refused: LaunchRefusal | undefined } {
    const offering = `${revision.type} ${placement.zone} ${placement.market}`;
    let shortages = this.#shortages.get(offering);
    if (shortages === undefined) {
      shortages = new Shortages(this.#behaviour.shortage, this.#dice.fork(offering), this.#start);
      this.#shortages.set(offering, shortages);
    }
    const isShort = shortages.isShort(this.#clock.now());
    const wanted = isShort ? shortages.givenOf(launch.count) : launch.count;
    const room = this.#behaviour.mostInstances - this.#running();
    const given = Math.max(0, Math.min(wanted, room));
    if (given < wanted) return { given, refused: noQuota };
    return { given, refused: given < launch.count ? noCapacity : undefined };
  }

  #running(): number {
    const now = this.#clock.now();
    let running = 0;
    for (const machine of this.#machines.values()) {
      const state = stateOf(machine, now);
      if (state === 'pending' || state === 'running') running += 1;
    }
    return running;
  }

  #zoneOf(subnetId: string): string {
    const zone = this.#zones.get(subnetId);
    if (zone === undefined) throw new Error(`InvalidSubnetID.NotFound: there is no subnet ${subnetId}`);
    return zone;
  }

  /** The same object for as long as the machine looks the same. */
  #show(machine: Machine): Instance {
    const { instanceId } = machine.identity;
    const state = stateOf(machine, this.#clock.now());
    const last = this.#shown.get(instanceId);
    const { isProtected, saysReady } = machine;
    const isSame = last?.state === state && last.isProtected === isProtected && last.saysReady === saysReady;
    if (last !== undefined && isSame) return last;
    const instance = Object.assign({}, machine.identity, { state, isProtected, saysReady });
    this.#shown.set(instanceId, instance);
    return instance;
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [instanceId, machine] of this.#machines) {
      if (!isForgotten(machine, now)) continue;
      this.#ledger.close(machine, now);
      this.#machines.delete(instanceId);
      this.#shown.delete(instanceId);
    }
  }

  #tellEnd({ identity: { instanceId }, shutdownSeconds }: Machine, endsAt: Instant): void {
    this.#tell({ kind: 'instance', instanceId, at: endsAt });
    this.#tell({ kind: 'instance', instanceId, at: addSeconds(endsAt, shutdownSeconds) });
  }

  #tell(event: FleetEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** What makes two calls the same call. A revision never changes, so its number stands for it. */
function fingerprintOf({ application, layer, launch, placement, revision }: LaunchRequest): string {
  const { subnetId, market } = placement;
  return [application, layer, launch.first, launch.count, subnetId, market, revision.revision].join(' ');
}
