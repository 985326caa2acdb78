import { EventError, readBusEvent, textOf } from '../read-event.ts';
import type { ObserveWake } from './stage.ts';

/**
 * What an event of EventBridge asks of observe: the sweep, or news of one instance. Throws EventError for anything else.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-state-change-event.html (and spot-instance-termination-notices,
 * rebalance-recommendations)
 */
export function readObserveWake(event: unknown): ObserveWake {
  const { detailType, time, detail } = readBusEvent(event);
  switch (detailType) {
    case 'Scheduled Event':
      return { kind: 'sweep' };
    case 'EC2 Instance State-change Notification':
      return { kind: 'instance', instanceId: textOf(detail, 'instance-id'), at: time };
    case 'EC2 Spot Instance Interruption Warning':
      return { kind: 'interruption', instanceId: textOf(detail, 'instance-id'), at: time };
    case 'EC2 Instance Rebalance Recommendation':
      return { kind: 'rebalance', instanceId: textOf(detail, 'instance-id'), at: time };
    default:
      throw new EventError(`detail-type: ${detailType} is not for observe`);
  }
}
