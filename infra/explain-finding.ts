import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** A rule of cdk-nag (AWS Solutions) that a construct breaks for a reason. test/infra/nag.test.ts allows no finding without one. */
export function explainFinding(
  scope: Construct,
  { finding, because }: { readonly finding: string; readonly because: string },
): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions::${finding}`, reason: because });
}

/** A resource with a wildcard in a policy of this construct, and why it cannot be narrower. `resource` as in the policy. */
export function explainWildcard(
  scope: Construct,
  { resource, because }: { readonly resource: string; readonly because: string },
): void {
  const shown = shownAs(Stack.of(scope).resolve(resource));
  explainFinding(scope, { finding: `AwsSolutions-IAM5[Resource::${shown}]`, because });
}

/** How cdk-nag names a resource: references in angle brackets. */
function shownAs(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]]: [string, unknown][] = Object.entries(value);
  if (name === 'Ref') return `<${String(argument)}>`;
  if (!Array.isArray(argument)) throw new TypeError(`${name} has no name in cdk-nag`);
  const [first, second]: unknown[] = argument;
  if (name === 'Fn::GetAtt') return `<${String(first)}.${String(second)}>`;
  return Array.isArray(second) ? second.map(shownAs).join(String(first)) : '';
}
