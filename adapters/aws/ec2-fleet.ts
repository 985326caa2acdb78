import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type Instance as Ec2Instance,
  type Filter,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Instance } from '../../core/records.ts';
import type { Fleet } from '../ports.ts';
import { batchesOf } from './batches.ts';
import { refusalOf, remedyOf } from './ec2-errors.ts';
import { instanceFromEc2, ourTags, tagsOf } from './ec2-instance.ts';
import { runInstancesInput } from './run-instances.ts';

/** Instances of one page: the most that DescribeInstances gives. */
const pageSize = 1000;

/** Instances of one TerminateInstances call; it takes 1000, and AWS asks for smaller batches. */
const terminateBatchSize = 100;

/** Instances of one DescribeInstanceStatus call: the most that may be named. */
const statusBatchSize = 100;

/** EC2 as the fleet. Every machine is named by its own tags (ec2-instance.ts); EC2's errors are sorted in ec2-errors.ts. */
export class Ec2Fleet implements Fleet {
  readonly #client: EC2Client;

  constructor({ client }: { readonly client: EC2Client }) {
    this.#client = client;
  }

  async launch(request: LaunchRequest): Promise<LaunchResult> {
    try {
      const { Instances = [] } = await this.#client.send(new RunInstancesCommand(runInstancesInput(request)));
      return resultOf(request, Instances);
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === undefined) throw error;
      // The token was used for a request that an earlier release of ours wrote differently: what that one launched is the answer.
      const launched = refused.code === 'IdempotentParameterMismatch' ? await this.#launchedBefore(request) : [];
      return launched.length > 0 ? resultOf(request, launched) : { launched: [], refused };
    }
  }

  async terminate(instanceIds: readonly string[]): Promise<void> {
    for (const batch of batchesOf(instanceIds, terminateBatchSize)) await this.#terminateBatch(batch);
  }

  async list(application: string): Promise<readonly Instance[]> {
    const found = await this.#describe([{ Name: `tag:${ourTags.application}`, Values: [application] }]);
    return found.flatMap((ec2) => instanceFromEc2(ec2) ?? []);
  }

  async find(instanceId: string): Promise<Instance | undefined> {
    // A filter and not the parameter: for that an unknown id is an error.
    const [found] = await this.#describe([{ Name: 'instance-id', Values: [instanceId] }]);
    return found && instanceFromEc2(found);
  }

  async passing(instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
    const passing = new Set<string>();
    for (const batch of batchesOf(instanceIds, statusBatchSize)) {
      const { InstanceStatuses = [] } = await this.#client.send(
        new DescribeInstanceStatusCommand({
          Filters: [
            { Name: 'instance-status.status', Values: ['ok'] },
            { Name: 'system-status.status', Values: ['ok'] },
          ],
          InstanceIds: [...batch],
        }),
      );
      for (const { InstanceId } of InstanceStatuses) if (InstanceId !== undefined) passing.add(InstanceId);
    }
    return passing;
  }

  async zones(subnetIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const zones = new Map<string, string>();
    if (subnetIds.length === 0) return zones;
    const { Subnets = [] } = await this.#client.send(
      new DescribeSubnetsCommand({ SubnetIds: [...new Set(subnetIds)] }),
    );
    for (const { SubnetId, AvailabilityZone } of Subnets) {
      if (SubnetId !== undefined && AvailabilityZone !== undefined) zones.set(SubnetId, AvailabilityZone);
    }
    const unknown = subnetIds.filter((subnetId) => !zones.has(subnetId));
    if (unknown.length > 0) throw new Error(`EC2 does not know the subnets ${unknown.join(', ')}`);
    return zones;
  }

  /** One id that EC2 does not know makes it refuse all: the others are asked for again without it. */
  async #terminateBatch(instanceIds: readonly string[]): Promise<void> {
    let left = instanceIds;
    while (left.length > 0) {
      try {
        await this.#client.send(new TerminateInstancesCommand({ InstanceIds: [...left] }));
        return;
      } catch (error) {
        if (remedyOf(error) !== 'gone' || !(error instanceof Error)) throw error;
        const named = new Set(error.message.match(/\bi-[0-9a-z]+/g));
        const known = left.filter((instanceId) => !named.has(instanceId));
        if (known.length === left.length) throw error;
        left = known;
      }
    }
  }

  #launchedBefore({ launch }: LaunchRequest): Promise<readonly Ec2Instance[]> {
    return this.#describe([{ Name: 'client-token', Values: [launch.token] }]);
  }

  async #describe(filters: Filter[]): Promise<readonly Ec2Instance[]> {
    const instances: Ec2Instance[] = [];
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new DescribeInstancesCommand({ Filters: filters, MaxResults: pageSize, ...(token && { NextToken: token }) }),
      );
      for (const { Instances = [] } of page.Reservations ?? []) instances.push(...Instances);
      token = page.NextToken;
    } while (token !== undefined && token !== '');
    return instances;
  }
}

/** The tags are those of the request: EC2 set them in the same call. */
function resultOf(request: LaunchRequest, instances: readonly Ec2Instance[]): LaunchResult {
  const tags = tagsOf(request);
  const launched = instances
    .flatMap((ec2) => instanceFromEc2({ ...ec2, Tags: tags }) ?? [])
    .sort((a, b) => a.slotNumber - b.slotNumber);
  const { count } = request.launch;
  if (launched.length >= count) return { launched };
  const message = `EC2 had room for ${launched.length} of ${count}`;
  return { launched, refused: { code: 'InsufficientInstanceCapacity', message, remedy: 'elsewhere' } };
}
