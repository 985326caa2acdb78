import { type ChildProcess, fork } from 'node:child_process';
import type { Clock, Fleet } from '../../adapters/ports.ts';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Ec2State, Instance } from '../../core/records.ts';

interface Machine {
  readonly instance: Instance;
  readonly process: ChildProcess;
  state: Ec2State;
}

/** Every machine answers on this port of its own address in 127.0.0.0/8. */
export const instancePort = 18_080;

/** A fleet whose machines are processes of this computer. Launching starts one, terminating kills it. */
export class ProcessFleet implements Fleet {
  readonly #clock: Clock;
  readonly #script: string;
  readonly #onChange: (instanceId: string) => void;
  readonly #machines = new Map<string, Machine>();
  readonly #launches = new Map<string, readonly Machine[]>();

  constructor({ clock, script, onChange }: { clock: Clock; script: string; onChange: (instanceId: string) => void }) {
    this.#clock = clock;
    this.#script = script;
    this.#onChange = onChange;
  }

  async launch(request: LaunchRequest): Promise<LaunchResult> {
    const { launch } = request;
    const machines =
      this.#launches.get(launch.token) ??
      Array.from({ length: launch.count }, (_, index) => this.#start(request, index));
    this.#launches.set(launch.token, machines);
    return { launched: machines.map(show) };
  }

  async terminate(instanceIds: readonly string[]): Promise<void> {
    for (const instanceId of instanceIds) this.#machines.get(instanceId)?.process.kill('SIGKILL');
  }

  async list(): Promise<readonly Instance[]> {
    return [...this.#machines.values()].map(show);
  }

  async find(instanceId: string): Promise<Instance | undefined> {
    const machine = this.#machines.get(instanceId);
    return machine && show(machine);
  }

  async passing(): Promise<ReadonlySet<string>> {
    return new Set();
  }

  async zones(subnetIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map(subnetIds.map((subnetId) => [subnetId, 'here']));
  }

  /** As a broken machine ends: without anybody having been told. Returns its address. */
  kill(instanceId: string): string {
    const machine = this.#machines.get(instanceId);
    machine?.process.kill('SIGKILL');
    return machine?.instance.privateIp ?? '';
  }

  endAll(): void {
    for (const { process } of this.#machines.values()) process.kill('SIGKILL');
  }

  #start({ application, layer, launch, placement, revision }: LaunchRequest, index: number): Machine {
    const slotNumber = launch.first + index;
    const privateIp = `127.0.1.${slotNumber}`;
    const instanceId = `i-${slotNumber}`;
    const child = fork(this.#script, [privateIp, String(instancePort)], { execArgv: [] });
    const machine: Machine = {
      instance: {
        ...{ instanceId, application, layer, slotNumber, privateIp },
        revision: revision.revision,
        state: 'pending',
        type: revision.type,
        imageId: revision.imageId,
        zone: placement.zone,
        launchedAt: this.#clock.now(),
        saysReady: false,
        isProtected: false,
      },
      process: child,
      state: 'pending',
    };
    child.once('message', () => this.#enter(machine, 'running'));
    child.once('exit', () => this.#enter(machine, 'terminated'));
    this.#machines.set(instanceId, machine);
    return machine;
  }

  #enter(machine: Machine, state: Ec2State): void {
    machine.state = state;
    this.#onChange(machine.instance.instanceId);
  }
}

function show({ instance, state }: Machine): Instance {
  return { ...instance, state };
}
