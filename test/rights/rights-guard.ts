import { type AccountState, callsOfCommand } from './calls-of-commands.ts';
import { type Caller, evaluateCall, type IamCall } from './evaluate-call.ts';
import { matchesAction, matchesArn } from './match-pattern.ts';
import { eventBridgeCalls, type PlatformCall, platformCalls, topicCalls } from './platform-calls.ts';
import type { Statement } from './policy.ts';
import { readResourcePolicies, readStageRights, type StageRights } from './stage-rights.ts';
import type { DeployedTemplate } from './template.ts';

/** A call that the policies do not allow, with the statement that would. */
export class MissingRightError extends Error {
  override readonly name = 'MissingRightError';
}

/** A part of a statement that nothing has used: one action on one resource. */
export interface Grant {
  readonly statement: string;
  readonly action: string;
  readonly resource: string;
}

/** Evaluates every call of every stage against the policies in a template, and remembers which of them were needed. */
export class RightsGuard {
  readonly stages: ReadonlyMap<string, StageRights>;
  /** What was refused, each once: a stage may take an error of a port for an outage and go on. */
  readonly missing = new Set<string>();
  readonly #template: DeployedTemplate;
  readonly #ofResources: ReadonlyMap<string, readonly Statement[]>;
  readonly #used = new Set<string>();
  /** The same call has the same answer: worlds make the same few a million times. */
  readonly #answered = new Map<string, { readonly stage: string | undefined; readonly call: PlatformCall }>();

  constructor(template: DeployedTemplate) {
    this.#template = template;
    this.stages = readStageRights(template);
    this.#ofResources = readResourcePolicies(template);
  }

  /** The rights of one stage. Throws for a stage that has no function. */
  rightsOf(stage: string): StageRights {
    const rights = this.stages.get(stage);
    if (rights === undefined) throw new Error(`the template has no function for ${stage}`);
    return rights;
  }

  /** Throws MissingRightError unless the stage's function may send the command. */
  checkCommand(
    stage: string,
    { command, input, state }: { readonly command: string; readonly input: unknown; readonly state: AccountState },
  ): void {
    const { roleArn } = this.rightsOf(stage);
    for (const call of callsOfCommand(command, input, state))
      this.check(stage, { call, caller: { roleArn }, because: command });
  }

  /** Throws MissingRightError unless AWS may do what the wiring of the stack makes it do. */
  checkPlatform(): void {
    for (const rights of this.stages.values())
      for (const platformCall of platformCalls(this.#template, rights)) this.check(rights.stage, platformCall);
    for (const platformCall of [...eventBridgeCalls(this.#template), ...topicCalls(this.#template)])
      this.check(undefined, platformCall);
  }

  /** Throws MissingRightError unless the call is allowed; a stage that is given brings the policies of its role. */
  check(stage: string | undefined, { call, caller, because }: PlatformCall): void {
    const key = JSON.stringify([stage, call]);
    if (this.#answered.has(key)) return;
    const { isAllowed, by } = this.evaluate(stage, call, caller);
    if (!isAllowed) {
      const message = explain({ stage, call, caller, because }, by);
      this.missing.add(message);
      throw new MissingRightError(message);
    }
    for (const statement of by)
      for (const grant of grantsOf(statement)) if (covers(grant, call)) this.#used.add(keyOf(grant));
    this.#answered.set(key, { stage, call: { call, caller, because } });
  }

  /** How many different questions were asked and answered with yes. */
  get answered(): number {
    return this.#answered.size;
  }

  /** Calls of this guard that another template would refuse: what it lacks. */
  refusedBy(other: RightsGuard): readonly string[] {
    return [...this.#answered.values()].flatMap(({ stage, call }) =>
      other.evaluate(stage, call.call, call.caller).isAllowed
        ? []
        : [`${stage} ${call.call.action} ${call.call.resource}`],
    );
  }

  /** The bare answer, counted nowhere. */
  evaluate(stage: string | undefined, call: IamCall, caller: Caller) {
    const identity = stage === undefined ? [] : this.rightsOf(stage).statements;
    return evaluateCall(call, caller, { identity, resource: this.#ofResources.get(call.resource) ?? [] });
  }

  /** Every action on every resource that is granted and that no call has needed since the beginning. */
  unused(): readonly Grant[] {
    const all = [
      ...[...this.stages.values()].map(({ statements }) => statements),
      ...this.#ofResources.values(),
    ].flat();
    const granted = all.filter(({ effect }) => effect === 'Allow').flatMap(grantsOf);
    return granted.filter((grant) => !this.#used.has(keyOf(grant)));
  }
}

function grantsOf({ name, actions, resources }: Statement): readonly Grant[] {
  return actions.flatMap((action) => resources.map((resource) => ({ statement: name, action, resource })));
}

function covers({ action, resource }: Grant, call: IamCall): boolean {
  return matchesAction(action, call.action) && matchesArn(resource, call.resource);
}

function keyOf({ statement, action, resource }: Grant): string {
  return `${statement} ${action} ${resource}`;
}

function explain(
  { stage, call, caller, because }: PlatformCall & { readonly stage: string | undefined },
  deniedBy: readonly Statement[],
): string {
  const who = stage ?? ('service' in caller ? caller.service : caller.roleArn);
  const what = `${because}: ${who} may not ${call.action} on ${call.resource} with ${JSON.stringify(call.context)}`;
  if (deniedBy.length > 0) return `${what}; denied by ${deniedBy.map(({ name }) => name).join(', ')}`;
  const statement = { Effect: 'Allow', Action: call.action, Resource: call.resource };
  return `${what}; the statement to add, with the narrowest condition that holds: ${JSON.stringify(statement)}`;
}
