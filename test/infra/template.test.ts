import { expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

const template = synthesize();

it('is the template that was looked at: a difference here is read, then accepted', () => {
  const text = JSON.stringify(template.toJSON(), undefined, 2)
    .replaceAll(/[0-9a-f]{64}/g, '<asset>')
    .replaceAll(/"Application": .*/g, '"Application": "<file>",');
  expect(text).toMatchSnapshot();
});
