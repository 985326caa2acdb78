import { describe, expect, test } from 'vitest';
import { fileText, problemsOf } from '../../factories/application-text.ts';

describe('a name that points nowhere', () => {
  test.each([
    [
      'a rule',
      { 'layers.web.rules.0.kpi': 'cpuu' },
      'layers.web.rules[0].kpi | "cpuu" | one of the KPIs "cpu", "load" | did you mean "cpu"?',
    ],
    [
      'followLayer',
      { 'layers.db.rules.0.followLayer': 'wep' },
      'layers.db.rules[0].followLayer | "wep" | one of the layers "db", "web" | did you mean "web"?',
    ],
    [
      'hears',
      { 'participants.lb.hears': ['*', 'cache'] },
      'participants.lb.hears[1] | "cache" | one of the layers "db", "web"',
    ],
    [
      'the layer of a limit',
      { 'limits.0.layer': 'cache' },
      'limits[0].layer | "cache" | one of the layers "db", "web"',
    ],
    [
      'the other layer of a limit',
      { 'limits.0.per': 'cache' },
      'limits[0].per | "cache" | one of the layers "db", "web"',
    ],
    [
      'an expression',
      { 'kpis.load.expression': 'cpu / dbInService' },
      'kpis.load.expression | "dbInService" | one of the KPIs and counts of layers "cpu", "db_desired", "db_in_service", "load", "web_desired", "web_in_service" | did you mean "db_in_service"?',
    ],
    [
      'a count in an expression',
      { 'kpis.load.expression': 'cpu / cache_in_service' },
      'kpis.load.expression | "cache_in_service" | one of the KPIs and counts of layers "cpu", "db_desired", "db_in_service", "load", "web_desired", "web_in_service"',
    ],
    [
      'user data',
      { 'layers.web.launch.userData': 'a ${sitename} b' },
      'layers.web.launch.userData | "${sitename}" | one of the parameters "isPublic", "password", "siteName", "size", or $${ for a plain ${ | did you mean "siteName"?',
    ],
    [
      'a tag',
      { 'layers.web.launch.tags': { 'my site': '${' } },
      'layers.web.launch.tags["my site"] | "${" | one of the parameters "isPublic", "password", "siteName", "size", or $${ for a plain ${',
    ],
  ])('is refused in %s', (_, changes, line) => {
    expect(problemsOf(fileText(changes))).toEqual([line]);
  });

  test('names nothing else when the collection it points into cannot be read', () => {
    expect(problemsOf(fileText({ kpis: 7 }))).toEqual(['kpis | 7 | an object']);
    expect(problemsOf(fileText({ parameters: 7 }))).toEqual(['parameters | 7 | an object']);
    expect(problemsOf(fileText({ layers: 7, 'kpis.load.expression': 'cpu' }))).toEqual([
      'layers | 7 | an object with at least one layer',
    ]);
  });

  test('lists at most twenty of the names there are', () => {
    const kpis = Object.fromEntries(Array.from({ length: 25 }, (_, kpi) => [`k${kpi + 10}`, { pushed: true }]));

    const [line] = problemsOf(fileText({ kpis: { ...kpis, cpu: { pushed: true } }, 'layers.web.rules.0.kpi': 'x' }));

    expect(line).toContain('"k28" … (26 in all)');
  });
});

describe('an expression', () => {
  test('that is no metric math is told with the place of the mistake', () => {
    const [line] = problemsOf(fileText({ 'kpis.load.expression': 'cpu * (2' }));

    expect(line).toMatch(
      /^kpis\.load\.expression \| "cpu \* \(2" \| CloudWatch metric math that ends in one time series \| at character 9: /,
    );
  });

  test('that uses METRICS() where the file has no metric is refused', () => {
    const [line] = problemsOf(fileText({ kpis: { load: { expression: 'MAX(METRICS())' } }, 'layers.web.rules': [] }));

    expect(line).toContain('METRICS() stands for no metric');
  });

  test.each([
    ['itself', { 'kpis.load.expression': 'load + cpu' }, ['kpis.load.expression'], 'load → load'],
    [
      'itself through two others',
      { 'kpis.load.expression': 'a', 'kpis.a': { expression: 'b' }, 'kpis.b': { expression: 'load' } },
      ['kpis.load.expression'],
      'load → a → b → load',
    ],
  ])('may not come back to %s', (_, changes, paths, cycle) => {
    const lines = problemsOf(fileText(changes));

    expect(lines.map((line) => line.split(' | ', 1).join())).toEqual(paths);
    expect(lines[0]).toContain(`a cycle: ${cycle}`);
  });

  test('that only leads to a cycle is no part of it', () => {
    const changes = { 'kpis.load.expression': 'a', 'kpis.a': { expression: 'b' }, 'kpis.b': { expression: 'a' } };

    expect(problemsOf(fileText(changes))).toEqual([
      'kpis.a.expression | "b" | an expression that does not come back to its own KPI | a cycle: a → b → a',
    ]);
  });

  test('may stand on another that two share', () => {
    expect(problemsOf(fileText({ 'kpis.a': { expression: 'load' }, 'kpis.b': { expression: 'load + a' } }))).toEqual(
      [],
    );
  });

  test('may not mix inputs of two periods, however deep they stand, and is told once', () => {
    const slow = { pushed: true, periodSeconds: 300 };

    const lines = problemsOf(
      fileText({
        'kpis.slow': slow,
        'kpis.mixed': { expression: 'load + slow' },
        'kpis.above': { expression: 'mixed + cpu' },
      }),
    );

    expect(lines).toEqual([
      'kpis.mixed.expression | "load + slow" | inputs of one periodSeconds only | load has 60 s, slow has 300 s',
    ]);
  });

  test('may not mix periods through METRICS() either', () => {
    const lines = problemsOf(
      fileText({ 'kpis.slow': { pushed: true, periodSeconds: 300 }, 'kpis.load.expression': 'MAX(METRICS())' }),
    );

    expect(lines).toEqual([
      'kpis.load.expression | "MAX(METRICS())" | inputs of one periodSeconds only | cpu has 60 s, slow has 300 s',
    ]);
  });
});

