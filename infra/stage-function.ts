import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnFunction,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundledCode, type StageName } from './bundle.ts';

/** What the construct needs of the stack. */
export interface StageFunctionProps {
  readonly stage: StageName;
  /** What it does, one line for people who find it in the console. */
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Most invocations at once; absent: as many as the account allows. */
  readonly atOnce?: number;
  /** Where in a network it runs; absent: in none. */
  readonly network?: StageNetwork;
}

/** Subnets and security groups of the network in which a function runs. */
export interface StageNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** Every function runs like this; only what is in the props differs. Its role starts with one right: to write its own log. */
export class StageFunction extends Construct {
  readonly stage: StageName;
  readonly handler: LambdaFunction;
  readonly role: Role;
  readonly timeoutSeconds: number;

  constructor(scope: Construct, id: string, props: StageFunctionProps) {
    super(scope, id);
    this.stage = props.stage;
    this.timeoutSeconds = props.timeoutSeconds;
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      // What must be kept is in the table: decisions with their reasons.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Concertina ${props.stage}: exactly what its code calls.`,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'Log',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.handler = new LambdaFunction(this, 'Function', {
      description: `Concertina ${props.stage}: ${props.description}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: bundledCode(props.stage),
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMiB,
      environment: { ...props.environment },
      recursiveLoop: RecursiveLoop.TERMINATE,
      ...(props.atOnce === undefined ? {} : { reservedConcurrentExecutions: props.atOnce }),
    });
    if (props.network !== undefined) this.enter(props.network);
  }

  /** By ids: CDK's own way needs the whole network described, and adds a policy managed by AWS. */
  private enter({ subnetIds, securityGroupIds }: StageNetwork): void {
    const { defaultChild } = this.handler.node;
    if (!(defaultChild instanceof CfnFunction)) throw new Error('the function is no CfnFunction');
    defaultChild.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
  }
}
