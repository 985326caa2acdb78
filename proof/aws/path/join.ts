import { instantFromIso, secondsBetween } from '../../../core/amounts.ts';
import { must, until } from '../check.ts';
import { askUrl, urlOf } from './ask-url.ts';
import { alarmState, instanceState, ruleTakes } from './feed-event.ts';
import { acknowledge, machinesOf, noticeFor, raiseKioskAlarm, replyTo, slotsIn, tellStateOf, tick } from './kiosk.ts';
import type { World } from './world.ts';

/** The first machines: an event wakes evaluate, the stream wakes reconcile and announce, and joining waits for who must acknowledge. Whether one joined. */
export async function joinStep(world: World): Promise<boolean> {
  const { checks, by } = world;
  await checkPatterns(world);
  await checks.check(
    'an alarm event wakes evaluate, whose write wakes reconcile, which launches',
    by.both,
    async () => {
      await raiseKioskAlarm(world);
      await slotsIn(world, { layer: 'front', states: ['booting'], seconds: 25 });
      const [decision] = await world.table.decisions('kiosk', { limit: 1, layer: 'front' });
      must(decision?.decision.trigger === 'alarm', `the decision's trigger is ${decision?.decision.trigger}`);
      return `fed event; ${decision.decision.because}`;
    },
  );
  await checkMachine(world);
  await checkGate(world);
  await checkForgery(world);
  const isJoined = await checkJoined(world);
  if (isJoined) await checkHaste(world);
  return isJoined;
}

async function checkPatterns({ checks, by, stack, clients: { events } }: World): Promise<void> {
  await checks.check('the rule for alarms takes ALARM and leaves OK', by.ministack, async () => {
    const rule = stack.idOf('AWS::Events::Rule', 'Evaluate/Wakes/AlarmRaised');
    const taken = [
      await ruleTakes(events, rule, alarmState('any', 'ALARM')),
      await ruleTakes(events, rule, alarmState('any', 'OK')),
    ];
    must(taken.join() === 'true,false', `ALARM, OK: ${taken.join(', ')}`);
    return 'TestEventPattern on the deployed pattern';
  });
  await checks.check('the rule for machines takes every state but pending', by.ministack, async () => {
    const rule = stack.idOf('AWS::Events::Rule', 'Observe/Wakes/StateChanged');
    const states = ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'];
    const taken: string[] = [];
    for (const state of states) if (await ruleTakes(events, rule, instanceState('i-0', state))) taken.push(state);
    must(taken.join() === states.slice(1).join(), `it takes ${taken.join(', ')}`);
    return taken.join(', ');
  });
}

async function checkMachine(world: World): Promise<void> {
  await world.checks.check(
    'the machine carries our tags, the image of the SSM parameter, IMDSv2 and the filled-in parameter',
    world.by.both,
    async () => {
      const machines = await machinesOf(world, 'kiosk');
      const front = machines.find(({ Tags = [] }) => Tags.some(({ Value }) => Value === 'front'));
      const tags = Object.fromEntries((front?.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]));
      must(tags['concertina:slot'] === '1' && tags['concertina:revision'] === '1', `tags ${JSON.stringify(tags)}`);
      must(tags['motto'] === 'open', `the tag of the parameter is ${tags['motto']}`);
      must(front?.ImageId === 'ami-0a1b2c3d4e5f60718', `image ${front?.ImageId}`);
      must(front.MetadataOptions?.HttpTokens === 'required', `IMDS tokens are ${front.MetadataOptions?.HttpTokens}`);
      must(
        front.IamInstanceProfile?.Arn?.endsWith('/kiosk-front') === true,
        `profile ${front.IamInstanceProfile?.Arn}`,
      );
      return `${front.InstanceId}, ${front.ImageId}, ${front.Placement?.AvailabilityZone}`;
    },
  );
}

async function checkGate(world: World): Promise<void> {
  const { checks, by, lb, cluster, audit } = world;
  await checks.check(
    'the news that it runs reaches the web server of participant lb, and only what is for lb',
    by.ministack,
    async () => {
      await tellStateOf(world, await slotsIn(world, { layer: 'front', states: ['booting'], seconds: 5 }), 'running');
      const notice = await noticeFor(lb, { participant: 'lb', event: 'joining' });
      must(notice.change.instances.length === 1 && notice.change.layer === 'front', JSON.stringify(notice.change));
      must(/^[0-9a-f]{64}$/.test(notice.acknowledge?.token ?? ''), 'it has no token');
      const strangers = lb.notices().filter(({ participant }) => participant !== 'lb');
      must(strangers.length === 0, `${strangers.length} notices for others arrived`);
      return `${notice.id} ${notice.change.instances[0]?.slot}, filtered by attribute, confirmed over HTTP`;
    },
  );
  await checks.check(
    'the same news reaches the queues of participants cluster and audit, each its own',
    by.ministack,
    async () => {
      const [toCluster, toAudit] = [
        await noticeFor(cluster, { participant: 'cluster', event: 'joining' }),
        await noticeFor(audit, { participant: 'audit', event: 'joining' }),
      ];
      must(toCluster.acknowledge !== undefined && toAudit.acknowledge === undefined, 'who must acknowledge is wrong');
      must(
        cluster.notices().every(({ participant }) => participant === 'cluster'),
        'others reached the queue of cluster',
      );
      return `${toCluster.id}, ${toAudit.id}`;
    },
  );
  await checks.check('a joining machine stays out of service while nobody acknowledges', by.ministack, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await slotsIn(world, { layer: 'front', states: ['joining'], seconds: 1 });
    return 'joining 1.5 s after it runs and all were told';
  });
  await checkUrl(world);
}

