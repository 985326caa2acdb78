import { describe, expect, it } from 'vitest';
import { readAdvisories } from '../../apps/audit/read-advisories.ts';

function report(vulnerabilities: object): string {
  const metadata = { vulnerabilities: { total: Object.keys(vulnerabilities).length }, dependencies: { total: 512 } };
  return JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata });
}

const refusal = JSON.stringify({
  message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk',
  statusCode: 405,
  error: { summary: '', detail: '' },
});

describe('the advisories of dependencies', () => {
  it('are none when the registry was asked for all and knows nothing', () => {
    expect(readAdvisories({ stdout: report({}), stderr: '' })).toEqual({ asked: 512, weaknesses: [] });
  });

  it('name each weakness, where it comes from and where to read about it', () => {
    const vulnerabilities = {
      deep: {
        severity: 'high',
        range: '<2.0.1',
        via: [{ title: 'Reads any file', url: 'https://github.com/advisories/GHSA-1' }],
      },
      top: { severity: 'high', range: '*', via: ['deep'] },
    };

    expect(readAdvisories({ stdout: report(vulnerabilities), stderr: '' })).toEqual({
      asked: 512,
      weaknesses: [
        'deep <2.0.1: high: Reads any file (https://github.com/advisories/GHSA-1)',
        'top *: high: through deep',
      ],
    });
  });

  it.each([
    ['the registry has none', { stdout: refusal, stderr: '' }, /^405 Method Not Allowed/],
    [
      'the registry cannot be reached',
      { stdout: '', stderr: 'npm error network ENOTFOUND\nnpm error A complete log of this run can be found in: x\n' },
      /ENOTFOUND/,
    ],
    ['the report is of a kind that we do not know', { stdout: '{"auditReportVersion":3}', stderr: '' }, /no report/],
    ['nothing is printed', { stdout: '', stderr: '' }, /no report/],
  ])('are unknown, which is neither good nor bad, when %s', (_, run, why) => {
    expect(readAdvisories(run)).toEqual({ unchecked: expect.stringMatching(why) });
  });
});
