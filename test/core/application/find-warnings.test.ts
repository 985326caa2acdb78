import { describe, expect, it } from 'vitest';
import { findWarnings } from '../../../core/application/find-warnings.ts';
import { makeApplication, makeLayer } from '../../factories/application.ts';

function warningsFor(layer: object): readonly string[] {
  return findWarnings(makeApplication({ layers: { web: makeLayer(layer), db: makeLayer() } }));
}

describe('warnings', () => {
  it('tell of a deadline that status checks can hardly keep, which would replace instances for ever', () => {
    const found = warningsFor({ ready: 'status-checks', readySeconds: 179 });

    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^layers\.web\.readySeconds: 179 s may be too short .* At least 180 s/);
  });

  it.each([
    ['a deadline that leaves time for two checks', { ready: 'status-checks', readySeconds: 180 }],
    ['machines that are ready when they run', { ready: 'running', readySeconds: 60 }],
    ['a probe', { ready: { http: { port: 80 } }, readySeconds: 60 }],
  ])('say nothing of %s', (_, layer) => {
    expect(warningsFor(layer)).toEqual([]);
  });
});
