import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import { explainDecision } from '../../../core/explain-decision/explain-decision.ts';
import { type ExplanationNode, shortText, treeText } from '../../../core/explain-decision/explanation.ts';
import { askAgain, questionOf } from '../../../core/explain-decision/question.ts';
import { makeApplication, makeLayer } from '../../factories/application.ts';
import { decideBeside, makeLive, makeShadowed } from '../../factories/shadow.ts';
import { makeReading, readingsOf } from '../../factories/situation.ts';
import { later } from '../../factories/stored.ts';
import { type Case, decided, gallery } from './gallery.ts';

const cases = gallery();

/** Sentences about a KPI: the answer, the KPI, the edge, on which side of it, in how many periods, and whether something still stands between. */
const ofKpi =
  /^(?:Out to|In to|Hold at) (\d+) with (\S+) (above|from|below|at) ([\d.e+-]+)(?: up| or below)?( in all of the last \d+ periods)?(, but not yet: .+)?\.$/;

function sentencesOf({ label, children = [] }: ExplanationNode): readonly string[] {
  return [label, ...children.flatMap(sentencesOf)];
}

/** What the production code decides when a KPI of a case has another value. */
function countAt({ situation }: Case, kpi: string, value: number, inAll: boolean): number {
  const reading = situation.readings.get(kpi) ?? makeReading({ kpi, value });
  const { onlyOut: _, ...rest } = reading;
  const recent = inAll ? rest.recent.map(() => value) : [...rest.recent.slice(0, -1), value];
  const at = rest.at ?? later(-60);
  const readings = new Map(situation.readings).set(kpi, { ...rest, value, source: 'measured', at, recent });
  return decideScaling({ ...situation, readings }).decision.to.count;
}

/** Checks each sentence about a KPI on both sides of its edge; returns how many there were. */
function checkEdges(of: Case): number {
  const isMissing = (kpi: string) => of.situation.readings.get(kpi)?.value === undefined;
  const told = sentencesOf(explainDecision(of.decision, { application: of.application }).tree);
  const found = told.flatMap((sentence) => ofKpi.exec(sentence) ?? []).length === 0 ? [] : told;
  let checked = 0;
  for (const sentence of found) {
    const [, count, kpi = '', side, edgeText, periods, notYet] = ofKpi.exec(sentence) ?? [];
    if (count === undefined || notYet !== undefined) continue;
    checked += 1;
    const edge = Number(edgeText);
    const inAll = periods !== undefined || isMissing(kpi);
    const slightly = 1e-6 * Math.max(Math.abs(edge), 1e-9);
    const inside = { above: edge + slightly, from: edge, at: edge, below: edge - slightly }[side ?? ''] ?? Number.NaN;
    const isUp = side === 'above' || side === 'from';
    const outside = edge * (isUp ? 1 - 2e-3 : 1 + 2e-3);
    expect([sentence, countAt(of, kpi, inside, inAll)]).toEqual([sentence, Number(count)]);
    expect([sentence, countAt(of, kpi, outside, inAll)]).not.toEqual([sentence, Number(count)]);
  }
  return checked;
}

