import { describe, expect, it } from 'vitest';
import { failedTogether } from '../../functions/failed-together.ts';

describe('failures told together', () => {
  it('name every failure and what caused it, for a log shows the message alone', () => {
    const denied = new Error('shop was not written', { cause: new TypeError('not allowed') });

    const failure = failedTogether([denied, 'gone'], 'some evaluations failed');

    expect(failure.message).toBe('some evaluations failed: Error: shop was not written (TypeError: not allowed); gone');
    expect(failure.errors).toEqual([denied, 'gone']);
  });

  it('name ten of many and count the others', () => {
    const failures = Array.from({ length: 12 }, (_, index) => new Error(`fault ${index}`));

    expect(failedTogether(failures, 'all failed').message).toMatch(/fault 9; and 2 more$/);
  });
});
