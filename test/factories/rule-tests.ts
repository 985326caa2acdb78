import { fileText } from './application-text.ts';

/** A test of `web` in the small file: four desired, CPU at its target, nothing expected but to hold. */
export function makeRuleTest(overrides: object = {}): object {
  return {
    name: 'CPU at its target',
    layer: 'web',
    at: '2026-11-22T12:00:00Z',
    state: { desired: 4 },
    readings: { cpu: 60 },
    alarms: { 'queue-age': 'OK' },
    expect: { outcome: 'hold' },
    ...overrides,
  };
}

/** A file of tests as text. */
export function testsText(...tests: readonly object[]): string {
  return JSON.stringify({ tests });
}

/** The small file with shadow rules in its layer `web`, as text. */
export function shadowedText(): string {
  return fileText({ 'layers.web.shadow': { rules: [{ name: 'cpu', kpi: 'cpu', targetValue: 30 }] } });
}