describe('the gallery', () => {
  it('reads well: sentences, other answers and trees, as people see them', async () => {
    const text = cases.map(({ name, decision, application }) => {
      const explanation = explainDecision(decision, { application });
      return `== ${name}\n\n${shortText(explanation)}\n\n${treeText(explanation.tree)}\n`;
    });

    await expect(text.join('\n')).toMatchFileSnapshot('golden/gallery.txt');
  });

  it('says nothing of a KPI that the production code does not do', () => {
    const checked = cases.map(checkEdges);

    expect(checked.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(30);
  });

  it('asks every stored decision again and gets the stored answer', () => {
    for (const { name, decision, application, situation } of cases) {
      if (situation.vanished !== undefined) continue;
      expect([name, typeof questionOf(decision, application)]).toEqual([name, 'object']);
    }
  });
});

describe('any decision', () => {
  const wishes = fc.array(
    fc.record({ after: fc.integer({ min: 1, max: 170 }), count: fc.integer({ min: 0, max: 30 }) }),
    {
      maxLength: 12,
    },
  );
  const situations = fc.record({
    count: fc.integer({ min: 1, max: 20 }),
    inService: fc.integer({ min: 1, max: 20 }),
    value: fc.integer({ min: 1, max: 200 }),
    recent: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 2, maxLength: 2 }),
    tolerancePercent: fc.integer({ min: 0, max: 30 }),
    cooldownSeconds: fc.constantFrom(0, 60, 300),
    stabilizationSeconds: fc.constantFrom(0, 60, 300, 900),
    maxPercent: fc.constantFrom(10, 25, 100),
    scaledAgo: fc.integer({ min: 1, max: 400 }),
    failed: fc.integer({ min: 0, max: 2 }),
    wishes,
  });
  type Drawn = typeof situations extends fc.Arbitrary<infer Of> ? Of : never;

  function caseOf(drawn: Drawn): Case {
    const { count, inService, value, recent, tolerancePercent, cooldownSeconds, scaledAgo, failed } = drawn;
    const { stabilizationSeconds, maxPercent } = drawn;
    const rules = [
      { name: 'cpu', kpi: 'cpu', targetValue: 60, tolerancePercent },
      {
        name: 'p95',
        kpi: 'p95',
        periods: '2 of 3',
        steps: [
          { from: 20, add: 2 },
          { below: 3, remove: 1 },
        ],
      },
    ];
    // Remembered as the production code remembers: one evaluation after the other, the last a minute ago.
    let memory: Case['situation']['memory'] = { wishes: [], inService: [{ at: later(-7200), count: inService }] };
    let ago = drawn.wishes.reduce((sum, { after }) => sum + after, 60);
    for (const wish of drawn.wishes) {
      const readings = readingsOf(
        makeReading({ value: wish.count * 6, at: later(-ago - 60) }),
        makeReading({ kpi: 'p95', value: 9 }),
      );
      const parts = {
        now: later(-ago),
        count,
        inService,
        readings,
        memory,
        settings: { rules, scaleIn: { stabilizationSeconds } },
      };
      memory = decideScaling(decided('', parts).situation).memory;
      ago -= wish.after;
    }
    return decided('drawn', {
      count,
      inService,
      failed,
      memory: { ...memory, scaledInAt: later(-scaledAgo), scaledOutAt: later(-scaledAgo) },
      settings: {
        rules,
        scaleOut: { cooldownSeconds },
        scaleIn: { cooldownSeconds, stabilizationSeconds, maxPercent },
      },
      readings: readingsOf(
        makeReading({ value }),
        makeReading({ kpi: 'p95', value: recent[1], recent: [5, ...recent] }),
      ),
    });
  }

  it('can be asked again from its record', () => {
    fc.assert(
      fc.property(situations, (drawn) => {
        const { decision, application } = caseOf(drawn);
        const question = questionOf(decision, application);

        expect(question).toBeTypeOf('object');
        if (typeof question === 'string') return;
        expect(askAgain(question).limits).toEqual(decision.limits);
      }),
    );
  });

  it('is explained by edges that hold on both sides', () => {
    fc.assert(
      fc.property(situations, (drawn) => {
        checkEdges(caseOf(drawn));
      }),
    );
  });
});

describe('an explanation', () => {
  const [first] = cases.filter(({ name }) => name === 'target value, out');
  if (first === undefined) throw new Error('no case');

  it('asks the shadow rules again for what they decided', () => {
    const near = (targetValue: number) => ({ name: 'cpu', kpi: 'cpu', targetValue });
    const calm = { scaleIn: { stabilizationSeconds: 0 } };
    const application = makeShadowed({ rules: [near(60)], shadow: { rules: [near(40)], ...calm } });
    const readings = readingsOf(makeReading({ value: 60 }));
    const { decision } = decideBeside(application, makeLive(application, { readings }));
    const { otherAnswers } = explainDecision(decision, { application });
    const live = makeApplication({ layers: { web: makeLayer({ rules: [near(60)] }) } });
    const without = explainDecision(decision, { application: live });

    expect(decision).toMatchObject({ from: { count: 4 }, to: { count: 6 } });
    expect(otherAnswers).toContain('Out to 7 with cpu above 60.');
    expect(without.tree.children?.at(-1)?.detail).toBe('cannot be told: the file has no shadow rules for web');
  });

  it('says what cannot be told without the file, the basis, or with other rules', () => {
    const { basis: _, ...old } = first.decision;
    const other = { ...first.application, layers: { ...first.application.layers } };
    delete other.layers['web'];
    const changed = decided('changed', { settings: { rules: [] } }).application;
    const last = (decision: Case['decision'], application?: Case['application']) =>
      explainDecision(decision, { application }).tree.children?.at(-1)?.detail;

    expect(last(first.decision)).toBe('cannot be told: version 1 of the file is not at hand');
    expect(last(old, first.application)).toBe(
      'cannot be told: the record is of an earlier version and does not say what it was made from',
    );
    expect(last(first.decision, other)).toBe('cannot be told: the file has no layer web');
    expect(last(first.decision, changed)).toBe('cannot be told: the rules of today do not give the stored answer');
    expect(explainDecision(first.decision).otherAnswers).toEqual([]);
  });

  it('says that a hold was counted on, and its last sentence', () => {
    const { tree } = explainDecision(first.decision, { hold: { times: 13, because: 'Hold web at 4: later.' } });

    expect(tree.children?.[1]).toEqual({ label: 'the same 12 times more', detail: 'last, Hold web at 4: later.' });
  });
});
