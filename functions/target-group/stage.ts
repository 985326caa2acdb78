import type { ParticipantPorts, Ports } from '../../adapters/ports.ts';
import { versionsOf } from '../../core/participants/heard-slots.ts';
import { planTargets, type TargetHealth, type TargetsPlan } from '../../core/participants/plan-targets.ts';
import { replyOf } from '../../core/participants/reply.ts';
import type { Stored } from '../../core/stored.ts';
import type { Wake } from '../run-wakes.ts';

/** What this stage may touch. */
export type TargetGroupPorts = Pick<Ports, 'table' | 'ticks'> & Pick<ParticipantPorts, 'targetGroups' | 'replies'>;

/** What one run did; logged as one line. */
export interface TargetGroupReport {
  readonly application: string;
  readonly registered: number;
  readonly deregistered: number;
  /** What participants wait for, by name; those that wait for nothing are absent. */
  readonly waitsFor: Readonly<Record<string, readonly string[]>>;
}

/** A participant whose target group this stage looks after. */
interface Charge {
  readonly application: string;
  readonly participant: string;
  readonly targetGroupArn: string;
}

type Looked = Omit<TargetGroupReport, 'application' | 'waitsFor'> & { readonly waitsFor: readonly string[] };

const nothing: Looked = { registered: 0, deregistered: 0, waitsFor: [] };

/** After a notice it looks again so soon: health comes before the next tick now and then. */
const LOOK_AGAIN_SECONDS = [5, 10];
const MOST_ATTEMPTS = 10;

/**
 * Makes every target group of an application as its membership says, and acknowledges what it has come to. Woken by notices and, while
 * something moves, by ticks; each run looks at everything, so any of them may be lost, late or twice. One participant that fails never
 * keeps the others from being looked after: the errors are thrown together at the end.
 */
export async function targetGroupStage(ports: TargetGroupPorts, wake: Wake): Promise<TargetGroupReport> {
  const { application, isTick } = wake;
  const looked: (readonly [string, Looked])[] = [];
  const errors: unknown[] = [];
  for (const charge of chargesOf(await ports.table.load(application))) {
    try {
      looked.push([charge.participant, await lookAfter(ports, charge)]);
    } catch (error) {
      errors.push(error);
    }
  }
  const waiting = looked.filter(([, { waitsFor }]) => waitsFor.length > 0);
  if (!isTick && waiting.length > 0) await ports.ticks.later(application, LOOK_AGAIN_SECONDS);
  if (errors.length > 0) throw new AggregateError(errors, `target groups of ${application} are not as they should be`);
  return {
    application,
    registered: looked.reduce((sum, [, { registered }]) => sum + registered, 0),
    deregistered: looked.reduce((sum, [, { deregistered }]) => sum + deregistered, 0),
    waitsFor: Object.fromEntries(waiting.map(([participant, { waitsFor }]) => [participant, waitsFor])),
  };
}

function chargesOf({ application, file }: Stored): readonly Charge[] {
  return Object.entries(file?.file.participants ?? {}).flatMap(([participant, { targetGroupArn }]) =>
    targetGroupArn === undefined ? [] : [{ application, participant, targetGroupArn }],
  );
}

/** The group is listed before the table is read, and what will be registered is stored before it is: core/participants/plan-targets.ts. */
async function lookAfter(ports: TargetGroupPorts, charge: Charge): Promise<Looked> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const listed = await ports.targetGroups.list(charge.targetGroupArn);
    const stored = await ports.table.load(charge.application);
    if ('refused' in listed) {
      await reply(ports, stored, { charge, isApplied: false, refused: [listed.refused] });
      return { ...nothing, waitsFor: [listed.refused] };
    }
    const plan = planOf(stored, charge, listed.targets);
    if (plan === undefined) return nothing;
    const isStored =
      plan.record === undefined ||
      (await ports.table.commit(charge.application, { put: [plan.record] })) === 'committed';
    if (isStored) return carryOut(ports, { stored, charge, plan });
  }
  throw new Error(`the targets of ${charge.participant} were overtaken ${MOST_ATTEMPTS} times`);
}

/** Undefined when the participant is no longer there, or has another target group by now: the next run looks after that one. */
function planOf(
  stored: Stored,
  { participant, targetGroupArn }: Charge,
  targets: ReadonlyMap<string, TargetHealth>,
): TargetsPlan | undefined {
  const settings = stored.file?.file.participants[participant];
  if (settings?.targetGroupArn !== targetGroupArn) return undefined;
  const { atLeastPercent = 100 } = settings.acknowledge ?? {};
  return planTargets(stored, { participant, targetGroupArn, atLeastPercent }, targets);
}

async function carryOut(
  ports: TargetGroupPorts,
  { stored, charge, plan }: { readonly stored: Stored; readonly charge: Charge; readonly plan: TargetsPlan },
): Promise<Looked> {
  const { register, deregister, isApplied, waitsFor } = plan;
  const { refused } =
    register.length === 0 ? { refused: [] } : await ports.targetGroups.register(charge.targetGroupArn, register);
  if (deregister.length > 0) await ports.targetGroups.deregister(charge.targetGroupArn, deregister);
  await reply(ports, stored, { charge, isApplied, refused });
  return {
    registered: register.length - refused.length,
    deregistered: deregister.length,
    waitsFor: [...waitsFor, ...refused],
  };
}

/** Says what is applied until that is stored, and a failure once for each version. */
async function reply(
  ports: TargetGroupPorts,
  stored: Stored,
  of: { readonly charge: Charge; readonly isApplied: boolean; readonly refused: readonly string[] },
): Promise<void> {
  const { participant } = of.charge;
  const { newest, applied, failed } = versionsOf(stored, participant);
  if (applied >= newest) return;
  const answer = { participant, membershipVersion: stored.head?.membershipVersion ?? 0 };
  const message = of.refused.join('; ');
  if (of.isApplied) await send(ports, replyOf(stored, { ...answer, status: 'applied' }));
  else if (message !== '' && failed < newest)
    await send(ports, replyOf(stored, { ...answer, status: 'failed', message }));
}

async function send(ports: TargetGroupPorts, acknowledgement: ReturnType<typeof replyOf>): Promise<void> {
  if (acknowledgement !== undefined) await ports.replies.send(acknowledgement);
}
