import { cloudWatchClient } from '../../../adapters/aws/clients.ts';
import { CloudWatchMetrics } from '../../../adapters/aws/cloudwatch-metrics.ts';
import { addSeconds, instantFromMillis } from '../../../core/amounts.ts';
import { metricsContract } from '../../../test/contract/metrics-contract.ts';

metricsContract('CloudWatchMetrics on moto', async () => ({
  metrics: new CloudWatchMetrics({ client: cloudWatchClient() }),
  past: addSeconds(instantFromMillis(Date.now()), -600),
}));
