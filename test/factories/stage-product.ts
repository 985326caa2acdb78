import { MemoryTable } from '../../adapters/memory/memory-table.ts';
import type { Fleet, Metrics } from '../../adapters/ports.ts';
import type { MakeProduct } from '../../apps/backtest/play.ts';
import { type PlayedApplication, zonesOf } from '../../apps/backtest/played-application.ts';
import type { Product, ProductWorld } from '../../apps/backtest/product.ts';
import { wakesAnnounce, wakesReconcile } from '../../apps/local/stream-reader.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import type { StoredRecord } from '../../core/records.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { announceStage } from '../../functions/announce/stage.ts';
import { evaluateStage } from '../../functions/evaluate/stage.ts';
import { observeStage } from '../../functions/observe/stage.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';

/** The product as its real stages over a table in memory, for the clockwork of a back-test. */
class StageProduct implements Product {
  readonly #application: string;
  readonly #world: ProductWorld;
  readonly #table: MemoryTable;
  readonly #ports: Parameters<typeof evaluateStage>[0] & Parameters<typeof announceStage>[0];
  readonly #records: readonly StoredRecord[];
  #isFilled = false;
  #isMoving = false;
  /** Whom the stream would wake. */
  readonly #waking = new Set<'reconcile' | 'announce'>();
  #inService = new Map<string, number>();

  constructor(played: PlayedApplication, world: ProductWorld, records: readonly StoredRecord[]) {
    this.#application = played.file.application;
    this.#world = world;
    this.#records = records;
    this.#table = new MemoryTable({ now: world.now });
    for (const record of records) this.#count(record, 1);
    this.#table.onChange(({ before, after }) => {
      if (after !== undefined && wakesReconcile.has(after.kind)) this.#waking.add('reconcile');
      if (after !== undefined && wakesAnnounce.has(after.kind)) this.#waking.add('announce');
      this.#count(before, -1);
      this.#count(after, 1);
      if (after?.kind === 'decision') {
        const { decision } = after;
        world.onDecided([{ decision, memory: { wishes: [], inService: [] }, revision: undefined }], () => true);
      }
    });
    this.#ports = {
      clock: { now: world.now },
      table: this.#table,
      metrics: metricsOf(world),
      fleet: fleetOf(played, world),
      images: { resolve: async () => [...played.revisions.values()][0]?.imageId ?? '' },
      killSwitch: { isStopped: async () => false },
      ticks: {
        later: async () => {
          this.#isMoving = true;
        },
      },
      topic: {
        publish: async (notices) => {
          for (const notice of notices) world.hear(notice);
          return [];
        },
      },
    };
  }

  inService(): ReadonlyMap<string, number> {
    return this.#inService;
  }

  async evaluate(trigger: 'schedule' | 'tick'): Promise<boolean> {
    await this.#fill();
    this.#isMoving = false;
    const application = this.#application;
    await evaluateStage(this.#ports, trigger === 'tick' ? { trigger, application } : { trigger });
    if (trigger === 'tick') await observeStage(this.#ports, { kind: 'sweep', application });
    await this.#settle();
    return this.#isMoving;
  }

  async observe(instanceId: string): Promise<void> {
    await observeStage(this.#ports, { kind: 'instance', instanceId, at: this.#world.now() });
    await this.#settle();
  }

  async acknowledge(acknowledgement: Acknowledgement): Promise<void> {
    await acknowledgeStage(this.#ports, acknowledgement);
    await this.#settle();
  }

  async #fill(): Promise<void> {
    if (this.#isFilled) return;
    this.#isFilled = true;
    const counts = this.#inService;
    for (const record of this.#records) await this.#table.commit(this.#application, { put: [record] });
    this.#inService = counts;
    this.#waking.clear();
  }

  async #settle(): Promise<void> {
    while (this.#waking.size > 0) {
      if (this.#waking.delete('reconcile')) await reconcileStage(this.#ports, this.#application);
      if (this.#waking.delete('announce')) await announceStage(this.#ports, this.#application);
    }
  }

  #count(record: StoredRecord | undefined, by: number): void {
    if (record?.kind !== 'slot' || record.slot.state !== 'in-service') return;
    const { layer } = record.slot;
    this.#inService = new Map(this.#inService).set(layer, (this.#inService.get(layer) ?? 0) + by);
  }
}

function metricsOf({ metrics, now, alarms }: ProductWorld): Metrics {
  return {
    read: async (plan) => metrics.answer(plan, now()),
    publish: async (values) => metrics.publish(values.filter((value) => 'layer' in value)),
    alarms: async (names) => names.flatMap((name) => alarms(now()).get(name) ?? []),
  };
}

function fleetOf({ file }: PlayedApplication, { machines }: ProductWorld): Fleet {
  const zones = zonesOf(file.file);
  return {
    launch: async (request) => machines.launch(request),
    terminate: async (instanceIds) => machines.terminate(instanceIds),
    list: async () => machines.list(),
    find: async (instanceId) => machines.find(instanceId),
    passing: async (instanceIds) => new Set(instanceIds.filter((id) => machines.find(id)?.state === 'running')),
    zones: async (subnetIds) => new Map(subnetIds.map((id) => [id, zones.get(id) ?? ''])),
  };
}

/** Plays the stages themselves. */
export const makeStageProduct: MakeProduct = (played, world, records) => new StageProduct(played, world, records);
