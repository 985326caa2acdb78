import { z } from 'zod';

/** One condition: an operator, a key, and the values of which it speaks. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** Whom a resource's own policy speaks of. */
export type StatementPrincipal = { readonly arns: readonly string[]; readonly services: readonly string[] };

/** One statement of a policy, every element a list. */
export interface Statement {
  /** `Role/Sid`, or the number of the statement where it has no id. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
  /** Set in resource policies only. */
  readonly principal?: StatementPrincipal;
}

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => (Array.isArray(value) ? value : [value]));
const values = z
  .union([z.string(), z.boolean(), z.array(z.union([z.string(), z.boolean()]))])
  .transform((value) => (Array.isArray(value) ? value : [value]).map(String));

/** Strict: `NotAction`, `NotResource`, `NotPrincipal` and whatever else we do not use are errors, never ignored. */
const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
  Principal: z.union([z.literal('*'), z.strictObject({ AWS: texts.optional(), Service: texts.optional() })]).optional(),
  Condition: z.record(z.string(), z.record(z.string(), values)).default({}),
});

const documentSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(statementSchema),
});

/** Reads a policy document; `owner` begins the names of its statements. Throws on anything that the evaluator does not know. */
export function readPolicy(owner: string, document: unknown): readonly Statement[] {
  return documentSchema.parse(document).Statement.map((statement, index) => ({
    name: `${owner}/${statement.Sid ?? index}`,
    effect: statement.Effect,
    actions: statement.Action,
    resources: statement.Resource,
    conditions: Object.entries(statement.Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) => ({ operator, key, values: wanted })),
    ),
    ...(statement.Principal === undefined ? {} : { principal: principalOf(statement.Principal) }),
  }));
}

function principalOf(principal: '*' | { AWS?: string[] | undefined; Service?: string[] | undefined }) {
  if (principal === '*') return { arns: ['*'], services: ['*'] };
  return { arns: principal.AWS ?? [], services: principal.Service ?? [] };
}
