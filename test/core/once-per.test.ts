import { describe, expect, it } from 'vitest';
import { oncePer } from '../../core/once-per.ts';

describe('oncePer', () => {
  it('derives once for each object, whatever equals it', () => {
    const asked: object[] = [];
    const lengthOf = oncePer((list: readonly number[]) => {
      asked.push(list);
      return { length: list.length };
    });
    const [one, other] = [
      [1, 2],
      [1, 2],
    ];

    expect([lengthOf(one), lengthOf(one), lengthOf(other)]).toEqual([{ length: 2 }, { length: 2 }, { length: 2 }]);
    expect(asked).toEqual([one, other]);
    expect(lengthOf(one)).toBe(lengthOf(one));
  });
});
