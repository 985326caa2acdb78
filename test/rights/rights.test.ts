import { beforeAll, describe, expect, it } from 'vitest';
import { Ec2Fleet } from '../../adapters/aws/ec2-fleet.ts';
import { ourTags } from '../../adapters/aws/ec2-instance.ts';
import { MemoryProbes } from '../../adapters/memory/memory-probes.ts';
import { probeStage } from '../../functions/probe/stage.ts';
import { makeLaunchRequest } from '../factories/launch.ts';
import { makeTable } from '../factories/stage-ports.ts';
import { makeFile, makeInstance, makeObservation, makeRecords, makeSlot } from '../factories/stored.ts';
import { synthesize } from '../infra/synthesize.ts';
import {
  commandAttempt,
  itemAttempt,
  launchAttempt,
  machineAttempt,
  ourLaunchTags,
  passRoleAttempt,
  plainState,
  targetGroupAttempt,
  terminateAttempt,
} from './attempts.ts';
import { allowsOf, withEverything, withoutStatement } from './changed-template.ts';
import type { IamCall } from './evaluate-call.ts';
import { answeringClients } from './guard-clients.ts';
import { guardPorts } from './guard-ports.ts';
import { playGuarded, shop } from './guarded-world.ts';
import { MissingRightError, RightsGuard } from './rights-guard.ts';
import { arn, DeployedTemplate, fieldsOf } from './template.ts';

const deployed = fieldsOf(synthesize({ applications: [{ from: 'examples/shop.json', json: shop }] }).toJSON());
const template = new DeployedTemplate(deployed);
const guard = new RightsGuard(template);
const wide = new RightsGuard(new DeployedTemplate(withEverything(deployed)));

function isAllowed(stage: string, call: IamCall, by = guard): boolean {
  return by.evaluate(stage, call, { roleArn: by.rightsOf(stage).roleArn }).isAllowed;
}

/** What hardly ever happens: the token of a launch was used for another request, and the adapter looks which machines that made. */
async function launchUnderUsedToken(): Promise<void> {
  const { ec2 } = answeringClients({ guard, stage: 'reconcile', state: plainState });
  const refusal = Object.assign(new Error('used'), {
    name: 'IdempotentParameterMismatch',
    $metadata: { httpStatusCode: 400 },
  });
  ec2.middlewareStack.add(
    (next, { commandName }) => (commandName === 'RunInstancesCommand' ? () => Promise.reject(refusal) : next),
    { step: 'initialize', name: 'used token', priority: 'high' },
  );
  await new Ec2Fleet({ client: ec2 }).launch(makeLaunchRequest({}));
}

/** An instance of a layer that is asked over HTTP, which the example has not: it boots, and answers. */
async function probeOnce(): Promise<void> {
  const file = makeFile({ layer: { ready: { http: { port: 8080 } } } });
  const slots = [makeSlot({ number: 1, state: 'booting' })];
  const more = [makeObservation({ instance: makeInstance({ slotNumber: 1 }) })];
  const ports = { ...(await makeTable(makeRecords({ file, slots, more }))), probes: new MemoryProbes() };
  const report = await probeStage(guardPorts(ports, { guard, stage: 'probe', state: { ...plainState } }), {
    application: 'shop',
  });
  expect(report.ready).toBe(1);
}

