import type { StepResult, TestResult } from '../../core/rule-tests/run-test.ts';

/** All results as a person reads them: one line a test, and of those that are not as expected what was expected, what came, and the sentence. */
export function sayResults(file: string, results: readonly TestResult[]): string {
  const failed = results.filter(({ isPassed }) => !isPassed).length;
  const count = `${results.length - failed} of ${results.length} ${results.length === 1 ? 'test' : 'tests'} as expected`;
  return [`${file}: ${count}`, ...results.map(sayResult)].join('\n');
}

/** One result for programs. */
export function resultObject({ name, isPassed, steps }: TestResult): object {
  return {
    name,
    isPassed,
    steps: steps.map(({ step, decision, mismatches }) => ({
      step,
      outcome: decision.outcome,
      count: decision.to.count,
      limits: decision.limits.map(({ limit }) => limit),
      because: decision.because,
      mismatches,
    })),
  };
}

function sayResult({ name, isPassed, steps }: TestResult): string {
  if (isPassed) return `  ✓ ${name}`;
  const isOne = steps.length === 1;
  const told = steps.filter(({ mismatches }) => mismatches.length > 0).flatMap((step) => sayStep(step, isOne));
  return [`  ✗ ${name}`, ...told].join('\n');
}

function sayStep({ step, decision, mismatches }: StepResult, isOne: boolean): readonly string[] {
  const where = isOne ? [] : [`      in decision ${step}`];
  const differences = mismatches.flatMap(({ what, expected, got }) => [
    `      ${what}`,
    `        expected  ${expected}`,
    `        got       ${got}`,
  ]);
  const isSaid = mismatches.some(({ what }) => what === 'because');
  return [...where, ...differences, ...(isSaid ? [] : ['      sentence', `        ${decision.because}`])];
}
