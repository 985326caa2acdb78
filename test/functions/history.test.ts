import { expect, it } from 'vitest';
import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import type { MemoryTable } from '../../adapters/memory/memory-table.ts';
import { addSeconds, secondsBetween } from '../../core/amounts.ts';
import { MOST_PERIODS } from '../../core/decide-scaling/learn-history.ts';
import type { Taught } from '../../core/decision.ts';
import { type EvaluateReport, evaluateStage } from '../../functions/evaluate/stage.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';
import { makeTable, OvertakenTable, ScriptedFleet } from '../factories/stage-ports.ts';
import { later, noon } from '../factories/stored.ts';

const metric = { namespace: 'AWS/ApplicationELB', name: 'RequestCount', dimensions: {} };
const rule = { name: 'carry', kpi: 'requests', perCapacityUnit: 10, shortfallPercent: 1 };

/** CloudWatch that keeps the windows it was asked for, and refuses those of more than an hour when told to. */
class KeepingMetrics extends MemoryMetrics {
  readonly windows: number[] = [];
  refusesHistory = false;
  isOut = false;

  override async read(plan: Parameters<MemoryMetrics['read']>[0]): ReturnType<MemoryMetrics['read']> {
    const seconds = secondsBetween(plan.from, plan.until);
    this.windows.push(seconds);
    if (this.isOut || (this.refusesHistory && seconds > 3600)) throw new Error('Throttling');
    return super.read(plan);
  }
}

interface World {
  readonly clock: MemoryClock;
  readonly table: MemoryTable;
  readonly metrics: KeepingMetrics;
  evaluate(minute: number): Promise<EvaluateReport>;
  taught(): Promise<Taught | undefined>;
  lessons(): Promise<number>;
}

/** Applications, each with a web layer that has the rule, and so many minutes of load before noon. */
async function makeWorld({
  minutes,
  applications = ['shop'],
}: {
  readonly minutes: number;
  readonly applications?: readonly string[];
}): Promise<World> {
  const { table, clock } = await makeTable([]);
  const metrics = new KeepingMetrics(clock, { keepSeconds: 15 * 86_400 });
  const kpis = { requests: { metric: { ...metric, stat: 'Sum' } } };
  for (const application of applications) {
    const file = makeApplication({ application, kpis, layers: { web: makeLayer({ rules: [rule] }) } });
    const record = {
      kind: 'file',
      application,
      version: 1,
      file,
      parameters: {},
      vanished: {},
      appliedAt: noon,
    } as const;
    await table.commit(application, { put: [record] });
  }
  const put = (minute: number) => metrics.put(metric, { at: later(minute * 60 - 60), values: [80 + (minute % 7)] });
  for (let minute = 1 - minutes; minute <= 0; minute += 1) put(minute);
  const ports = {
    table,
    clock,
    metrics,
    fleet: new ScriptedFleet(),
    images: new MemoryImages(new Map()),
    killSwitch: new MemoryKillSwitch(),
  };
  const memory = async () => (await table.load('shop')).scaling.get('web')?.memory;
  return {
    clock,
    table,
    metrics,
    evaluate: async (minute) => {
      clock.advanceTo(later(minute * 60));
      if (minute > 0) put(minute);
      return evaluateStage({ ...ports, ticks: { later: async () => undefined } }, { trigger: 'schedule' });
    },
    taught: async () => (await memory())?.taught?.['carry'],
    lessons: async () => (await memory())?.forecasts?.['carry']?.demand?.count ?? 0,
  };
}

it('teaches a rule what CloudWatch still has, slice by slice, each stored before the next, and then goes on with today', async () => {
  const world = await makeWorld({ minutes: 2 * MOST_PERIODS + 60 });
  const lessons: number[] = [];
  for (const minute of [0, 1, 2, 3]) {
    await world.evaluate(minute);
    lessons.push(await world.lessons());
  }
  expect(lessons).toEqual([MOST_PERIODS, 2 * MOST_PERIODS, 2 * MOST_PERIODS + 62, 2 * MOST_PERIODS + 63]);
  expect(await world.taught()).toEqual({ until: later(180) });
  expect(world.metrics.windows.filter((seconds) => seconds > 3600)).toHaveLength(3);
});

