import type { TableChange } from '../../adapters/memory/memory-table.ts';

/** Which machines carry load: those that the table has in service and that EC2 really runs. */
export class ServingInstances {
  readonly #byLayer = new Map<string, Set<string>>();
  readonly #layerOf = new Map<string, string>();
  readonly #fewest = new Map<string, number>();
  readonly #onChange: (layer: string, count: number) => void;

  constructor(onChange: (layer: string, count: number) => void) {
    this.#onChange = onChange;
  }

  follow({ after }: TableChange): void {
    if (after?.kind !== 'slot' || after.slot.instanceId === undefined) return;
    const { layer, instanceId, state } = after.slot;
    if (state === 'in-service') this.#add(layer, instanceId);
    else this.remove(instanceId);
  }

  /** Its machine has ended, whatever the table says. */
  remove(instanceId: string): void {
    const layer = this.#layerOf.get(instanceId);
    if (layer === undefined) return;
    this.#layerOf.delete(instanceId);
    this.#byLayer.get(layer)?.delete(instanceId);
    const count = this.count(layer);
    this.#fewest.set(layer, Math.min(this.#fewest.get(layer) ?? count, count));
    this.#onChange(layer, count);
  }

  count(layer: string): number {
    return this.#byLayer.get(layer)?.size ?? 0;
  }

  /** The fewest that served since this was last asked. */
  takeFewest(layer: string): number {
    const count = this.count(layer);
    const fewest = Math.min(this.#fewest.get(layer) ?? count, count);
    this.#fewest.set(layer, count);
    return fewest;
  }

  #add(layer: string, instanceId: string): void {
    if (this.#layerOf.has(instanceId)) return;
    this.#layerOf.set(instanceId, layer);
    const instances = this.#byLayer.get(layer) ?? new Set();
    instances.add(instanceId);
    this.#byLayer.set(layer, instances);
    this.#onChange(layer, instances.size);
  }
}
