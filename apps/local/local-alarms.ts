import type { AlarmDefinition } from '../../adapters/memory/memory-alarm.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { ModelledLayer } from './load-model.ts';
import type { Feed } from './signals.ts';

/** An alarm that somebody would have made in CloudWatch, and the metric below it. */
export interface LocalAlarm {
  readonly definition: AlarmDefinition;
  readonly feed: Feed;
}

/** Work has waited too long when its oldest piece is older than this. */
const oldestSeconds = 120;

/**
 * An application file names alarms and does not say what they watch. Here they watch the layer whose rule names them: the age of the oldest
 * work in the queue of a worker layer, response times of any other, both two of three minutes.
 */
export function localAlarms(
  application: Application,
  { layers, sloSeconds }: { readonly layers: readonly ModelledLayer[]; readonly sloSeconds: number },
): readonly LocalAlarm[] {
  const alarms = new Map<string, LocalAlarm>();
  for (const { layer, role } of layers) {
    for (const rule of application.layers[layer]?.rules ?? []) {
      if (!('alarm' in rule) || alarms.has(rule.alarm)) continue;
      const feed = role === 'worker' ? ageFeed(application, layer) : responseFeed(application, layer);
      const stat = role === 'worker' ? 'Maximum' : 'p95';
      const threshold = role === 'worker' ? oldestSeconds : 2 * sloSeconds;
      alarms.set(rule.alarm, { feed, definition: definitionOf(rule.alarm, feed, { stat, threshold }) });
    }
  }
  return [...alarms.values()];
}

function definitionOf(
  name: string,
  feed: Feed,
  { stat, threshold }: { readonly stat: string; readonly threshold: number },
): AlarmDefinition {
  return {
    name,
    metric: { ...feed.metric, stat },
    periodSeconds: 60,
    comparison: 'above',
    threshold,
    datapointsToAlarm: 2,
    evaluationPeriods: 3,
    missing: 'notBreaching',
  };
}

function ageFeed({ application }: Application, layer: string): Feed {
  const dimensions = { QueueName: `${application}-${layer}` };
  const metric = { namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage', dimensions };
  return { metric, signal: 'ageSeconds', layer };
}

function responseFeed({ application }: Application, layer: string): Feed {
  const dimensions = { TargetGroup: `targetgroup/${application}-${layer}` };
  const metric = { namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime', dimensions };
  return { metric, signal: 'responseSeconds', layer };
}