it('starts a rule whose metric is new at once, and asks once', async () => {
  const world = await makeWorld({ minutes: 1 });
  for (const minute of [0, 1, 2]) await world.evaluate(minute);
  expect(await world.lessons()).toBe(3);
  expect(world.metrics.windows.filter((seconds) => seconds > 3600)).toHaveLength(1);
});

it('says when history could not be read, tries again as often as it says and no oftener, and starts without', async () => {
  const world = await makeWorld({ minutes: 600 });
  world.metrics.refusesHistory = true;
  const reports: EvaluateReport[] = [];
  for (let minute = 0; minute <= 20; minute += 1) reports.push(await world.evaluate(minute));
  const failed = reports.flatMap(({ degraded }, minute) => (degraded.length > 0 ? [minute] : []));
  expect(failed).toEqual([0, 1, 3, 7, 15]);
  expect(reports[0]?.degraded).toEqual(['history of web "carry": Throttling']);
  expect(await world.lessons()).toBe(6);
  const decisions = await world.table.decisions('shop', { limit: 99 });
  expect(decisions.some(({ decision }) => decision.because.includes('could not be read'))).toBe(true);
});

it('learns all of it after all when a later try succeeds', async () => {
  const world = await makeWorld({ minutes: 600 });
  world.metrics.refusesHistory = true;
  await world.evaluate(0);
  world.metrics.refusesHistory = false;
  await world.evaluate(1);
  expect(await world.lessons()).toBe(601);
});

it('fills the gap that an outage of the metrics left, once they are back', async () => {
  const world = await makeWorld({ minutes: 60 });
  for (let minute = 0; minute <= 40; minute += 1) {
    world.metrics.isOut = minute >= 10 && minute < 30;
    await world.evaluate(minute);
  }
  expect(await world.lessons()).toBe(100);
});

it('fills the gap that is left when nobody evaluated', async () => {
  const world = await makeWorld({ minutes: 60 });
  await world.evaluate(0);
  for (let minute = 1; minute < 30; minute += 1) {
    world.clock.advanceTo(later(minute * 60));
    world.metrics.put(metric, { at: later(minute * 60 - 60), values: [80] });
  }
  await world.evaluate(30);
  expect(await world.lessons()).toBe(90);
});

it('teaches a slice once when another evaluation is faster', async () => {
  const world = await makeWorld({ minutes: 600 });
  const fleet = new ScriptedFleet();
  const table = new OvertakenTable(world.table, 2);
  const ports = { ...world, table, fleet, images: new MemoryImages(new Map()), killSwitch: new MemoryKillSwitch() };
  await evaluateStage({ ...ports, ticks: { later: async () => undefined } }, { trigger: 'schedule' });
  expect(await world.lessons()).toBe(600);
});

it('lets four applications learn in one run, and the others wait for theirs', async () => {
  const applications = Array.from({ length: 7 }, (_, index) => `shop-${index}`);
  const world = await makeWorld({ minutes: 60, applications });
  const learnt = async () => {
    const stored = await Promise.all(applications.map((name) => world.table.load(name)));
    return stored.filter(({ scaling }) => scaling.get('web')?.memory.taught?.['carry'] !== undefined).length;
  };
  await world.evaluate(0);
  expect(await learnt()).toBe(4);
  await world.evaluate(1);
  expect(await learnt()).toBe(7);
});

it('keeps what it has learnt small enough to be stored, with the whole history behind it', async () => {
  const world = await makeWorld({ minutes: MOST_PERIODS });
  await world.evaluate(0);
  const memory = (await world.table.load('shop')).scaling.get('web')?.memory;
  expect(JSON.stringify(memory).length).toBeLessThan(65_536);
  expect(addSeconds(noon, 0)).toBe((await world.taught())?.until);
});
