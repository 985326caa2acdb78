import type { TableChange } from '../../adapters/memory/memory-table.ts';
import { isAtOrAfter } from '../../core/amounts.ts';
import { type Slot, slotName } from '../../core/instance-life.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/**
 * What the stages say of machines, load balancers and hooks is true at the moment when they say it: an instance that joins is ready, one that counts
 * as ended has ended, a version that a target group or a hook has applied is applied.
 */
export class TruthCheck {
  readonly #world: SimulatedWorld;

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  onTableChange({ before, after }: TableChange): void {
    if (after?.kind !== 'slot' || before?.kind !== 'slot') return;
    const [from, { slot }] = [before.slot.state, after];
    if (from === 'booting' && slot.state === 'joining') this.#requireReady(slot);
    if (from !== 'failed' && slot.state === 'failed') this.#requireEnded(slot);
  }

  /** A participant of the product says that it has applied a version. */
  onReply({ participant, membershipVersion, status }: Acknowledgement): void {
    const settings = this.#world.check.view.file?.participants[participant];
    if (status !== 'applied' || settings === undefined) return;
    const { targetGroupArn, hook } = settings;
    if (targetGroupArn !== undefined) this.#requireTargets({ participant, targetGroupArn, membershipVersion });
    if (hook !== undefined)
      this.#requireRuns({ participant, membershipVersion, mayFail: hook.onFailure === 'continue' });
  }

  #requireReady(slot: Slot): void {
    const { check, fleet, product } = this.#world;
    const truth = fleet.truthOf(slot.instanceId ?? '');
    const ready = check.view.file?.layers[slot.layer]?.ready;
    const hasSaid = ready !== 'signal' || truth?.saysReady === true;
    const hasAnswered = typeof ready !== 'object' || product.answered.has(truth?.privateIp ?? '');
    if (truth !== undefined && truth.state !== 'pending' && hasSaid && hasAnswered) return;
    check.note(5, `${slotName(slot)} joins before it is ready`);
  }

  #requireEnded({ because = '', instanceId = '', ...slot }: Slot): void {
    const state = this.#world.fleet.truthOf(instanceId)?.state;
    const isAlive = state === 'pending' || state === 'running';
    if (!isAlive || because.startsWith('not ready within')) return;
    this.#world.check.note(2, `${slotName(slot)} counts as ended (${because}), but EC2 shows it ${state}`);
  }

  #requireTargets(of: {
    readonly participant: string;
    readonly targetGroupArn: string;
    readonly membershipVersion: number;
  }): void {
    const { check, product } = this.#world;
    const targets = product.lastListed.get(of.targetGroupArn);
    for (const slot of check.view.slots.values()) {
      const { change, instanceId = '', layer, state } = slot;
      if (change === undefined || change.version > of.membershipVersion) continue;
      if (!check.view.hearers(layer).includes(of.participant)) continue;
      const health = targets?.get(instanceId);
      const isWrong =
        (state === 'joining' && health !== 'healthy') ||
        (state === 'leaving' && health !== undefined && health !== 'unused');
      if (!isWrong) continue;
      check.note(
        3,
        `${of.participant} says applied while ${slotName(slot)} is ${state} and its target ${health ?? 'absent'}`,
      );
    }
  }

  #requireRuns(of: {
    readonly participant: string;
    readonly membershipVersion: number;
    readonly mayFail: boolean;
  }): void {
    const { check, clock, product } = this.#world;
    const last = product.lastRuns.get(of.participant);
    if (last?.membershipVersion !== of.membershipVersion) return;
    for (const [instanceId, runs] of last.runs) {
      if (check.view.slotOf(instanceId)?.state !== 'in-service') continue;
      const over = runs.filter(({ endsAt }) => isAtOrAfter(clock.now(), endsAt));
      if (over.some(({ status }) => of.mayFail || status === 'succeeded')) continue;
      const what = over[0] === undefined ? 'it still runs' : `it ${over[0].status}`;
      check.note(3, `${of.participant} says applied although ${what} on ${instanceId}`);
    }
  }
}