describe('the rights of the stack', () => {
  beforeAll(async () => {
    guard.checkPlatform();
    await playGuarded({ guard, seed: 1, hours: 6, fleet: { meanHoursToInterruption: 2, failedBootRatio: 0.05 } });
    await playGuarded({
      guard,
      seed: 2,
      hours: 1,
      text: shop.replace('"readySeconds": 120', '"readySeconds": 120, "ready": "status-checks"'),
    });
    await launchUnderUsedToken();
    await probeOnce();
  }, 300_000);

  it('suffice for every call of a day with faults', () => {
    expect([...guard.missing]).toEqual([]);
  });

  it('hold nothing that no call has used', () => {
    expect(guard.unused()).toEqual([]);
  });

  it('lack something as soon as any one statement is taken away', () => {
    const harmless = allowsOf(deployed).filter(
      (allow) => guard.refusedBy(new RightsGuard(new DeployedTemplate(withoutStatement(deployed, allow)))).length === 0,
    );

    expect(allowsOf(deployed).length).toBeGreaterThan(30);
    expect(harmless).toEqual([]);
  });

  it('name every resource, but where AWS knows none', () => {
    const everywhere = [...guard.stages.values()].flatMap(({ statements }) =>
      statements.filter(({ effect, resources }) => effect === 'Allow' && resources.includes('*')),
    );

    // What the others touch cannot be named; DescribeAlarms hides composite alarms otherwise.
    expect([...new Set(everywhere.flatMap(({ actions }) => actions))].toSorted()).toEqual([
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'cloudwatch:PutMetricData',
      ...['ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'],
      'ec2:DescribeInstanceStatus',
      'ec2:DescribeInstances',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
      'elasticloadbalancing:DescribeTargetHealth',
      'ssm:ListCommandInvocations',
    ]);
    const unconditional = everywhere.filter(({ conditions }) => conditions.length === 0);
    expect(unconditional.map(({ name }) => name)).toEqual(['probe/EnterNetwork']);
  });

  it('hold no wildcard in an action', () => {
    const actions = [...guard.stages.values()].flatMap(({ statements }) =>
      statements.flatMap((statement) => statement.actions),
    );

    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('let nobody but announce publish, and nobody without TLS', () => {
    const topic = template.one('AWS::SNS::Topic').arn ?? '';
    const publish = (context: IamCall['context'] = {}): IamCall => ({
      action: 'sns:Publish',
      resource: topic,
      context,
    });

    expect(isAllowed('announce', publish())).toBe(true);
    expect(isAllowed('announce', publish({ 'aws:SecureTransport': 'false' }))).toBe(false);
    for (const stage of [
      'apply',
      'evaluate',
      'observe',
      'reconcile',
      'acknowledge',
      'target-group',
      'hook',
      'probe',
    ] as const)
      expect([stage, isAllowed(stage, publish(), wide)]).toEqual([stage, false]);
  });

  it('let nobody use a queue without TLS', () => {
    const queues = template.ofType('AWS::SQS::Queue').map((queue) => queue.arn ?? '');
    const send = (resource: string): IamCall => ({
      action: 'sqs:SendMessage',
      resource,
      context: { 'aws:SecureTransport': 'false' },
    });

    expect(queues.length).toBeGreaterThan(5);
    expect(queues.filter((queue) => isAllowed('evaluate', send(queue), wide))).toEqual([]);
  });
});

describe('a function may not', () => {
  it.each<readonly [string, string, IamCall | readonly IamCall[]]>([
    ['terminate a machine without our tag', 'reconcile', terminateAttempt({})],
    [
      'terminate for an application that is not deployed',
      'reconcile',
      terminateAttempt({ [ourTags.application]: 'other' }),
    ],
    ['terminate unless it is reconcile', 'evaluate', terminateAttempt(ourLaunchTags)],
    ['stop a machine', 'reconcile', machineAttempt('ec2:StopInstances')],
    ['change a machine', 'reconcile', machineAttempt('ec2:ModifyInstanceAttribute')],
    ['read user data', 'observe', machineAttempt('ec2:DescribeInstanceAttribute')],
    [
      'tag what runs already',
      'reconcile',
      machineAttempt('ec2:CreateTags', { 'aws:RequestTag/concertina:application': 'shop' }),
    ],
    ['launch unless it is reconcile', 'evaluate', launchAttempt()],
    ['launch without our tags', 'reconcile', launchAttempt({ tags: {} })],
    [
      'launch without saying which slot',
      'reconcile',
      launchAttempt({ tags: { [ourTags.application]: 'shop', [ourTags.layer]: 'web' } }),
    ],
    [
      'launch for an application that is not deployed',
      'reconcile',
      launchAttempt({ tags: { ...ourLaunchTags, [ourTags.application]: 'other' } }),
    ],
    [
      'launch with version 1 of the metadata service',
      'reconcile',
      launchAttempt({ input: { MetadataOptions: { HttpTokens: 'optional' } } }),
    ],
    [
      'launch with a profile that no file names',
      'reconcile',
      launchAttempt({ input: { IamInstanceProfile: { Name: 'admin' } } }),
    ],
    ['launch into a subnet that no file names', 'reconcile', launchAttempt({ input: { SubnetId: 'subnet-0f' } })],
    [
      'launch into a security group that no file names',
      'reconcile',
      launchAttempt({ input: { SecurityGroupIds: ['sg-0f'] } }),
    ],
    ['launch into the default security group', 'reconcile', launchAttempt({ input: { SecurityGroupIds: [] } })],
    ['launch from an image of somebody else', 'reconcile', launchAttempt({ owner: '999999999999' })],
    ['pass another role', 'reconcile', passRoleAttempt('admin', { to: 'ec2.amazonaws.com' })],
    ['pass a role to another service', 'reconcile', passRoleAttempt('shop-web', { to: 'lambda.amazonaws.com' })],
    [
      'list machines of another region',
      'observe',
      { action: 'ec2:DescribeInstances', resource: '*', context: { 'aws:RequestedRegion': 'us-east-1' } },
    ],
    [
      'write metrics that are not ours',
      'evaluate',
      { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': 'AWS/ApplicationELB' } },
    ],
    [
      'read an SSM parameter that no file names',
      'evaluate',
      { action: 'ssm:GetParameter', resource: arn('ssm', 'parameter/shop/secret'), context: {} },
    ],
    ['write decisions unless it is evaluate', 'reconcile', itemAttempt(template, 'dynamodb:PutItem', 'shop#decisions')],
    [
      'write what shadow rules decided unless it is evaluate',
      'reconcile',
      itemAttempt(template, 'dynamodb:PutItem', 'shop#shadow#decisions'),
    ],
    [
      'write an application file unless it is apply',
      'evaluate',
      itemAttempt(template, 'dynamodb:PutItem', '#applications'),
    ],
    ['say what others take of the ceilings', 'evaluate', itemAttempt(template, 'dynamodb:PutItem', '#account')],
    ['forget what is taken of the ceilings', 'reconcile', itemAttempt(template, 'dynamodb:DeleteItem', '#account')],
    ['change the history of files', 'apply', itemAttempt(template, 'dynamodb:DeleteItem', 'shop#files')],
    ['delete anything while it acknowledges', 'acknowledge', itemAttempt(template, 'dynamodb:DeleteItem', 'shop')],
    ['register in a target group that no file names', 'target-group', targetGroupAttempt('RegisterTargets', 'other')],
    ['take out of a target group that no file names', 'target-group', targetGroupAttempt('DeregisterTargets', 'other')],
    ['change a target group itself', 'target-group', targetGroupAttempt('ModifyTargetGroup', 'shop')],
    ['run a command on a machine without our tags', 'hook', commandAttempt({})],
    [
      'run a command on a layer that has no hook',
      'hook',
      commandAttempt({ [ourTags.application]: 'shop', [ourTags.layer]: 'web' }),
    ],
    [
      'run a command on an application that is not deployed',
      'hook',
      commandAttempt({ [ourTags.application]: 'other', [ourTags.layer]: 'db' }),
    ],
    [
      'run another document than the shell script',
      'hook',
      commandAttempt({ [ourTags.application]: 'shop', [ourTags.layer]: 'db' }, 'AWS-StopEC2Instance'),
    ],
    [
      'run a command unless it is hook',
      'target-group',
      commandAttempt({ [ourTags.application]: 'shop', [ourTags.layer]: 'db' }),
    ],
    [
      'enter another network from its own code',
      'probe',
      {
        action: 'ec2:CreateNetworkInterface',
        resource: '*',
        context: { 'lambda:SourceFunctionArn': template.one('AWS::Lambda::Function', /Probe/).arn ?? '' },
      },
    ],
    ['read the whole table', 'reconcile', itemAttempt(template, 'dynamodb:Scan', 'shop')],
  ])('%s', (_, stage, calls) => {
    expect([calls].flat().every((call) => isAllowed(stage, call))).toBe(false);
  });

  it('be refused the commands and the registration from which the others differ', () => {
    const run = commandAttempt({ [ourTags.application]: 'shop', [ourTags.layer]: 'db' });

    expect(run.filter((call) => !isAllowed('hook', call))).toEqual([]);
    expect(isAllowed('target-group', targetGroupAttempt('RegisterTargets', 'shop'))).toBe(true);
  });

  it('be refused the launch and the termination from which the others differ', () => {
    const ours = [...launchAttempt(), ...terminateAttempt(ourLaunchTags)];

    expect(ours.filter((call) => !isAllowed('reconcile', call))).toEqual([]);
  });

  it('lack a right without hearing which statement to add', () => {
    const grant = allowsOf(deployed).find(({ sid }) => sid === 'TerminateOurs') ?? { policy: '', index: 0 };
    const lacking = new RightsGuard(new DeployedTemplate(withoutStatement(deployed, grant)));
    const end = { command: 'TerminateInstancesCommand', input: { InstanceIds: ['i-1'] }, state: plainState };

    expect(() => lacking.checkCommand('reconcile', end)).toThrow(MissingRightError);
    expect(() => lacking.checkCommand('reconcile', end)).toThrow(
      /reconcile may not ec2:TerminateInstances .*statement to add.*"Action":"ec2:TerminateInstances".*instance\/i-1/,
    );
  });
});
