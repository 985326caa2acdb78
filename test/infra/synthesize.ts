import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import type { ConcertinaProps } from '../../infra/concertina.ts';
import { ConcertinaStack } from '../../infra/concertina-stack.ts';

// The first synth of a process loads most of the CDK: seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** A resource of the template. Which type a property has is the template's business: tests compare. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A target group that the file of `makeSource` names. */
export const targetGroupArn =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/50dc6c495c0c9188';

/** A network from which instances can be asked. */
export const network = { subnetIds: ['subnet-p1', 'subnet-p2'], securityGroupIds: ['sg-p1'] };

/** An application file of one layer, a target group and a hook; what is given replaces parts of the file or of its layer's launch settings. */
export function makeSource(
  changes: { readonly file?: object; readonly launch?: object; readonly layer?: object } = {},
) {
  const file = {
    application: 'shop',
    layers: {
      web: {
        image: { ssmParameter: '/shop/web/ami' },
        sizes: [{ type: 'm7g.large', hourlyUsd: 0.08 }],
        count: { min: 1, max: 4 },
        launch: {
          subnetIds: ['subnet-a1', 'subnet-b2'],
          securityGroupIds: ['sg-1'],
          instanceProfile: 'shop-web',
          ...changes.launch,
        },
        ...changes.layer,
      },
    },
    participants: {
      lb: { hears: ['web'], targetGroupArn, acknowledge: { withinSeconds: 120 } },
      web: { hears: ['web'], hook: { joined: '/opt/shop/rebalance.sh' }, acknowledge: { withinSeconds: 600 } },
    },
    ...changes.file,
  };
  return { from: 'applications/shop.json', json: JSON.stringify(file) };
}

/** The template of a stack with that file. Nothing is bundled: code is the business of other tests. */
export function synthesize(props: Partial<ConcertinaProps> = {}): Template {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new ConcertinaStack(app, 'Test', { applications: [makeSource()], network, ...props }));
}

/** All resources of a type, by logical id. */
export function resourcesOf(template: Template, type: string): ReadonlyMap<string, Resource> {
  const resources: Record<string, Resource> = template.toJSON()['Resources'];
  return new Map(Object.entries(resources).filter(([, { Type }]) => Type === type));
}

/** The one resource of a type whose logical id contains `name`. Throws when there are none or several. */
export function resourceOf(template: Template, type: string, name: string): readonly [string, Resource] {
  const [found, ...more] = [...resourcesOf(template, type)].filter(([id]) => id.includes(name));
  if (found === undefined || more.length > 0)
    throw new Error(`${more.length + Number(!!found)} of ${type} named ${name}`);
  return found;
}

/** Everything that the role of a stage (`Reconcile`) is allowed. */
export function rightsOf(template: Template, stage: string): readonly Statement[] {
  const roles = [...resourcesOf(template, 'AWS::IAM::Role')].filter(([id]) => id.startsWith(`Concertina${stage}Stage`));
  const [roleId] = roles[0] ?? [];
  const policies = [...resourcesOf(template, 'AWS::IAM::Policy').values()];
  return policies
    .filter(({ Properties }) => JSON.stringify(Properties['Roles']) === JSON.stringify([{ Ref: roleId }]))
    .flatMap(({ Properties }) => documentOf(Properties['PolicyDocument']));
}

/** The statement of that name. Throws when there is none. */
export function rightOf(template: Template, stage: string, sid: string): Statement {
  const found = rightsOf(template, stage).find((statement) => statement.Sid === sid);
  if (found === undefined) throw new Error(`${stage} has no statement ${sid}`);
  return found;
}

/** Statements of a policy document in a template. */
export function documentOf(document: unknown): readonly Statement[] {
  if (typeof document !== 'object' || document === null || !('Statement' in document))
    throw new Error('no policy document');
  if (!Array.isArray(document.Statement)) throw new Error('no statements');
  return document.Statement;
}

/** Actions of a statement, as a list. */
export function actionsOf({ Action }: Statement): readonly string[] {
  return typeof Action === 'string' ? [Action] : Action;
}
