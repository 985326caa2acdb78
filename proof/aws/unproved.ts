import type { Unproved } from './check.ts';

/** What neither implementation can show, and what shows it instead. Most have a probe in deviations/, which fails on the day that this changes. */
export const unproved: readonly Unproved[] = [
  {
    name: 'notices carry a signature of SNS that verifies',
    why: 'MiniStack signs with the word FAKE; that the topic asks for version 2 is asserted in test/infra',
  },
  {
    name: 'EC2 and CloudWatch send the events that wake observe and evaluate',
    why: 'neither sends any: the proof feeds them to the targets of the deployed rules, after MiniStack matched them by the deployed patterns',
  },
  {
    name: 'CloudWatch evaluates alarms, metric math and percentiles',
    why: 'neither does (MiniStack has percentiles only): core/metric-math and the local world, tested against the examples that AWS documents',
  },
  {
    name: 'one launch brings several machines, and a repeated client token none',
    why: 'moto gives MinCount machines and forgets tokens: test/contract/ec2-requests.test.ts and the local world',
  },
  {
    name: 'rights end where resources and conditions say: our tags, the named subnets, the partitions of the table',
    why: 'moto judges actions alone, not those of CloudWatch, and MiniStack has no dynamodb:LeadingKeys: test/rights evaluates each policy call by call, resources and conditions included',
  },
  {
    name: 'policies that ask for TLS refuse plain http',
    why: 'MiniStack serves https alone here, so that everything passes them; nothing can come over http',
  },
  {
    name: "a stream's failed records come again and end in the dead-letter queue",
    why: 'MiniStack takes a partial response for a success and counts no tries: its settings are looked at, ticks make good what is lost',
  },
  {
    name: 'expired decisions go, the table can be restored, all is encrypted at rest',
    why: 'MiniStack leaves these settings of a template out: test/infra asserts them',
  },
  {
    name: 'the functions run on Node.js 24 on arm64',
    why: `MiniStack runs the bundles with the Node.js that runs this proof (${process.version}, ${process.arch})`,
  },
];
