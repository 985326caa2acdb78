import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../../core/application/read-json.ts';

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

describe('read JSON', () => {
  test.each([
    [
      '',
      'line 1, column 1',
      'the end of the file',
      'a value: an object, a list, a text, a number, true, false or null',
      undefined,
    ],
    [
      '{\n  "a": 1,\n}',
      'line 3, column 1',
      '"}"',
      'a key in double quotes',
      'a comma stands before it: none may follow the last item',
    ],
    [
      '[1, 2,]',
      'line 1, column 7',
      '"]"',
      expect.stringContaining('a value'),
      'a comma stands before it: none may follow the last item',
    ],
    ['{"a": 1 "b": 2}', 'line 1, column 9', '"\\"b\\": 2}"', 'a comma or }', undefined],
    ['[1 2]', 'line 1, column 4', '"2]"', 'a comma or ]', undefined],
    ['{"a" 1}', 'line 1, column 6', '"1}"', 'a colon after the key', undefined],
    ['{a: 1}', 'line 1, column 2', '"a: 1}"', 'a key in double quotes', undefined],
    ["{'a': 1}", 'line 1, column 2', '"\'a\': 1}"', 'a key in double quotes', 'JSON knows double quotes only'],
    ['{\n  // why\n  "a": 1}', 'line 2, column 3', '"// why"', 'a key in double quotes', 'JSON has no comments'],
    ['{"a": 01}', 'line 1, column 7', '"01}"', expect.stringContaining('a value'), undefined],
    ['{"a": tru}', 'line 1, column 7', '"tru}"', expect.stringContaining('a value'), undefined],
    [
      '{"a": "b\nc"}',
      'line 1, column 9',
      'the end of the line',
      expect.stringContaining('a text on one line'),
      undefined,
    ],
    ['{"a": "b', 'line 1, column 7', '"\\"b"', 'a text that is closed by "', undefined],
    ['{"a": "\\x"}', 'line 1, column 8', '"\\\\x\\"}"', expect.stringContaining('after a backslash'), undefined],
    ['{} {}', 'line 1, column 4', '"{}"', 'the end of the file', undefined],
  ])('says where %j stops being JSON', (text, path, found, allowed, message) => {
    const read = readJson(text);

    expect(read).toEqual({
      ok: false,
      problem: { path, found, allowed, ...(message === undefined ? {} : { message }) },
    });
  });

  test('takes exactly the texts that JSON.parse takes, with the same value', () => {
    const mutated = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '}', ']', '{', '"', '\\', '0', '-', '.', 'e', ' ', '\n', ':', 'true', '\u0001'),
    );
    fc.assert(
      fc.property(mutated, fc.boolean(), ([json, at, sign], isKept) => {
        const position = at % (json.length + 1);
        const text = isKept ? json : `${json.slice(0, position)}${sign}${json.slice(position + 1)}`;
        const read = readJson(text);
        expect(read.ok).toBe(accepts(() => JSON.parse(text)));
        if (read.ok) expect(read.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('takes a text that begins with a byte order mark', () => {
    expect(readJson('\uFEFF{"a":1}')).toEqual({ ok: true, value: { a: 1 }, repeatedKeys: [] });
  });

  test('finds a key that stands twice in one object, however it is written', () => {
    const read = readJson('{"layers": {"web": 1, "db": {"web": 2}, "w\\u0065b": 3}}');

    expect(read.ok && read.repeatedKeys).toEqual([
      { path: 'layers.web', found: 'the same key twice', allowed: '"web" once: the earlier one would be lost' },
    ]);
  });

  test('refuses a nesting that would exhaust the stack', () => {
    const read = readJson('['.repeat(100_000));

    expect(!read.ok && read.problem.allowed).toBe('objects and lists at most 64 deep');
  });
});
