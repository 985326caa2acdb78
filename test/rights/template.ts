/** The account in which the tests evaluate; any would do. */
export const account = { id: '123456789012', region: 'eu-central-1', partition: 'aws' } as const;

export type Properties = Readonly<Record<string, unknown>>;

/** A resource of a template, with every reference filled in. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Properties;
  /** What `Ref` gives. */
  readonly ref: string;
  /** Its ARN, where it has one. */
  readonly arn: string | undefined;
}

/**
 * A synthesised template as CloudFormation would deploy it: every resource gets its logical id for a name, and `Ref`, `Fn::GetAtt`, `Fn::Join`
 * and `Fn::Sub` become text. Throws for what it does not know, so that nothing is evaluated half filled in.
 */
export class DeployedTemplate {
  readonly resources: readonly Resource[];
  readonly #types: ReadonlyMap<string, string>;

  constructor(template: unknown) {
    const entries = Object.entries(fieldsOf(fieldsOf(template)['Resources'])).map(
      ([id, resource]) => [id, fieldsOf(resource)] as const,
    );
    this.#types = new Map(entries.map(([id, { Type }]) => [id, String(Type)]));
    this.resources = entries.map(([id, { Type, Properties: properties }]) => ({
      id,
      type: String(Type),
      properties: fieldsOf(this.#filled(properties ?? {})),
      ref: this.#ref(id),
      arn: arnOf(String(Type), id),
    }));
  }

  /** All resources of a type. */
  ofType(type: string): readonly Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The one resource of a type whose id matches. Throws unless it is one. */
  one(type: string, id: RegExp = /./): Resource {
    const [found, ...others] = this.ofType(type).filter((resource) => id.test(resource.id));
    if (found === undefined || others.length > 0)
      throw new Error(`${others.length + (found ? 1 : 0)} ${type} match ${id}`);
    return found;
  }

  #filled(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item: unknown) => this.#filled(item));
    if (typeof value !== 'object' || value === null) return value;
    const fields = fieldsOf(value);
    const [[name, argument] = ['', undefined]] = Object.entries(fields);
    if (name === 'Ref') return this.#ref(String(argument));
    if (name.startsWith('Fn::')) return this.#call(name, this.#filled(argument));
    return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, this.#filled(field)]));
  }

  #call(name: string, argument: unknown): string {
    if (name === 'Fn::Join' && Array.isArray(argument)) {
      const [separator, parts]: readonly unknown[] = argument;
      return Array.isArray(parts) ? parts.map(String).join(String(separator)) : fail(name, argument);
    }
    if (name === 'Fn::GetAtt' && Array.isArray(argument))
      return this.#attribute(String(argument[0]), String(argument[1]));
    if (name === 'Fn::Sub' && typeof argument === 'string')
      return argument.replace(/\$\{([\w:]+)\}/g, (_, reference: string) => this.#ref(reference));
    return fail(name, argument);
  }

  #ref(name: string): string {
    const pseudo = pseudoParameters[name];
    if (pseudo !== undefined) return pseudo;
    const type = this.#types.get(name) ?? fail('Ref', name);
    if (type === 'AWS::SNS::Topic') return arnOf(type, name) ?? fail('Ref', name);
    if (type === 'AWS::SQS::Queue') return `https://sqs.${account.region}.amazonaws.com/${account.id}/${name}`;
    return name;
  }

  #attribute(id: string, attribute: string): string {
    const type = this.#types.get(id) ?? fail('Fn::GetAtt', id);
    if (attribute === 'FunctionUrl') return `https://${id.toLowerCase()}.lambda-url.${account.region}.on.aws/`;
    const arn = arnOf(type, id) ?? fail('Fn::GetAtt', `${id}.${attribute}`);
    if (attribute === 'Arn') return type === 'AWS::Logs::LogGroup' ? `${arn}:*` : arn;
    if (attribute === 'StreamArn') return `${arn}/stream/2026-01-01T00:00:00.000`;
    if (attribute === 'QueueName') return id;
    return fail('Fn::GetAtt', `${id}.${attribute}`);
  }
}

/** Fields of an object. Throws for anything else. */
export function fieldsOf(value: unknown): Properties {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`no object: ${JSON.stringify(value)}`);
  return Object.fromEntries(Object.entries(value));
}

/** A list of objects; nothing is an empty one. */
export function listOf(value: unknown): readonly Properties[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new TypeError(`no list: ${JSON.stringify(value)}`);
  return value.map(fieldsOf);
}

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::Partition': account.partition,
  'AWS::Region': account.region,
  'AWS::AccountId': account.id,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'Concertina',
};

/** ARNs by type: the part after the account, of the logical id. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const arns: Readonly<Record<string, (id: string) => string>> = {
  'AWS::DynamoDB::Table': (id) => arn('dynamodb', `table/${id}`),
  'AWS::SQS::Queue': (id) => arn('sqs', id),
  'AWS::SNS::Topic': (id) => arn('sns', id),
  'AWS::Lambda::Function': (id) => arn('lambda', `function:${id}`),
  'AWS::Logs::LogGroup': (id) => arn('logs', `log-group:${id}`),
  'AWS::Events::Rule': (id) => arn('events', `rule/${id}`),
  'AWS::SSM::Parameter': (id) => arn('ssm', `parameter/${id}`),
  'AWS::IAM::Role': (id) => `arn:aws:iam::${account.id}:role/${id}`,
};

function arnOf(type: string, id: string): string | undefined {
  return arns[type]?.(id);
}

/** An ARN in the account and region of the tests. */
export function arn(service: string, resource: string): string {
  return `arn:${account.partition}:${service}:${account.region}:${account.id}:${resource}`;
}

function fail(name: string, argument: unknown): never {
  throw new RangeError(`${name} ${JSON.stringify(argument)} is not known here`);
}
