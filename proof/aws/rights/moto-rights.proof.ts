import { readFileSync } from 'node:fs';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { synthesize } from '../../../test/infra/synthesize.ts';
import { readStageRights, type StageRights } from '../../../test/rights/stage-rights.ts';
import { DeployedTemplate } from '../../../test/rights/template.ts';
import { probesOf } from '../deviations/probe.ts';
import { account, region } from '../emulators/start-emulators.ts';
import { type ClientSettings, calls, notAsked, openSession, type SessionClients } from './calls.ts';
import { answerTo, CheckingMoto, type PolicyText } from './moto-roles.ts';

/*
 * moto checks which action a role may call; resources and conditions it does not look at (the probes at the end). So each role has the policy of its
 * function twice over: as it is written, which moto must take, and with `*` for every resource, by which it judges.
 */
const moto = new CheckingMoto(process.env['PROOF_CHECKING_MOTO'] ?? '');
const json = readFileSync('examples/shop.json', 'utf8');
const template = new DeployedTemplate(synthesize({ applications: [{ from: 'examples/shop.json', json }] }).toJSON());
const stages = [...readStageRights(template)];

const policySchema = z.object({ Version: z.string(), Statement: z.array(z.record(z.string(), z.unknown())) });

describe('moto', () => {
  afterAll(() => moto.letBe());

  it('is asked for every action that a policy of ours holds, but for those that are named with a reason', () => {
    const actions = new Set(
      stages.flatMap(([, { statements }]) => statements.flatMap((statement) => statement.actions)),
    );
    const known = new Set([...Object.keys(calls), ...Object.keys(notAsked)]);

    expect([...actions].filter((action) => !known.has(action))).toEqual([]);
    expect(Object.keys(notAsked).filter((action) => !actions.has(action))).toEqual([]);
  });

  it.each(stages)('takes the policy of %s as it is written', async (stage, rights) => {
    const policies = asWritten(rights);
    await moto.letBe();
    await moto.sessionOf(`${stage}-as-written`, policies);

    expect(policies.flatMap(({ Statement }) => Statement)).toHaveLength(rights.statements.length);
  });

  it.each(stages)('lets %s make the calls of its policy and refuses it all others', async (stage, rights) => {
    await moto.letBe();
    const session = openSession(await moto.sessionOf(stage, asWritten(rights).map(onEverything)));
    answersUnchecked ??= await answers(session);
    await moto.check();
    const found = await answers(session);
    const expected = answersUnchecked.map(([action, answer]) => [
      action,
      isGranted(rights, action) ? answer : 'refused',
    ]);

    expect(answersUnchecked.filter(([, answer]) => answer === 'refused')).toEqual([]);
    expect(found).toEqual(expected);
    expect(new Set(found.map(([, answer]) => answer === 'refused')).size).toBe(2);
  });

  probesOf('moto', [
    {
      what: 'evaluates the conditions of a policy',
      expected: 'not as AWS',
      matters: 'Regions, tags and partitions are proved by the policy evaluator of the local world only.',
      isAsAws: async () => !(await mayList({ Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } })),
    },
    {
      what: 'compares the resources of a policy with those of the call',
      expected: 'not as AWS',
      matters:
        'If it does, rights/moto-rights.proof.ts can leave the resources as they are; now it takes every call for one on *.',
      isAsAws: async () => {
        const Resource = `arn:aws:ec2:${region}:${account}:instance/*`;
        const session = await probeSession({ Action: 'ec2:TerminateInstances', Resource });
        const end = calls['ec2:TerminateInstances'];
        return end !== undefined && (await answerTo(end(openSession(session)))) !== 'refused';
      },
    },
    {
      what: 'names the rights of CloudWatch cloudwatch:…',
      expected: 'not as AWS',
      matters: 'If it does, its three calls belong into rights/calls.ts.',
      isAsAws: async () => {
        const session = await probeSession({ Action: 'cloudwatch:DescribeAlarms', Resource: '*' });
        return (await answerTo(new CloudWatchClient(session).send(new DescribeAlarmsCommand({})))) !== 'refused';
      },
    },
  ]);
});

let probes = 0;
let answersUnchecked: readonly (readonly [string, string])[] | undefined;

/** Without a look at resources and conditions, as moto judges: one deny is enough. */
function isGranted({ statements }: StageRights, action: string): boolean {
  const effects = statements.filter(({ actions }) => actions.includes(action)).map(({ effect }) => effect);
  return effects.length > 0 && !effects.includes('Deny');
}

/** A session with one right, of a moto that checks. */
async function probeSession(allowed: object): Promise<ClientSettings> {
  probes += 1;
  await moto.letBe();
  const Statement = [{ Effect: 'Allow', ...allowed }];
  const session = await moto.sessionOf(`probe-${probes}`, [{ Version: '2012-10-17', Statement }]);
  await moto.check();
  return session;
}

async function mayList(narrowed: object): Promise<boolean> {
  const session = await probeSession({ Action: 'ec2:DescribeInstances', Resource: '*', ...narrowed });
  return (await answerTo(new EC2Client(session).send(new DescribeInstancesCommand({})))) !== 'refused';
}

/** The policies of a function's role, references filled in. */
function asWritten({ roleArn }: StageRights): readonly PolicyText[] {
  const role = template.resources.find(({ arn }) => arn === roleArn);
  return template
    .ofType('AWS::IAM::Policy')
    .filter(({ properties }) => Array.isArray(properties['Roles']) && properties['Roles'].includes(role?.ref))
    .map(({ properties }) => policySchema.parse(properties['PolicyDocument']));
}

/** What moto can judge by: for it every call is one on `*`. */
function onEverything({ Version, Statement }: PolicyText): PolicyText {
  return { Version, Statement: Statement.map((statement) => ({ ...statement, Resource: '*' })) };
}

/** What moto says to each call, in order. */
async function answers(session: SessionClients): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for (const [action, call] of Object.entries(calls)) found.push([action, await answerTo(call(session))]);
  return found;
}
