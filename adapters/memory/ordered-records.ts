/** Records by key, kept in key order: keys that are added at the end or looked up cost little, whatever the number of records. */
export class OrderedRecords<R> {
  readonly #keys: string[] = [];
  readonly #records: R[] = [];

  get(key: string): R | undefined {
    const index = this.#indexOf(key);
    return this.#keys[index] === key ? this.#records[index] : undefined;
  }

  /** Adds the record, or puts it in the place of the one that has this key; returns that one. */
  put(key: string, record: R): R | undefined {
    const index = this.#indexOf(key);
    if (this.#keys[index] === key) {
      const before = this.#records[index];
      this.#records[index] = record;
      return before;
    }
    this.#keys.splice(index, 0, key);
    this.#records.splice(index, 0, record);
    return undefined;
  }

  /** Returns what was removed, if anything was. */
  remove(key: string): R | undefined {
    const index = this.#indexOf(key);
    if (this.#keys[index] !== key) return undefined;
    this.#keys.splice(index, 1);
    return this.#records.splice(index, 1)[0];
  }

  /** In ascending order of keys; the list itself, so not to be kept across a change. */
  ascending(): readonly R[] {
    return this.#records;
  }

  /** Where the key stands, or would stand. */
  #indexOf(key: string): number {
    const keys = this.#keys;
    let low = 0;
    let high = keys.length;
    const last = keys[high - 1];
    if (last === undefined || last < key) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = keys[middle];
      if (found !== undefined && found < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
