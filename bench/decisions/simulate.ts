import type { Trace } from './traces.ts';

/** What one run plays: the same for every autoscaler. */
export interface World {
  readonly trace: Trace;
  /** How many instances the highest load of the trace needs. */
  readonly peakInstances: number;
  readonly bootSeconds: number;
  /** How long after the end of a step its metrics can be read. */
  readonly delaySeconds: number;
  /** EC2 bills a Linux instance by the second, and 60 seconds at least. */
  readonly minimumBilledSeconds: number;
}

/** Utilisation an instance may reach within the SLO; `d(t)` counts instances at this limit. */
export const sloUtilisationRatio = 0.8;
/** Days at the start of a long trace that are played and not scored, so that those who learn can. */
const learningDays = 2;
/** Traces shorter than this are scored from their first step. */
const shortestTraceWithLearningDays = 4;
const secondsPerDay = 86_400;

/** What an autoscaler may see at the start of a step. Metrics cover steps 0 up to, not including, `known`. */
export interface View {
  readonly step: number;
  readonly stepSeconds: number;
  readonly known: number;
  readonly inService: number;
  /** In service and booting. */
  readonly total: number;
  /** The load of one published step. */
  load(step: number): number;
  /** Mean load over published steps [from, to). */
  meanLoad(from: number, to: number): number;
  /** Mean utilisation of the instances in service over published steps [from, to); above 1 when overloaded, which favours the baselines. */
  meanUtilisation(from: number, to: number): number;
  /** Mean number in service over published steps [from, to). */
  meanInService(from: number, to: number): number;
}

/** Answers the number of instances it wants, booting ones included; keeps its own state. */
export type Controller = (view: View) => number;

/** Who decides: started anew for each world and setting. */
export interface Autoscaler {
  readonly name: string;
  /** What is swept to give the curve of cost against risk. */
  readonly settings: readonly number[];
  start(world: World, setting: number): Controller;
}

/** What happened, step by step. */
export interface Run {
  /** In service, per step. */
  readonly inService: Int32Array;
  /** Billed steps per step (instances that are billed in it), the minimum billing charged where an instance ends. */
  readonly billed: Float64Array;
  /** Changes of the wanted number, per step. */
  readonly acted: Uint8Array;
}

/** Load that one instance carries within the SLO. */
export function loadPerInstance(world: World): number {
  return peakLoad(world.trace.load) / world.peakInstances;
}

/** Instances needed at each step, one at least. */
export function neededInstances(world: World): Int32Array {
  const perInstance = loadPerInstance(world);
  return Int32Array.from(world.trace.load, (load) => Math.max(1, Math.ceil(load / perInstance - 1e-9)));
}

/** Where scoring begins: after two days, or at once for traces under four. */
export function firstScoredStep(trace: Trace): number {
  const days = (trace.load.length * trace.stepSeconds) / secondsPerDay;
  return days < shortestTraceWithLearningDays ? 0 : (learningDays * secondsPerDay) / trace.stepSeconds;
}

/** Whole steps that cover `seconds`. */
export function stepsOf(seconds: number, stepSeconds: number): number {
  return Math.ceil(seconds / stepSeconds - 1e-9);
}

/** Most instances anyone may ask for: twice what the peak needs, so that nobody is helped by knowing the peak. */
function mostInstances(world: World): number {
  return 2 * world.peakInstances;
}

/**
 * Plays the trace against one autoscaler. At the start of each step it sees what is published and answers; launches are in service a boot time
 * later and billed from now; terminations act at once, newest first (what still boots goes before what serves). All start with the most
 * that is needed before anyone's first launch could serve (delay and boot), because no autoscaler can do anything about that time.
 */
