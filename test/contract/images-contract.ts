import { describe, expect, it } from 'vitest';
import type { Images } from '../../adapters/ports.ts';

/** Images that hold `parameters`, and how to end them. */
export type MakeImages = (
  parameters: Readonly<Record<string, string>>,
) => Promise<{ readonly images: Images; readonly stop: () => Promise<void> }>;

/** What every source of images promises. */
export function imagesContract(name: string, makeImages: MakeImages): void {
  describe(`${name} as a source of images`, () => {
    const parameters = {
      '/shop/web/ami': 'ami-0123456789abcdef0',
      '/shop/name': 'shop',
      '/shop/two': 'ami-01234567 x',
    };

    it('gives the AMI id that a parameter holds', async () => {
      const { images, stop } = await makeImages(parameters);

      expect(await images.resolve('/shop/web/ami')).toBe('ami-0123456789abcdef0');
      await stop();
    });

    it.each(['/shop/name', '/shop/two', '/shop/none'])(
      'throws for %s, which holds no AMI id, and names it',
      async (name) => {
        const { images, stop } = await makeImages(parameters);

        await expect(images.resolve(name)).rejects.toThrow(name);
        await stop();
      },
    );
  });
}
