import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { type Instant, secondsBetween } from '../../core/amounts.ts';
import type { Clock, KillSwitch } from '../ports.ts';

/** How long an answer stands: what a thrown switch takes at the most to be seen by everybody. */
const freshSeconds = 15;

/**
 * One SSM parameter, `run` or `stop`. Anything else, also a parameter that is gone, counts as `stop`: whoever touches it in haste means that. One
 * object a Lambda container, so that the parameter is read at most four times a minute in each.
 */
export class SsmKillSwitch implements KillSwitch {
  readonly #client: SSMClient;
  readonly #clock: Clock;
  readonly #parameterName: string;
  #last: { readonly isStopped: boolean; readonly at: Instant } | undefined;

  constructor(of: { readonly client: SSMClient; readonly clock: Clock; readonly parameterName: string }) {
    this.#client = of.client;
    this.#clock = of.clock;
    this.#parameterName = of.parameterName;
  }

  async isStopped(): Promise<boolean> {
    const at = this.#clock.now();
    if (this.#last !== undefined && secondsBetween(this.#last.at, at) < freshSeconds) return this.#last.isStopped;
    const isStopped = (await this.#read()) !== 'run';
    this.#last = { isStopped, at };
    return isStopped;
  }

  async #read(): Promise<string | undefined> {
    try {
      const { Parameter } = await this.#client.send(new GetParameterCommand({ Name: this.#parameterName }));
      return Parameter?.Value?.trim();
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
      throw new Error(`the kill switch ${this.#parameterName} cannot be read`, { cause: error });
    }
  }
}
