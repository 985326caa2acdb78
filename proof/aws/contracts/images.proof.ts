import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { ssmClient } from '../../../adapters/aws/clients.ts';
import { SsmImages } from '../../../adapters/aws/ssm-images.ts';
import { imagesContract } from '../../../test/contract/images-contract.ts';

imagesContract('SsmImages on MiniStack', async (parameters) => {
  const client = ssmClient();
  for (const [Name, Value] of Object.entries(parameters))
    await client.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
  return { images: new SsmImages({ client }), stop: async () => client.destroy() };
});
