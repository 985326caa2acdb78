import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type StackResource,
} from '@aws-sdk/client-cloudformation';

/** A stack as CloudFormation shows it. */
export interface DeployedStack {
  readonly status: string;
  readonly resources: readonly StackResource[];
  /** Value of an output. Throws when there is none. */
  output(name: string): string;
  /** Physical id of the one resource of a type below a path of the construct tree, such as `Evaluate/Stage`. Throws when there is none or more. */
  idOf(type: string, path: string): string;
}

/** Asks CloudFormation for a stack; undefined when there is none. */
export async function deployedStack(name: string): Promise<DeployedStack | undefined> {
  const client = new CloudFormationClient({});
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const [stack] = Stacks;
    if (stack === undefined) return undefined;
    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: name }));
    const outputs = new Map((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    return {
      status: stack.StackStatus ?? 'unknown',
      resources: StackResources,
      output: (key) => found(outputs.get(key), `output ${key}`),
      idOf: (type, path) => physicalId(StackResources, { type, path }),
    };
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/** The CDK makes a logical id of the path, without its slashes, and a hash of eight digits. */
function physicalId(
  resources: readonly StackResource[],
  { type, path }: { readonly type: string; readonly path: string },
): string {
  const logicalId = new RegExp(`^Concertina${path.replaceAll('/', '')}[0-9A-F]{8}$`);
  const ids = resources.filter(
    ({ ResourceType, LogicalResourceId = '' }) => ResourceType === type && logicalId.test(LogicalResourceId),
  );
  if (ids.length > 1) throw new Error(`${path} names ${ids.length} resources of the type ${type}`);
  return found(ids[0]?.PhysicalResourceId, `${type} at ${path}`);
}

function found(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new Error(`the stack has no ${what}`);
  return value;
}
