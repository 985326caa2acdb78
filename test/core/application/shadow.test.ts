import { describe, expect, it } from 'vitest';
import { shadowSettings } from '../../../core/application/shadow-settings.ts';
import { fileText, problemsOf } from '../../factories/application-text.ts';
import { makeSettings } from '../../factories/situation.ts';

const cpu = { name: 'cpu', kpi: 'cpu', targetValue: 50 };

describe('the shadow of a layer', () => {
  it('decides by what it states, and as the live layer in all else', () => {
    const live = makeSettings({
      count: { min: 2, max: 30 },
      rules: [],
      scaleOut: { cooldownSeconds: 60 },
      scaleIn: { cooldownSeconds: 120, stabilizationSeconds: 300, maxPercent: 25 },
      shadow: { rules: [cpu], count: { max: 40 }, scaleIn: { maxPercent: 50 } },
    });

    expect(shadowSettings(live)).toMatchObject({
      count: { min: 2, max: 40 },
      rules: [{ name: 'cpu', targetValue: 50, tolerancePercent: 10 }],
      scaleOut: { cooldownSeconds: 60 },
      scaleIn: { cooldownSeconds: 120, stabilizationSeconds: 300, maxPercent: 50 },
      drainSeconds: live.drainSeconds,
    });
    expect(shadowSettings(live)).toBe(shadowSettings(live));
    expect(shadowSettings(makeSettings())).toBeUndefined();
  });

  it.each([
    ['a shadow that states its rules alone', { rules: [cpu] }],
    [
      'rules of the same names as the live ones',
      { rules: [cpu, { name: 'hours', cron: '0 7 * * *', durationSeconds: 60, min: 20 }] },
    ],
    [
      'a cron min above the live max that it lifts',
      { rules: [{ name: 'hours', cron: '0 7 * * *', durationSeconds: 60, min: 30 }], count: { max: 30 } },
    ],
    ['a layer to follow that follows the live layer', { rules: [{ name: 'as db', followLayer: 'db', ratio: 5 }] }],
  ])('may be %s', (_, shadow) => {
    expect(problemsOf(fileText({ 'layers.web.shadow': shadow }))).toEqual([]);
  });

  it.each([
    ['no rule', { rules: [] }, 'layers.web.shadow.rules | a list of 0 items'],
    ['a KPI that is not there', { rules: [{ ...cpu, kpi: 'cpi' }] }, 'layers.web.shadow.rules[0].kpi | "cpi"'],
    ['a name twice', { rules: [cpu, cpu] }, 'layers.web.shadow.rules[1].name | "cpu"'],
    [
      'its own layer to follow',
      { rules: [{ name: 'me', followLayer: 'web', ratio: 1 }] },
      'layers.web.shadow.rules[0].followLayer | "web"',
    ],
    [
      'a cron min above the live max',
      { rules: [{ name: 'hours', cron: '0 7 * * *', durationSeconds: 60, min: 30 }] },
      'layers.web.shadow.rules[0].min | 30',
    ],
    ['a max below the live min', { rules: [cpu], count: { max: 1 } }, 'layers.web.shadow.count.max | 1'],
    ['a min above the live max', { rules: [cpu], count: { min: 50 } }, 'layers.web.shadow.count.min | 50'],
    ['an unknown key', { rules: [cpu], image: 'x' }, 'layers.web.shadow.image | an unknown key'],
    [
      'rules that undo each other',
      {
        rules: [
          {
            name: 'both',
            kpi: 'cpu',
            steps: [
              { from: 70, add: 4 },
              { below: 60, remove: 4 },
            ],
          },
        ],
      },
      'layers.web.shadow.rules[0] | "both", which undoes itself',
    ],
  ])('may not be %s', (_, shadow, expected) => {
    const problems = problemsOf(fileText({ 'layers.web.shadow': shadow }));

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it('takes a KPI that its own target keeps for one that falls in proportion, though the live rules do not', () => {
    const kpis = { 'kpis.jobs': { pushed: true } };
    const boost = { name: 'boost', kpi: 'jobs', steps: [{ from: 58, add: 2 }] };
    const rules = [{ name: 'target', kpi: 'jobs', targetValue: 60 }, boost];

    expect(problemsOf(fileText({ ...kpis, 'layers.web.rules': [boost] }))).toEqual([]);
    expect(problemsOf(fileText({ ...kpis, 'layers.web.rules': [boost], 'layers.web.shadow': { rules } }))).toHaveLength(
      1,
    );
  });
});