export function simulate(world: World, controller: Controller): Run {
  const steps = world.trace.load.length;
  const bootSteps = stepsOf(world.bootSeconds, world.trace.stepSeconds);
  const minimumSteps = stepsOf(world.minimumBilledSeconds, world.trace.stepSeconds);
  const run = { inService: new Int32Array(steps), billed: new Float64Array(steps), acted: new Uint8Array(steps) };
  const history = new History(world);
  const firstAnswered = stepsOf(world.delaySeconds, world.trace.stepSeconds) + bootSteps + 1;
  const atStart = neededInstances(world)
    .subarray(0, firstAnswered)
    .reduce((most, value) => Math.max(most, value), 1);
  const launchedAt: number[] = new Array(atStart).fill(-bootSteps - minimumSteps);
  let serving = launchedAt.length;
  for (let step = 0; step < steps; step += 1) {
    while (serving < launchedAt.length && (launchedAt[serving] ?? 0) + bootSteps <= step) serving += 1;
    history.step = step;
    history.inService = serving;
    history.total = launchedAt.length;
    const wanted = Math.min(mostInstances(world), Math.max(1, Math.ceil(controller(history) - 1e-9)));
    if (wanted !== launchedAt.length) run.acted[step] = 1;
    while (launchedAt.length < wanted) launchedAt.push(step);
    while (launchedAt.length > wanted) {
      const age = step - (launchedAt.pop() ?? 0);
      run.billed[step] = (run.billed[step] ?? 0) + Math.max(0, minimumSteps - age);
    }
    serving = Math.min(serving, launchedAt.length);
    run.inService[step] = serving;
    run.billed[step] = (run.billed[step] ?? 0) + launchedAt.length;
    history.record(serving);
  }
  return run;
}

/** What has happened so far, with running sums so that any mean is cheap; hands out published steps only. */
class History implements View {
  step = 0;
  inService = 0;
  total = 0;
  readonly stepSeconds: number;
  private readonly delaySteps: number;
  private readonly perInstanceAtFull: number;
  private readonly loads: Float64Array;
  private readonly loadSums: Float64Array;
  private readonly utilisationSums: Float64Array;
  private readonly inServiceSums: Float64Array;

  constructor(world: World) {
    const { load, stepSeconds } = world.trace;
    this.stepSeconds = stepSeconds;
    this.delaySteps = stepsOf(world.delaySeconds, stepSeconds);
    this.perInstanceAtFull = loadPerInstance(world) / sloUtilisationRatio;
    this.loads = load;
    this.loadSums = new Float64Array(load.length + 1);
    this.utilisationSums = new Float64Array(load.length + 1);
    this.inServiceSums = new Float64Array(load.length + 1);
  }

  get known(): number {
    return Math.max(0, this.step - this.delaySteps);
  }

  load(step: number): number {
    this.refuseUnpublished(step, step + 1);
    return this.loads[step] ?? 0;
  }

  meanLoad(from: number, to: number): number {
    return this.mean(this.loadSums, from, to);
  }

  meanUtilisation(from: number, to: number): number {
    return this.mean(this.utilisationSums, from, to);
  }

  meanInService(from: number, to: number): number {
    return this.mean(this.inServiceSums, from, to);
  }

  record(serving: number): void {
    const load = this.loads[this.step] ?? 0;
    this.append(this.loadSums, load);
    this.append(this.utilisationSums, load / (Math.max(1, serving) * this.perInstanceAtFull));
    this.append(this.inServiceSums, serving);
  }

  private append(sums: Float64Array, value: number): void {
    sums[this.step + 1] = (sums[this.step] ?? 0) + value;
  }

  private mean(sums: Float64Array, from: number, to: number): number {
    this.refuseUnpublished(from, to);
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
  }

  private refuseUnpublished(from: number, to: number): void {
    if (from < 0 || to > this.known || from >= to)
      throw new RangeError(`steps [${from}, ${to}) are not published: ${this.known} steps are`);
  }
}

function peakLoad(load: Float64Array): number {
  let peak = 0;
  for (const value of load) peak = Math.max(peak, value);
  return peak > 0 ? peak : 1;
}