describe('layers', () => {
  test.each([
    [
      'itself',
      { 'layers.web.rules.0': { name: 'f', followLayer: 'web', ratio: 1 } },
      'layers.web.rules[0].followLayer | "web" | a layer that does not follow back | a cycle: web → web',
    ],
    [
      'one that follows it',
      { 'layers.web.rules.3': { name: 'f', followLayer: 'db', ratio: 1 } },
      'layers.web.rules[3].followLayer | "db" | a layer that does not follow back | a cycle: web → db → web',
    ],
  ])('may not follow %s', (_, changes, line) => {
    expect(problemsOf(fileText(changes))).toEqual([line]);
  });

  test('may have at most as few instances as many', () => {
    expect(problemsOf(fileText({ 'layers.db.count': { min: 4, max: 3 } }))).toEqual([
      'layers.db.count.min | 4 | at most 3, the "max"',
    ]);
  });

  test.each(['aws:x', 'AWS:x', 'concertina:layer', 'Concertina:x'])('may not have the tag %s', (key) => {
    expect(problemsOf(fileText({ 'layers.web.launch.tags': { [key]: 'x' } }))).toEqual([
      `layers.web.launch.tags[${JSON.stringify(key)}] | the key ${JSON.stringify(key)} | a key that does not begin with "concertina:" or "aws:"`,
    ]);
  });

  test('may not wait for themselves', () => {
    expect(problemsOf(fileText({ 'limits.0.per': 'web' }))).toEqual([
      'limits[0].per | "web" | another layer than the one that waits',
    ]);
  });
});

describe('a rule', () => {
  test('has a name of its own in its layer', () => {
    expect(problemsOf(fileText({ 'layers.web.rules.3.name': 'cpu' }))).toEqual([
      'layers.web.rules[3].name | "cpu" | a name that no other rule of the layer has',
    ]);
  });

  test('needs at most as many periods as it looks at', () => {
    expect(problemsOf(fileText({ 'layers.web.rules.1.periods': '3 of 2' }))).toEqual([
      'layers.web.rules[1].periods | "3 of 2" | "M of N" with M at most N',
    ]);
  });

  test.each([
    [
      'the same "from" twice',
      [
        { from: 1, add: 1 },
        { from: 1, addPercent: 5 },
      ],
      'steps[1].from | 1 | a "from" that no other step of the rule has',
    ],
    [
      'the same "below" twice',
      [
        { below: 1, remove: 1 },
        { below: 1, removePercent: 5 },
      ],
      'steps[1].below | 1 | a "below" that no other step of the rule has',
    ],
    [
      'a "below" above a "from"',
      [
        { from: 5, add: 1 },
        { from: 2, add: 1 },
        { below: 3, remove: 1 },
      ],
      'steps[2].below | 3 | at most 2, the lowest "from" of the rule | between 2 and 3 the rule would add and remove at once',
    ],
  ])('may not have %s', (_, steps, line) => {
    expect(problemsOf(fileText({ 'layers.web.rules.1.steps': steps }))).toEqual([`layers.web.rules[1].${line}`]);
  });

  test.each([
    ['61 7 * * 1-5', /Invalid|range|out/i],
    ['0 7 * * MOO', /./],
    ['0 0 30 2 *', /^no date fits it$/],
  ])('may not have the cron expression %s', (cron, hint) => {
    const [line = ''] = problemsOf(fileText({ 'layers.web.rules.2.cron': cron }));

    expect(line).toMatch(
      /^layers\.web\.rules\[2\]\.cron \| .* \| a cron expression of five fields: minute, hour, day of month, month, day of week \| /,
    );
    expect(line.split(' | ').at(-1)).toMatch(hint);
  });

  test('may not have a time zone that does not exist', () => {
    expect(problemsOf(fileText({ 'layers.web.rules.2.timeZone': 'Europe/Zurick' }))).toEqual([
      'layers.web.rules[2].timeZone | "Europe/Zurick" | an IANA time zone such as Europe/Zurich | did you mean "Europe/Zurich"?',
    ]);
  });

  test('may not ask for more than the layer may have', () => {
    expect(problemsOf(fileText({ 'layers.web.rules.2.min': 21 }))).toEqual([
      'layers.web.rules[2].min | 21 | at most 20, the "max" of the layer',
    ]);
  });
});
