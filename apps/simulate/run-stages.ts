import type { Acknowledgement } from '../../core/notice.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { announceStage } from '../../functions/announce/stage.ts';
import { evaluateStage } from '../../functions/evaluate/stage.ts';
import { hookStage } from '../../functions/hook/stage.ts';
import { type ObserveWake, observeStage } from '../../functions/observe/stage.ts';
import { probeStage } from '../../functions/probe/stage.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';
import type { Wake } from '../../functions/run-wakes.ts';
import { targetGroupStage } from '../../functions/target-group/stage.ts';
import type { StageName } from '../../infra/bundle.ts';
import { asynchronousRetrySeconds, Invocations, streamRetrySeconds } from '../local/invocations.ts';
import type { AllPorts } from './faulty-runs.ts';
import { runHanging } from './hang.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/** A stage that looks at one application when it is woken. */
export type LookingStage = 'target-group' | 'hook' | 'probe';

/** A message of a queue that failed comes again after its visibility time-out, 60 s here. */
const queueRetrySeconds: readonly number[] = [60, 60, 60];

/** Every simulated world has this one. */
const application = 'shop';

/** Stages that may run beside any other, all but announce: a stream hands one application to one reader, and the order of notices rests on that. */
const companions: readonly (readonly [StageName, (ports: AllPorts) => Promise<unknown>])[] = [
  ['evaluate', (ports) => evaluateStage(ports, { trigger: 'tick', application })],
  ['observe', (ports) => observeStage(ports, { kind: 'sweep', application })],
  ['reconcile', (ports) => reconcileStage(ports, application)],
];

/** Not announce, for the same reason. */
const mayHang: ReadonlySet<StageName> = new Set([
  ...(['evaluate', 'observe', 'reconcile', 'acknowledge', 'probe', 'hook', 'target-group'] as const),
]);

/** Runs the production stages of a world as Lambda would, with their faults, and counts the runs. */
export class StageRuns {
  readonly #world: SimulatedWorld;
  readonly #invocations: Invocations;
  /** The one run that never happens, counted from 0. */
  readonly #lost: number | undefined;
  /** Runs so far. */
  runs = 0;

  constructor(world: SimulatedWorld, { lost }: { readonly lost?: number | undefined } = {}) {
    this.#world = world;
    this.#lost = lost;
    this.#invocations = new Invocations(world.agenda, world.clock, () => world.check.afterStage());
  }

  /** For readers of the stream, which invoke by themselves. */
  get invocations(): Invocations {
    return this.#invocations;
  }

  schedule(): Promise<void> {
    return this.#invoke('evaluate', asynchronousRetrySeconds, (ports) => evaluateStage(ports, { trigger: 'schedule' }));
  }

  tick(): Promise<void> {
    const wake = { trigger: 'tick', application } as const;
    return this.#invoke('evaluate', queueRetrySeconds, (ports) => evaluateStage(ports, wake));
  }

  observe(wake: ObserveWake): Promise<void> {
    return this.#invoke('observe', asynchronousRetrySeconds, (ports) => observeStage(ports, wake));
  }

  acknowledge(body: Acknowledgement): Promise<void> {
    return this.#invoke('acknowledge', streamRetrySeconds, (ports) => acknowledgeStage(ports, body));
  }

  look(stage: LookingStage, wake: Wake): Promise<void> {
    const run = { 'target-group': targetGroupStage, hook: hookStage, probe: probeStage }[stage];
    return this.#invoke(stage, queueRetrySeconds, (ports) => run(ports, wake));
  }

  reconcile(): Promise<void> {
    return this.#once('reconcile', (ports) => reconcileStage(ports, application));
  }

  announce(): Promise<void> {
    return this.#once('announce', (ports) => announceStage(ports, application));
  }

  #invoke(
    stage: StageName,
    retrySeconds: readonly number[],
    run: (ports: AllPorts) => Promise<unknown>,
  ): Promise<void> {
    return this.#invocations.invoke({ stage, run: () => this.#once(stage, run), retrySeconds });
  }

  /** Now and then another run starts while the first is under way: they meet at every call. What becomes of it is nobody's business. */
  async #once(stage: StageName, run: (ports: AllPorts) => Promise<unknown>): Promise<void> {
    const position = this.runs;
    this.runs += 1;
    if (position === this.#lost) return;
    const { dice, isCalm, scenario } = this.#world;
    const ports = this.#world.portsOfRun(stage);
    const seconds = this.#drawHang(stage);
    const first = seconds === 0 ? run(ports) : runHanging(this.#world, { run, ports, seconds });
    if (isCalm || !dice.happens(scenario.together)) {
      await first;
      return;
    }
    const [other, beside] = this.#companion(stage, run);
    this.#world.faults.note(`${other} beside ${stage}`);
    const [result] = await Promise.allSettled([first, beside(this.#world.portsOfRun(other))]);
    if (result.status === 'rejected') throw result.reason;
  }

  /** For how many seconds a run hangs, mostly 0. */
  #drawHang(stage: StageName): number {
    const { dice, isCalm, scenario } = this.#world;
    const { ratio, seconds } = scenario.hangs;
    const isHanging = !isCalm && ratio > 0 && mayHang.has(stage) && dice.happens(ratio);
    return isHanging ? dice.between(1, seconds) : 0;
  }

  #companion(
    stage: StageName,
    run: (ports: AllPorts) => Promise<unknown>,
  ): readonly [StageName, (ports: AllPorts) => Promise<unknown>] {
    const { dice } = this.#world;
    const isSame = dice.happens(0.5) && stage !== 'announce';
    return isSame ? [stage, run] : (companions[dice.below(companions.length)] ?? [stage, run]);
  }
}
