import { z } from 'zod';
import { defaultCeilings } from './concertina.ts';

const text = z.string().min(1);
const texts = z.array(text);
/** Settings given with `-c` are texts; those of cdk.json have their type. */
const json = (value: unknown) => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

const contextSchema = z.strictObject({
  stackName: text.default('Concertina').describe('The name of the stack.'),
  applications: text.default('applications').describe('The folder of the application files that a deploy writes.'),
  parameters: z
    .preprocess(json, z.record(text, z.record(text, text)))
    .default({})
    .describe('Values of the parameters in the files, by application and name.'),
  alsoReach: z
    .preprocess(
      json,
      z.strictObject({
        applications: texts.default([]),
        subnetIds: texts.default([]),
        securityGroupIds: texts.default([]),
        instanceProfiles: z.record(text, texts.min(1)).default({}),
        imageOwners: texts.default([]),
        imageParameters: texts.default([]),
        targetGroupArns: texts.default([]),
        hookLayers: texts.default([]),
      }),
    )
    .prefault({})
    .describe('What the functions may touch beside what the files name (infra/reach.ts).'),
  ceilings: z
    .preprocess(json, z.strictObject({ mostInstances: z.int().positive(), mostHourlyUsd: z.number().positive() }))
    .default(defaultCeilings)
    .describe('What all applications together may have; no application file can lift it.'),
  removal: z.enum(['keep', 'delete']).default('keep').describe('What becomes of the table when the stack is deleted.'),
  reservesConcurrency: z
    .preprocess(json, z.boolean())
    .default(true)
    .describe('False in an account with the smallest quota of concurrent executions.'),
  network: z
    .preprocess(json, z.strictObject({ subnetIds: texts.min(1), securityGroupIds: texts.min(1) }).optional())
    .describe('Subnets and security groups from which instances are asked over HTTP whether they are ready.'),
  acknowledgeUrl: z
    .enum(['aws-iam', 'token'])
    .default('aws-iam')
    .describe('Who may acknowledge over HTTPS: with a signature and a token, or with a token alone.'),
  alarmTopicArn: z.string().startsWith('arn:').optional().describe('The SNS topic that alarms tell.'),
});

/** The settings of a deploy: `concertina:<name>` in the context. */
export type Context = z.infer<typeof contextSchema>;

/** Settings that cannot be: every problem of them. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
}

/** Reads the settings; `get` answers undefined for what is not set. Throws ContextError naming every problem. */
export function readContext(get: (name: string) => unknown): Context {
  const names = Object.keys(contextSchema.shape);
  const given = names.map((name) => [name, get(`concertina:${name}`)] as const);
  const result = contextSchema.safeParse(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `concertina:${path.join('.')}: ${message}`);
  throw new ContextError(problems.join('\n'));
}
