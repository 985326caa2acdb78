import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = readFileSync('SECURITY.md', 'utf8').replaceAll(/\s+/g, ' ');

/** Test names in quotation marks, then the files in brackets: each name stands in one of its files. */
function citations(): readonly { readonly name: string; readonly files: readonly string[] }[] {
  const groups = text.matchAll(/((?:“[^”]+”(?:, | and )?)+) ?\(((?:`test\/[^`]+`(?:, )?)+)\)/g);
  return [...groups].flatMap(([, names = '', files = '']) =>
    [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({
      name,
      files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
    })),
  );
}

describe('SECURITY.md', () => {
  it('names a test that exists for everything that it calls stopped', () => {
    const cited = citations();
    const missing = cited.filter(({ name, files }) => !files.some((file) => namesOf(file).includes(name)));

    expect(cited.length).toBeGreaterThan(45);
    expect(missing).toEqual([]);
  });

  it('leaves no quotation without its file', () => {
    const quoted = [...text.matchAll(/“([^”]+)”/g)].map(([, name]) => name).filter((name) => name !== 'its name');

    expect(quoted.toSorted()).toEqual(
      citations()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  it('answers every question that it asks', () => {
    for (const question of [
      'launch machines',
      'terminate machines',
      'read user data',
      'forge a metric',
      'replay an acknowledgement',
      'a change of the membership',
    ])
      expect(text).toMatch(new RegExp(`## Who could [^|?]*${question}`));
  });
});

/** First texts in the file's calls of `it`, and in the rows of its tables. */
function namesOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll("\\'", "'");
}
