import { expect, it } from 'vitest';
import { runWorld } from '../../apps/local/run-world.ts';
import { playable } from '../../apps/local/trace.ts';
import { makeWorld, smallApplication } from '../factories/demo-world.ts';

const elb = { namespace: 'AWS/ApplicationELB', dimensions: { LoadBalancer: 'app/small' } };
const { web } = smallApplication.layers;

/** The small application, its web layer led by a risk that is told what full means, frozen in outages. */
function applicationFor(perCapacityUnit: number): object {
  const demand = { saturatedWhen: [{ kpi: 'cpu', above: 90 }] };
  const outage = { name: 'outage', kpi: 'requests', fallsPercent: 60, while: { kpi: 'errors', above: 100 } };
  return {
    ...smallApplication,
    kpis: {
      ...smallApplication.kpis,
      requests: { metric: { ...elb, name: 'RequestCount', stat: 'Sum' }, missing: { assume: 0 } },
      errors: { metric: { ...elb, name: 'HTTPCode_Target_5XX_Count', stat: 'Sum' }, missing: { assume: 0 } },
    },
    layers: {
      ...smallApplication.layers,
      web: {
        ...web,
        rules: [{ name: 'carry the load', kpi: 'requests', perCapacityUnit, shortfallPercent: 1, demand }],
        scaleIn: { stabilizationSeconds: 120, freeze: [outage] },
      },
    },
  };
}

it('follows a load that triples at once, in a whole world of late metrics, by promises that all hold', {
  timeout: 240_000,
}, async () => {
  const loads = Array.from({ length: 100 }, (_, minute) => (minute < 50 ? 30 : 95) + (minute % 5));
  const trace = playable('step.csv', 60, loads);
  const [front] = makeWorld({ trace }).load.layers;
  const world = makeWorld({ trace, application: applicationFor(60 * (front?.perInstancePerSecond ?? Number.NaN)) });

  const run = await runWorld(world);

  expect(world.check.violations).toEqual([]);
  const { inService } = run.history.layers.get('web') ?? { inService: new Uint16Array() };
  const needed = Math.max(...run.history.needed.slice(50));
  expect(needed).toBeGreaterThan(1.5 * (inService[49] ?? 0));
  expect(inService[62]).toBeGreaterThanOrEqual(needed);
  const decisions = await world.table.decisions('small', { layer: 'web', limit: 1000 });
  expect(decisions.some(({ decision }) => decision.because.includes('hides a demand of at least'))).toBe(true);
  expect(decisions.every(({ decision }) => decision.degraded === undefined || decision.outcome !== 'in')).toBe(true);
});
