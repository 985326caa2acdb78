import { matchesAction, matchesArn } from './match-pattern.ts';
import type { Statement } from './policy.ts';
import { meetsCondition, type RequestContext } from './test-condition.ts';

/** One question that AWS asks of the policies: may this principal do this to that? One call of an API may make several. */
export interface IamCall {
  /** `ec2:RunInstances`. */
  readonly action: string;
  /** An ARN, or `*` for actions that know no resources. */
  readonly resource: string;
  /** Condition keys and their values, beside those of the principal. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Who calls: a role, or a service of AWS in its own name. */
export type Caller = { readonly roleArn: string } | { readonly service: string };

/** What decides: the policies of the caller, and that of the resource. */
export interface Policies {
  readonly identity: readonly Statement[];
  readonly resource: readonly Statement[];
}

/** The answer; `by` are the statements that gave it, none when nobody allowed it. */
export interface Verdict {
  readonly isAllowed: boolean;
  readonly by: readonly Statement[];
}

/**
 * AWS's answer within one account: one deny is enough, else one allow, in either the caller's or the resource's policy, else no.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * Key policies, permission boundaries, session and organisation policies are not looked at.
 */
export function evaluateCall(call: IamCall, caller: Caller, { identity, resource }: Policies): Verdict {
  const context = contextOf(call, caller);
  const ofCaller = identity.filter((statement) => speaksOf(statement, call, context));
  const ofResource = resource.filter((statement) => isMeant(statement, caller) && speaksOf(statement, call, context));
  const all = [...ofCaller, ...ofResource];
  const denied = all.filter(({ effect }) => effect === 'Deny');
  if (denied.length > 0) return { isAllowed: false, by: denied };
  return { isAllowed: all.length > 0, by: all };
}

function contextOf(call: IamCall, caller: Caller): RequestContext {
  const principal: Readonly<Record<string, string>> =
    'roleArn' in caller ? { 'aws:PrincipalArn': caller.roleArn } : { 'aws:PrincipalServiceName': caller.service };
  // Every client of ours speaks TLS; a call that does not says so itself.
  const entries = Object.entries({ 'aws:SecureTransport': 'true', ...principal, ...call.context });
  return new Map(entries.map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]));
}

function speaksOf(statement: Statement, call: IamCall, context: RequestContext): boolean {
  return (
    statement.actions.some((pattern) => matchesAction(pattern, call.action)) &&
    statement.resources.some((pattern) => matchesArn(pattern, call.resource)) &&
    statement.conditions.every((condition) => meetsCondition(condition, context))
  );
}

function isMeant({ principal, effect }: Statement, caller: Caller): boolean {
  if (principal === undefined) return false;
  if ('service' in caller) return principal.services.some((name) => name === '*' || name === caller.service);
  return principal.arns.some((arn) => arn === '*' || arn === caller.roleArn || (effect === 'Deny' && isRoot(arn)));
}

/** An allow for `…:root` leaves the answer to the caller's own policies; a deny means everybody in the account. */
function isRoot(arn: string): boolean {
  return arn.endsWith(':root');
}
