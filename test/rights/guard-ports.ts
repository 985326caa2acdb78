import { CloudWatchMetrics } from '../../adapters/aws/cloudwatch-metrics.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { Ec2Fleet } from '../../adapters/aws/ec2-fleet.ts';
import { ElbTargetGroups } from '../../adapters/aws/elb-target-groups.ts';
import { SnsTopic } from '../../adapters/aws/sns-topic.ts';
import { SqsReplies } from '../../adapters/aws/sqs-replies.ts';
import { SqsTicks } from '../../adapters/aws/sqs-ticks.ts';
import { SsmCommands } from '../../adapters/aws/ssm-commands.ts';
import { SsmImages } from '../../adapters/aws/ssm-images.ts';
import { SsmKillSwitch } from '../../adapters/aws/ssm-kill-switch.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import type { ParticipantPorts, Ports } from '../../adapters/ports.ts';
import { traceStart } from '../../apps/local/world.ts';
import { listOf } from '../../functions/environment.ts';
import { type AnswersFor, answeringClients } from './guard-clients.ts';
import type { RightsGuard } from './rights-guard.ts';

/**
 * Ports of any world, and beside each call the same call on the AWS adapter, whose commands go to the guard instead of to AWS. So what is
 * evaluated is what the adapters really send. Throws MissingRightError before the world's own port is asked.
 */
export function guardPorts<P extends Partial<Ports & ParticipantPorts>>(
  ports: P,
  { guard, stage, state }: { readonly guard: RightsGuard; readonly stage: string; readonly state: AnswersFor },
): P {
  const guarded = Object.entries(ports).map(([name, port]) => {
    const twin = knownTwin(name, { guard, stage, state });
    return [name, twin === undefined ? port : inFrontOf(port, twin)] as const;
  });
  return Object.assign({ ...ports }, Object.fromEntries(guarded));
}

const knownTwins = new WeakMap<AnswersFor, Map<string, (() => object) | undefined>>();

/** Worlds make ports for every run of a stage; clients are made once a world, for they answer by what is in it. */
function knownTwin(port: string, context: Parameters<typeof awsTwin>[1]): (() => object) | undefined {
  const twins = knownTwins.get(context.state) ?? new Map<string, (() => object) | undefined>();
  knownTwins.set(context.state, twins);
  const key = `${context.stage} ${port}`;
  if (!twins.has(key)) twins.set(key, once(awsTwin(port, context)));
  return twins.get(key);
}

function once(make: (() => object) | undefined): (() => object) | undefined {
  if (make === undefined) return undefined;
  let made: object | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Probes go to machines, over a network in which IAM has no say. */
const withoutAws: ReadonlySet<string> = new Set(['clock', 'chance', 'probes']);

/** Evaluate ticks all that look again; the others only themselves. */
function ticksVariable(stage: string): string {
  return stage === 'evaluate' ? 'CONCERTINA_TICKS_QUEUE_URLS' : 'CONCERTINA_WAKES_QUEUE_URL';
}

/** The AWS adapter of a port, made at the first call: a stage whose function lacks the variable for it must not need it. */
function awsTwin(
  port: string,
  context: { readonly guard: RightsGuard; readonly stage: string; readonly state: AnswersFor },
): (() => object) | undefined {
  const { environment } = context.guard.rightsOf(context.stage);
  const clients = answeringClients(context);
  const variable = (name: string): string => {
    const value = environment[name];
    if (value === undefined) throw new Error(`${context.stage} uses ${port} and has no variable ${name}`);
    return value;
  };
  const twins: Readonly<Record<string, () => object>> = {
    table: () => new DynamoDbTable({ client: clients.dynamoDb, tableName: variable('CONCERTINA_TABLE') }),
    fleet: () => new Ec2Fleet({ client: clients.ec2 }),
    metrics: () => new CloudWatchMetrics({ client: clients.cloudWatch }),
    topic: () => new SnsTopic({ client: clients.sns, topicArn: variable('CONCERTINA_TOPIC_ARN') }),
    ticks: () => new SqsTicks({ client: clients.sqs, queueUrls: listOf(variable(ticksVariable(context.stage))) }),
    targetGroups: () => new ElbTargetGroups({ client: clients.loadBalancing }),
    commands: () => new SsmCommands({ client: clients.ssm }),
    replies: () => new SqsReplies({ client: clients.sqs, queueUrl: variable('CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL') }),
    images: () => new SsmImages({ client: clients.ssm }),
    killSwitch: () =>
      new SsmKillSwitch({
        client: clients.ssm,
        clock: new MemoryClock(traceStart),
        parameterName: variable('CONCERTINA_KILL_SWITCH'),
      }),
  };
  const make = twins[port];
  if (make === undefined && !withoutAws.has(port)) throw new Error(`what ${port} is on AWS is not known here`);
  return make;
}

function inFrontOf(port: object, makeTwin: () => object): object {
  let twin: object | undefined;
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: readonly unknown[]) => {
        twin ??= makeTwin();
        const asked: unknown = Reflect.get(twin, name);
        if (typeof asked === 'function') await Reflect.apply(asked, twin, args);
        const answer: unknown = await Reflect.apply(method, target, args);
        return answer;
      };
    },
  });
}
