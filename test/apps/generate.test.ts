import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../apps/generate/generated-files.ts';

test.each(generatedFiles())('$path is what the code says now: else run npm run generate', ({ path, text }) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('the page has one section for each object, and says required, default or none of each key', () => {
  const page = generatedFiles().find(({ path }) => path.endsWith('.md'))?.text ?? '';

  const headings = page.split('\n').filter((line) => line.startsWith('## '));
  expect(new Set(headings).size).toBe(headings.length);
  expect(page).toContain(
    '| `maxHourlyUsd` | a number above 0, up to 1000000 | **required** | Growth that would cost more an hour is cut. |',
  );
  expect(page).toContain('| `tolerancePercent` | a number from 0 to 50 | `10` |');
  expect(page).not.toMatch(/undefined|\[object/);
});
