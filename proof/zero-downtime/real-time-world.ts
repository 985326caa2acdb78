import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SystemChance } from '../../adapters/aws/system-chance.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import { MemoryTable } from '../../adapters/memory/memory-table.ts';
import { MemoryTicks } from '../../adapters/memory/memory-ticks.ts';
import type { Topic } from '../../adapters/ports.ts';
import type { Slot } from '../../core/instance-life.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { announceStage } from '../../functions/announce/stage.ts';
import { applyStage } from '../../functions/apply/stage.ts';
import { evaluateStage } from '../../functions/evaluate/stage.ts';
import { observeStage } from '../../functions/observe/stage.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';
import { ProcessFleet } from './process-fleet.ts';

const application = 'live';
/** The schedule of this world: a minute would make the proof long. */
const scheduleMillis = 1000;
const streamMillis = 20;

/** The production stages in real time on one computer: table and metrics in memory, machines as processes, notices over HTTP. */
export class RealTimeWorld {
  readonly fleet: ProcessFleet;
  readonly #clock = new SystemClock();
  readonly #table = new MemoryTable(this.#clock);
  readonly #metrics = new MemoryMetrics(this.#clock);
  readonly #errors: unknown[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #door: Server;
  #noticeUrl = '';
  #chain: Promise<unknown> = Promise.resolve();
  #isWoken = false;
  #isClosed = false;

  constructor(instanceScript: string) {
    const onChange = (instanceId: string): void =>
      this.#soon(() => observeStage(this.#ports(), { kind: 'instance', instanceId, at: this.#clock.now() }));
    this.fleet = new ProcessFleet({ clock: this.#clock, script: instanceScript, onChange });
    this.#door = createServer(async (incoming, response) => {
      let text = '';
      for await (const part of incoming.setEncoding('utf8')) text += part;
      const body: unknown = JSON.parse(text);
      this.#soon(() => acknowledgeStage(this.#ports(), body));
      response.end();
    });
  }

  /** Where participants acknowledge. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#door.listen(0, '127.0.0.1', resolve));
    this.#table.onChange(() => this.#wake());
    const { port } = this.#door.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Where the load balancer hears its notices; from now on everything moves. */
  start(noticeUrl: string): void {
    this.#noticeUrl = noticeUrl;
    const ports = this.#ports();
    this.#timers.push(
      setInterval(() => {
        this.#soon(() => evaluateStage(ports, { trigger: 'schedule' }));
        this.#soon(() => observeStage(ports, { kind: 'sweep' }));
      }, scheduleMillis),
    );
  }

  /** Applies the file with the web layer at exactly this many. */
  async scaleTo(count: number): Promise<void> {
    const file = {
      application,
      layers: {
        web: {
          image: { id: 'ami-0123456789abcdef0' },
          sizes: [{ type: 'local.process', hourlyUsd: 0 }],
          count: { min: count, max: count },
          launch: { subnetIds: ['subnet-here'] },
          drainSeconds: 1,
          scaleIn: { stabilizationSeconds: 0 },
        },
      },
      participants: { lb: { hears: ['web'], acknowledge: { withinSeconds: 30 } } },
    };
    const report = await applyStage(this.#ports(), { text: JSON.stringify(file), parameters: {}, drainLayers: [] });
    if (report.outcome === 'refused') throw new Error(JSON.stringify(report.problems));
  }

  async slots(): Promise<readonly Slot[]> {
    return (await this.#table.load(application)).slots.map(({ slot }) => slot);
  }

  /** Until exactly `count` are in service and nothing else is there. Throws after `seconds`, or when a stage failed. */
  async settledAt(count: number, seconds = 60): Promise<void> {
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const slots = await this.slots();
      if (slots.length === count && slots.every(({ state }) => state === 'in-service')) return;
      if (this.#errors.length > 0) throw new AggregateError(this.#errors, `a stage failed: ${String(this.#errors[0])}`);
      if (performance.now() > until) {
        throw new Error(`not settled at ${count}: ${slots.map((slot) => `${slot.number} ${slot.state}`).join(', ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Nothing moves any more: the ends of the machines must not be answered with new ones. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.fleet.endAll();
    this.#door.close();
    this.#door.closeAllConnections();
  }

  #ports() {
    const topic: Topic = {
      publish: async (notices) => {
        const refused = [];
        for (const notice of notices) {
          const answer = await fetch(this.#noticeUrl, { method: 'POST', body: JSON.stringify(notice) }).catch(String);
          if (typeof answer === 'string') refused.push({ notice, reason: answer });
        }
        return refused;
      },
    };
    return {
      clock: this.#clock,
      chance: new SystemChance(),
      table: this.#table,
      metrics: this.#metrics,
      fleet: this.fleet,
      images: new MemoryImages(new Map()),
      topic,
      ticks: new MemoryTicks(this.#clock, () => undefined),
      killSwitch: new MemoryKillSwitch(),
    };
  }

  /** The table's stream: what was written a moment ago wakes reconcile and announce, once for all of it. */
  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    setTimeout(() => {
      this.#isWoken = false;
      this.#soon(() => reconcileStage(this.#ports(), application));
      this.#soon(() => announceStage(this.#ports(), application));
    }, streamMillis);
  }

  /** One after the other, as one reader of a stream does; what fails ends the proof. */
  #soon(run: () => Promise<unknown>): void {
    if (this.#isClosed) return;
    this.#chain = this.#chain
      .then(() => (this.#isClosed ? undefined : run()))
      .catch((error: unknown) => this.#errors.push(error));
  }
}
