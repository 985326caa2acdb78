import { fieldsOf, listOf, type Properties } from './template.ts';

/** One statement that allows something: which policy it is in, and which number it has there. */
export interface Allow {
  readonly policy: string;
  readonly index: number;
  readonly sid: string;
}

/** Every statement that allows something, in the policies of roles, queues and topics. */
export function allowsOf(template: Properties): readonly Allow[] {
  return Object.entries(fieldsOf(template['Resources'])).flatMap(([policy, resource]) =>
    statementsOf(resource).flatMap(({ Effect, Sid }, index) =>
      Effect === 'Allow' ? [{ policy, index, sid: String(Sid ?? index) }] : [],
    ),
  );
}

/** The template without one statement: what a forgotten grant looks like. */
export function withoutStatement(template: Properties, { policy, index }: Pick<Allow, 'policy' | 'index'>): Properties {
  return withStatements(template, (id, statements) =>
    id === policy ? statements.filter((_, place) => place !== index) : statements,
  );
}

/** The template with every role allowed everything: what a careless policy elsewhere in the account would add. */
export function withEverything(template: Properties): Properties {
  const everything = { Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' };
  return withStatements(template, (_, statements, type) =>
    type === 'AWS::IAM::Policy' ? [...statements, everything] : statements,
  );
}

function withStatements(
  template: Properties,
  change: (id: string, statements: readonly Properties[], type: string) => readonly Properties[],
): Properties {
  const resources = Object.entries(fieldsOf(template['Resources'])).map(([id, resource]) => {
    const { Type, Properties: properties, ...rest } = fieldsOf(resource);
    if (statementsOf(resource).length === 0) return [id, resource] as const;
    const fields = fieldsOf(properties);
    const document = fieldsOf(fields['PolicyDocument']);
    const PolicyDocument = { ...document, Statement: change(id, statementsOf(resource), String(Type)) };
    return [id, { ...rest, Type, Properties: { ...fields, PolicyDocument } }] as const;
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

function statementsOf(resource: unknown): readonly Properties[] {
  const document = fieldsOf(fieldsOf(resource)['Properties'] ?? {})['PolicyDocument'];
  return document === undefined ? [] : listOf(fieldsOf(document)['Statement']);
}
