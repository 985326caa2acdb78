import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Images } from '../ports.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
const amiId = /^ami-[0-9a-f]{8,17}$/;

/** AMI ids in Parameter Store, where a bake leaves them. */
export class SsmImages implements Images {
  readonly #client: SSMClient;

  constructor({ client }: { readonly client: SSMClient }) {
    this.#client = client;
  }

  async resolve(ssmParameter: string): Promise<string> {
    const imageId = await this.#read(ssmParameter);
    if (imageId === undefined || !amiId.test(imageId))
      throw new Error(`the SSM parameter ${ssmParameter} holds no AMI id: ${JSON.stringify(imageId)}`);
    return imageId;
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      const { Parameter } = await this.#client.send(new GetParameterCommand({ Name: name }));
      return Parameter?.Value;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ParameterNotFound') throw error;
      throw new Error(`there is no SSM parameter ${name}`, { cause: error });
    }
  }
}
