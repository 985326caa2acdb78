/**
 * Seeded chance of the simulated world: the same seed gives the same draws on every machine. Each part of the world draws from its own
 * `fork`, so that one part drawing more or less moves nothing elsewhere.
 */
export class Dice {
  readonly #seed: string;
  readonly #next: () => number;

  constructor(seed: string) {
    this.#seed = seed;
    this.#next = sfc32(seed);
  }

  /** Dice of their own for a part of the world; the same name gives the same dice. */
  fork(name: string): Dice {
    return new Dice(`${this.#seed}/${name}`);
  }

  /** Evenly from [0, 1). */
  unit(): number {
    return this.#next();
  }

  /** Evenly from [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.#next();
  }

  /** A whole number from 0 to `below` − 1. */
  below(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** True with this probability, 0 to 1. Draws once in any case. */
  happens(ratio: number): boolean {
    return this.#next() < ratio;
  }

  /** Exponential with this mean: gaps between events that do not know of each other. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.#next());
  }

  /** Lognormal: positive, right-skewed, half of the draws below `median`; `sigma` is the standard deviation of its logarithm. */
  lognormal({ median, sigma }: { readonly median: number; readonly sigma: number }): number {
    return median * Math.exp(sigma * this.#normal());
  }

  /** Standard normal, by Box and Muller (Annals of Mathematical Statistics 29, 1958). */
  #normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#next()));
    return radius * Math.cos(2 * Math.PI * this.#next());
  }
}

/** Small Fast Counting generator, 32 bit, by Chris Doty-Humphrey: part of PractRand, passes its tests. */
function sfc32(seed: string): () => number {
  let [a, b, c] = hashed(seed);
  let counter = 1;
  const draw = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  // The first draws still show the seed.
  for (let warmUp = 0; warmUp < 15; warmUp += 1) draw();
  return draw;
}

/** Three words of FNV-1a over the text, each with another start (Fowler, Noll, Vo; IETF draft-eastlake-fnv). */
function hashed(text: string): [number, number, number] {
  return [hash(text, 0x811c9dc5), hash(text, 0x01000193), hash(text, 0x9e3779b9)];
}

function hash(text: string, start: number): number {
  let value = start;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value ^ (value >>> 15);
}