async function checkUrl(world: World): Promise<void> {
  const { checks, by, lb } = world;
  const name =
    "the function URL refuses an unsigned and a forged acknowledgement and takes lb's, which alone is not enough";
  await checks.check(name, by.ministack, async () => {
    const notice = await noticeFor(lb, { participant: 'lb', event: 'joining' });
    const url = notice.acknowledge?.url ?? '';
    const unsigned = await askUrl({ url, body: replyTo(notice), isSigned: false });
    const forged = await askUrl({ url, body: replyTo(notice, { token: 'ab'.repeat(32) }) });
    must(unsigned.status === 403 && forged.status === 403, `${unsigned.text}, ${forged.text}`);
    must(/the token is not/.test(forged.text), forged.text);
    const real = await askUrl({ url, body: replyTo(notice) });
    must(real.status === 200, `${real.status} ${real.text}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await slotsIn(world, { layer: 'front', states: ['joining'], seconds: 1 });
    return `403, 403, 200: ${real.text}`;
  });
  await checks.check('the function URL serves the membership to who has the token', by.ministack, async () => {
    const notice = await noticeFor(lb, { participant: 'lb', event: 'joining' });
    const { application, participant, membership, acknowledge: { token = '' } = {} } = notice;
    const query = { application, participant, version: String(membership.version) };
    const served = await askUrl({ url: urlOf(world, '/membership', { ...query, token }) });
    const refused = await askUrl({ url: urlOf(world, '/membership', { ...query, token: 'ab'.repeat(32) }) });
    must(served.status === 200 && refused.status === 403, `${served.status} and ${refused.status}`);
    must(served.text.includes('front-1'), served.text);
    return served.text.slice(0, 80);
  });
}

async function checkForgery(world: World): Promise<void> {
  await world.checks.check(
    "an acknowledgement with another participant's token is refused",
    world.by.ministack,
    async () => {
      const ofLb = await noticeFor(world.lb, { participant: 'lb', event: 'joining' });
      await acknowledge(world, ofLb, { participant: 'cluster' });
      const ofAudit = await noticeFor(world.audit, { participant: 'audit', event: 'joining' });
      await acknowledge(world, ofAudit, { token: 'ab'.repeat(32) });
      await new Promise((resolve) => setTimeout(resolve, 2500));
      const { acknowledgements } = await world.table.load('kiosk');
      must([...acknowledgements.keys()].join() === 'lb', `stored: ${[...acknowledgements.keys()].join(', ')}`);
      return 'nothing was stored for cluster and audit';
    },
  );
}

function checkJoined(world: World): Promise<boolean> {
  const { checks, by, cluster, audit } = world;
  return checks.check(
    'once all have acknowledged the machine is in service, and all are told',
    by.ministack,
    async () => {
      await acknowledge(world, await noticeFor(cluster, { participant: 'cluster', event: 'joining' }));
      await slotsIn(world, { layer: 'front', states: ['in-service'], seconds: 20 });
      const notice = await noticeFor(audit, { participant: 'audit', event: 'joined' });
      must(notice.change.instances[0]?.state === 'in-service', JSON.stringify(notice.change));
      return `${notice.id}: ${notice.change.instances[0]?.slot} joined`;
    },
  );
}

/** Ticks make good a wake that was lost, after up to 15 s: what comes sooner was woken by the stream. */
async function checkHaste(world: World): Promise<void> {
  const { checks, by, audit } = world;
  await checks.check(
    'each change wakes its reader through the stream at once, and does not wait for a tick',
    by.ministack,
    async () => {
      const { desired, observations, acknowledgements, slots } = await world.table.load('kiosk');
      const slot = slots.find(({ slot: { layer } }) => layer === 'front')?.slot;
      const decided = desired.get('front');
      const observed = observations.get(slot?.instanceId ?? '');
      const acknowledged = acknowledgements.get('cluster');
      must(slot?.inServiceAt !== undefined, 'no slot is in service');
      must(decided !== undefined && observed !== undefined && acknowledged !== undefined, 'a record is missing');
      const [notice] = audit.notices().filter(({ change, event }) => change.layer === 'front' && event === 'joining');
      const told = instantFromIso(notice?.sentAt ?? '');
      const seconds = {
        'decision to launch': secondsBetween(decided.decidedAt, slot.intendedAt),
        'observation to notice': secondsBetween(observed.firstSeenAt, told),
        'acknowledgement to service': secondsBetween(acknowledged.at, slot.inServiceAt),
      };
      must(
        Object.values(seconds).every((taken) => taken < 5),
        JSON.stringify(seconds),
      );
      return JSON.stringify(seconds);
    },
  );
}

/** Looked at last: `back` is heard by `silent`, which must acknowledge within four seconds and never does. */
export async function silentStep(world: World): Promise<void> {
  const { checks, by } = world;
  await checks.check(
    'a participant that never answers holds a change until its deadline and no longer',
    by.ministack,
    async () => {
      const slot = await until('a machine of back in service', 40, async () => {
        await tick(world);
        return (await world.slots('back')).find(({ state }) => state === 'in-service');
      });
      const { told, acknowledgements } = await world.table.load('kiosk');
      must(!acknowledgements.has('silent'), 'somebody acknowledged for it');
      must((told.get('silent')?.expiredVersion ?? 0) > 0, 'no deadline of it has passed');
      return `${slot.layer}-${slot.number} in service, deadline of version ${told.get('silent')?.expiredVersion} passed`;
    },
  );
}
