import { ssmClient } from '../../adapters/aws/clients.ts';
import { SsmImages } from '../../adapters/aws/ssm-images.ts';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { jsonError, startFakeAws } from './fake-aws.ts';
import { imagesContract } from './images-contract.ts';

imagesContract('MemoryImages', async (parameters) => ({
  images: new MemoryImages(new Map(Object.entries(parameters))),
  stop: async () => {},
}));

imagesContract('SsmImages', async (parameters) => {
  const aws = await startFakeAws(({ input }) => {
    const value = parameters[String(input['Name'])];
    return value === undefined ? jsonError('ParameterNotFound') : { body: { Parameter: { Value: value } } };
  });
  return { images: new SsmImages({ client: ssmClient() }), stop: aws.stop };
});
