/** `*` is any text, `?` one character. Case counts. */
export function matchesText(pattern: string, text: string): boolean {
  return regexOf(pattern).test(text);
}

/** Names of actions and of condition keys know no case. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesText(pattern.toLowerCase(), action.toLowerCase());
}

/**
 * Each part of an ARN is compared by itself, so that a wildcard never reaches over a colon but within the last part, the resource.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const [wanted, found] = [partsOf(pattern), partsOf(arn)];
  return wanted.length === found.length && wanted.every((part, index) => matchesText(part, found[index] ?? ''));
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

const known = new Map<string, RegExp>();

function regexOf(pattern: string): RegExp {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  // A policy variable would be filled in by AWS; we use none.
  if (pattern.includes('${')) throw new RangeError(`policy variables are not known here: ${pattern}`);
  const escaped = pattern
    .replace(/[.+^$()|[\]{}\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const regex = new RegExp(`^${escaped}$`, 's');
  known.set(pattern, regex);
  return regex;
}
