import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Application } from '../../../core/application/application-schema.ts';
import { checkFilled, fillLaunch, parameterTexts, readParameters } from '../../../core/application/fill-parameters.ts';
import { fillPlaceholders, placeholdersIn } from '../../../core/application/placeholders.ts';
import { readApplication } from '../../../core/application/read-application.ts';
import { fileText } from '../../factories/application-text.ts';

const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-a1B2c3';
const parameters: Application['parameters'] = {
  siteName: { type: 'string', default: 'shop' },
  region: { type: 'string' },
  size: { type: 'number', default: 4 },
  isPublic: { type: 'boolean' },
  password: { secretArn },
};
const needed = { region: 'eu', isPublic: 'true' };

describe('values given for parameters', () => {
  test('are read in the type that the file states', () => {
    const read = readParameters(parameters, { ...needed, siteName: 'a=b', size: '-2.5e1', isPublic: 'false' });

    expect(read).toEqual({ ok: true, values: { siteName: 'a=b', region: 'eu', size: -25, isPublic: false } });
  });

  test.each([
    [{ size: 'many' }, { path: '--set size', found: '"many"', allowed: 'a number' }],
    [{ size: '' }, { path: '--set size', found: '""', allowed: 'a number' }],
    [{ size: '0x10' }, { path: '--set size', found: '"0x10"', allowed: 'a number' }],
    [{ size: '1e16' }, { path: '--set size', found: '"1e16"', allowed: 'a number' }],
    [{ isPublic: 'yes' }, { path: '--set isPublic', found: '"yes"', allowed: 'true or false' }],
    [
      { password: 'hunter2' },
      {
        path: '--set password',
        found: '"hunter2"',
        allowed: 'nothing: a secret is a reference in the file and takes no value',
      },
    ],
    [
      { sitename: 'x' },
      {
        path: '--set sitename',
        found: '"sitename"',
        allowed: 'one of the parameters "isPublic", "password", "region", "siteName", "size"',
        message: 'did you mean "siteName"?',
      },
    ],
    [
      { toString: 'x' },
      {
        path: '--set toString',
        found: '"toString"',
        allowed: 'one of the parameters "isPublic", "password", "region", "siteName", "size"',
      },
    ],
  ])('%j are refused', (given, problem) => {
    expect(readParameters(parameters, { ...needed, ...given })).toEqual({ ok: false, problems: [problem] });
  });

  test('are all told of at once, those that are needed and not given too', () => {
    const read = readParameters(parameters, { size: 'x' });

    expect(!read.ok && read.problems.map(({ path, found, message }) => [path, found, message])).toEqual([
      ['--set size', '"x"', undefined],
      ['--set region', 'nothing', 'the parameter has no default'],
      ['--set isPublic', 'nothing', 'the parameter has no default'],
    ]);
  });
});

describe('a placeholder', () => {
  const texts = parameterTexts(parameters, { region: 'eu', isPublic: false, size: 0 });

  test('stands for the value given, else the default, else the ARN of a secret', () => {
    expect(fillPlaceholders('${siteName} ${region} ${size} ${isPublic} ${password}', texts)).toBe(
      `shop eu 0 false ${secretArn}`,
    );
  });

  test('is a plain ${ when it is escaped', () => {
    expect(fillPlaceholders('$${siteName} $$${siteName} $siteName $$ $', texts)).toBe(
      '${siteName} $${siteName} $siteName $$ $',
    );
  });

  test('is filled in with no second look: a value may hold anything', () => {
    expect(fillPlaceholders('${a}', new Map([['a', '$& $1 ${b} $${c}']]))).toBe('$& $1 ${b} $${c}');
  });

  test('is found with its name, closed or not', () => {
    expect(placeholdersIn('${a} $${b} ${c:-d} ${e')).toEqual([
      { text: '${a}', name: 'a' },
      { text: '${c:-d}', name: 'c:-d' },
      { text: '${e', name: 'e' },
    ]);
  });

  test('is all that changes: any text survives escaping and filling', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', ' ') }), (text) => {
        fc.pre(!/\$\$+\{/.test(text));
        expect(fillPlaceholders(text.replaceAll('${', '$$${'), new Map())).toBe(text);
      }),
    );
  });
});

describe('a launch', () => {
  test('is filled in its user data and its tags', () => {
    const launch = { userData: 'echo ${siteName}', tags: { site: '${siteName}-web', plain: '$${siteName}' } };

    const filled = fillLaunch(launch, new Map([['siteName', 'kiosk']]));

    expect(filled).toEqual({ userData: 'echo kiosk', tags: { site: 'kiosk-web', plain: '${siteName}' } });
  });

  test('may not become longer than EC2 takes', () => {
    const read = readApplication(
      fileText({
        'layers.web.launch.userData': '${siteName}'.repeat(5),
        'parameters.siteName.default': 'é'.repeat(1639),
      }),
    );

    const problems = read.ok ? checkFilled(read.application, parameterTexts(read.application.parameters, {})) : [];

    expect(problems).toEqual([
      {
        path: 'layers.web.launch.userData',
        found: '16390 bytes',
        allowed: 'at most 16384 bytes',
        message: 'with the parameters filled in',
      },
      {
        path: 'layers.web.launch.tags["site"]',
        found: expect.stringContaining('(1639 characters)'),
        allowed: 'at most 256 characters',
        message: 'with the parameters filled in',
      },
    ]);
  });

  test('may be as long as EC2 takes', () => {
    const read = readApplication(
      fileText({
        'layers.web.launch.userData': '${siteName}'.repeat(64),
        'parameters.siteName.default': 'a'.repeat(256),
      }),
    );

    expect(read.ok && checkFilled(read.application, parameterTexts(read.application.parameters, {}))).toEqual([]);
  });
});
