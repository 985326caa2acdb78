import type { Images } from '../ports.ts';

/** AMI ids by SSM parameter, held in memory. */
export class MemoryImages implements Images {
  readonly #images: Map<string, string>;

  constructor(images: ReadonlyMap<string, string> = new Map()) {
    this.#images = new Map(images);
  }

  /** What a new bake does: the parameter names another image from now on. */
  set(ssmParameter: string, imageId: string): void {
    this.#images.set(ssmParameter, imageId);
  }

  async resolve(ssmParameter: string): Promise<string> {
    const imageId = this.#images.get(ssmParameter);
    if (imageId === undefined) throw new Error(`there is no SSM parameter ${ssmParameter}`);
    if (!/^ami-[0-9a-f]{8,17}$/.test(imageId)) {
      throw new Error(`the SSM parameter ${ssmParameter} holds no AMI id: ${JSON.stringify(imageId)}`);
    }
    return imageId;
  }
}
