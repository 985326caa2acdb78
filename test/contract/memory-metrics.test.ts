import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import { later, noon } from '../factories/stored.ts';
import { metricsContract } from './metrics-contract.ts';

metricsContract('MemoryMetrics', async () => ({
  metrics: new MemoryMetrics(new MemoryClock(noon), { keepSeconds: 15 * 86_400 }),
  past: later(-600),
}));
