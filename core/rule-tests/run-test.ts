import { addSeconds, type Instant, instantFromIso } from '../amounts.ts';
import type { Application } from '../application/application-schema.ts';
import type { Layer } from '../application/layer-schema.ts';
import { decideScaling } from '../decide-scaling/decide-scaling.ts';
import type { LayerSituation } from '../decide-scaling/layer-situation.ts';
import type { Decision, ScalingMemory } from '../decision.ts';
import type { AlarmReadings } from '../readings.ts';
import { compareDecision, type Mismatch } from './compare-decision.ts';
import { settingsOf } from './read-tests.ts';
import { testReadings } from './test-readings.ts';
import type { RuleTest, RuleTestStep, TestReadings } from './tests-schema.ts';

/** One decision of a test, and in what it is not as expected. */
export interface StepResult {
  /** 1 for the first decision, 2 for the first of `afterwards` … */
  readonly step: number;
  readonly decision: Decision;
  readonly mismatches: readonly Mismatch[];
}

/** What came of one test. All its decisions are made, also after one that is not as expected. */
export interface TestResult {
  readonly name: string;
  readonly isPassed: boolean;
  readonly steps: readonly StepResult[];
}

/** Decides what a test states by the production code, step after step: each begins with what the one before decided and remembers. */
export function runTest(application: Application, test: RuleTest): TestResult {
  const settings = settingsOf(application, test);
  if (settings === undefined) throw new RangeError(`${test.layer} has no ${test.rules} rules: read the tests first`);
  const scene: Scene = {
    application: { ...application, layers: { ...application.layers, [test.layer]: settings } },
    settings,
    test,
  };
  let moment = firstMoment(test, settings);
  const steps: StepResult[] = [];
  for (const next of [undefined, ...test.afterwards]) {
    if (next !== undefined) moment = laterMoment(moment, next);
    const { decision, memory } = decideScaling(situationOf(scene, moment));
    const expected = next === undefined ? test.expect : next.expect;
    steps.push({
      step: steps.length + 1,
      decision,
      mismatches: expected === undefined ? [] : compareDecision(expected, decision),
    });
    moment = { ...moment, memory, desired: decision.to.count };
  }
  return { name: test.name, isPassed: steps.every(({ mismatches }) => mismatches.length === 0), steps };
}

interface Scene {
  readonly application: Application;
  readonly settings: Layer;
  readonly test: RuleTest;
}

/** Everything that changes from step to step. */
interface Moment {
  readonly now: Instant;
  readonly desired: number;
  readonly inService: number;
  readonly newestInServiceAt: Instant;
  readonly failed: number;
  readonly memory: ScalingMemory;
  readonly readings: TestReadings;
  readonly alarms: RuleTest['alarms'];
  readonly others: RuleTest['state']['others'];
}

/** Those in service at first have served for so long. */
const SERVED_SECONDS = 3600;
/** The evaluation before the first. */
const BEFORE_SECONDS = 60;

function firstMoment({ at, state, readings, alarms }: RuleTest, { scaleIn }: Layer): Moment {
  const now = instantFromIso(at);
  const { desired, inService = desired, failed, others } = state;
  const servedSince = addSeconds(now, -SERVED_SECONDS);
  const watchedSeconds = state.watchedSeconds ?? scaleIn.stabilizationSeconds + BEFORE_SECONDS;
  const wishes = state.wishes
    .map(({ secondsAgo, count }) => ({ at: addSeconds(now, -secondsAgo), count }))
    .toSorted((a, b) => a.at - b.at);
  const memory: ScalingMemory = {
    ...(state.scaledOutSecondsAgo === undefined ? {} : { scaledOutAt: addSeconds(now, -state.scaledOutSecondsAgo) }),
    ...(state.scaledInSecondsAgo === undefined ? {} : { scaledInAt: addSeconds(now, -state.scaledInSecondsAgo) }),
    wishes:
      watchedSeconds === 0
        ? []
        : [...wishes, { at: addSeconds(now, -Math.min(BEFORE_SECONDS, watchedSeconds)), count: 0 }],
    wishesSince: addSeconds(now, -watchedSeconds),
    inService: [{ at: servedSince, count: inService }],
  };
  return { now, desired, inService, newestInServiceAt: servedSince, failed, memory, readings, alarms, others };
}

/** Without a word of it, all that were desired serve from the decision before on. */
function laterMoment(before: Moment, { afterSeconds, state, readings, alarms }: RuleTestStep): Moment {
  const inService = state.inService ?? before.desired;
  return {
    ...before,
    now: addSeconds(before.now, afterSeconds),
    inService,
    newestInServiceAt: inService > before.inService ? before.now : before.newestInServiceAt,
    failed: state.failed ?? before.failed,
    readings: mergedReadings(before.readings, readings),
    alarms: { ...before.alarms, ...alarms },
    others: { ...before.others, ...state.others },
  };
}

function mergedReadings(before: TestReadings, changed: TestReadings): TestReadings {
  if (changed === 'outage') return changed;
  if (before === 'outage') return Object.keys(changed).length === 0 ? before : changed;
  return { ...before, ...changed };
}

function situationOf({ application, settings, test }: Scene, moment: Moment): LayerSituation {
  const { now, desired, alarms } = moment;
  const [size] = settings.sizes;
  const { hourlyUsd = 0, capacity = 1 } = size ?? {};
  const others = othersOf(application, test.layer, moment.others);
  return {
    name: test.layer,
    settings,
    desired: { count: desired, revision: 1, hourlyUsd },
    revision: { number: 1, hourlyUsd, capacity },
    bootSeconds: test.state.bootSeconds,
    inService: moment.inService,
    newestInServiceAt: moment.newestInServiceAt,
    failed: moment.failed,
    memory: moment.memory,
    others,
    othersHourlyUsd: costOf(application, others),
    limits: application.limits.filter(({ layer }) => layer === test.layer),
    maxHourlyUsd: application.budget?.maxHourlyUsd,
    readings: testReadings(application, moment.readings, now),
    alarms: alarmsOf(alarms, now),
    now,
    trigger: 'schedule',
    fileVersion: 1,
  };
}

function othersOf(application: Application, layer: string, stated: Moment['others']): LayerSituation['others'] {
  const others = Object.entries(application.layers).filter(([name]) => name !== layer);
  return new Map(
    others.map(([name, { count }]) => {
      const { desired, inService = desired } = stated[name] ?? { desired: count.min };
      return [name, { desired, inService }];
    }),
  );
}

function costOf({ layers }: Application, others: LayerSituation['others']): number {
  return [...others].reduce((sum, [name, { desired }]) => sum + desired * (layers[name]?.sizes[0]?.hourlyUsd ?? 0), 0);
}

/** In their state for as long as those in service serve: an alarm complains about all of them. */
function alarmsOf(alarms: RuleTest['alarms'], now: Instant): AlarmReadings {
  return new Map(
    Object.entries(alarms).map(([name, state]) => [name, { name, state, since: addSeconds(now, -SERVED_SECONDS) }]),
  );
}
