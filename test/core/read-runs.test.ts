import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../core/notice.ts';
import { keptRuns } from '../../core/read-runs.ts';

function makeRun(number: number, status: RunReport['status']): RunReport {
  return { instanceId: `i-${number}`, event: 'joined', layer: 'web', status, output: '' };
}

describe('the runs that are kept', () => {
  it('are the failures first, however many succeeded', () => {
    const runs = [...Array.from({ length: 40 }, (_, index) => makeRun(index, 'succeeded')), makeRun(40, 'timed-out')];

    const kept = keptRuns(runs);

    expect(kept).toHaveLength(20);
    expect(kept[0]?.instanceId).toBe('i-40');
  });

  it('end with the last that was written', () => {
    const [kept] = keptRuns([{ ...makeRun(1, 'failed'), output: `${'x'.repeat(600)}disk full` }]);

    expect(kept?.output).toHaveLength(500);
    expect(kept?.output).toMatch(/disk full$/);
  });
});
