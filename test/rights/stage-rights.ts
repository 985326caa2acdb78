import type { Statement } from './policy.ts';
import { readPolicy } from './policy.ts';
import type { DeployedTemplate, Resource } from './template.ts';
import { fieldsOf, listOf } from './template.ts';

/** The function of a stage as deployed: its role and everything that the role may do. */
export interface StageRights {
  readonly stage: string;
  readonly functionResource: Resource;
  readonly roleArn: string;
  readonly statements: readonly Statement[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The rights of every stage's function, from its role's inline and attached policies. Managed policies are refused: we grant our own words only. */
export function readStageRights(template: DeployedTemplate): ReadonlyMap<string, StageRights> {
  const rights = template.ofType('AWS::Lambda::Function').map((functionResource) => {
    const stage = stageOf(functionResource);
    const role = template.resources.find(({ arn }) => arn === functionResource.properties['Role']);
    if (role?.arn === undefined) throw new Error(`${functionResource.id} has no role in the template`);
    if (role.properties['ManagedPolicyArns'] !== undefined) throw new Error(`${role.id} has managed policies`);
    const variables = fieldsOf(fieldsOf(functionResource.properties['Environment'] ?? {})['Variables'] ?? {});
    return {
      stage,
      functionResource,
      roleArn: role.arn,
      statements: statementsOf(template, role, stage),
      environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    };
  });
  return new Map(rights.map((right) => [right.stage, right]));
}

/** The statements of the policies that queues and topics have themselves, by ARN. */
export function readResourcePolicies(template: DeployedTemplate): ReadonlyMap<string, readonly Statement[]> {
  const policies = [
    ...template.ofType('AWS::SQS::QueuePolicy').map((policy) => ({ policy, of: policy.properties['Queues'] })),
    ...template.ofType('AWS::SNS::TopicPolicy').map((policy) => ({ policy, of: policy.properties['Topics'] })),
  ];
  const byArn = new Map<string, readonly Statement[]>();
  for (const { policy, of } of policies) {
    const statements = readPolicy(policy.id, policy.properties['PolicyDocument']);
    for (const { arn, ref } of template.resources)
      if (arn !== undefined && Array.isArray(of) && of.includes(ref))
        byArn.set(arn, [...(byArn.get(arn) ?? []), ...statements]);
  }
  return byArn;
}

function statementsOf(template: DeployedTemplate, role: Resource, stage: string): readonly Statement[] {
  const attached = template
    .ofType('AWS::IAM::Policy')
    .filter(({ properties }) => Array.isArray(properties['Roles']) && properties['Roles'].includes(role.ref));
  const documents = [
    ...attached.map(({ properties }) => properties['PolicyDocument']),
    ...listOf(role.properties['Policies']).map((inline) => inline['PolicyDocument']),
  ];
  return documents.flatMap((document) => readPolicy(stage, document));
}

/** A function's description begins with its stage (infra/stage-function.ts). */
function stageOf({ id, properties }: Resource): string {
  const stage = /^Concertina ([\w-]+):/.exec(String(properties['Description']))?.[1];
  if (stage === undefined) throw new Error(`${id} is the function of no stage`);
  return stage;
}
