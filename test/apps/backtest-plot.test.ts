import { describe, expect, it } from 'vitest';
import type { BacktestReport } from '../../apps/backtest/backtest.ts';
import { htmlReport } from '../../apps/backtest/html-report.ts';
import { leftOutOf, plotData } from '../../apps/backtest/plot-data.ts';
import { makeRequest, played, recordedFrom } from '../factories/backtest.ts';

/** A report whose only layer has so many stored decisions, every second one a hold. */
async function reportWith(decisions: number): Promise<BacktestReport> {
  const report = await played(makeRequest());
  const told = Array.from({ length: decisions }, (_, index) => ({
    at: recordedFrom,
    outcome: index % 2 === 0 ? ('hold' as const) : ('out' as const),
    to: 4,
    because: `the ${index}th`,
  }));
  const files = report.files.map((file) => ({ ...file, layers: file.layers.map((layer) => ({ ...layer, told })) }));
  return { ...report, files };
}

describe('the plots of a report', () => {
  it('show every stored decision, up to 6,000 a layer', async () => {
    const report = await reportWith(6000);

    expect(plotData(report, makeRequest()).layers[0]?.fleets[0]?.decisions).toHaveLength(6000);
    expect(leftOutOf(report)).toEqual([]);
    expect(htmlReport(report, { request: makeRequest(), loads: ['day.csv'] })).not.toContain('left out');
  });

  it('leave holds out of more than that, and the report says so', async () => {
    const report = await reportWith(6002);
    const said = 'web, shop.json: holds are left out of the plot, as 6,002 decisions were stored, over 6,000.';
    const { decisions = [] } = plotData(report, makeRequest()).layers[0]?.fleets[0] ?? {};

    expect(decisions).toHaveLength(3001);
    expect(decisions.every(([, outcome]) => outcome === 'out')).toBe(true);
    expect(leftOutOf(report)).toEqual([said]);
    expect(htmlReport(report, { request: makeRequest(), loads: ['day.csv'] })).toContain(said);
  });
});
