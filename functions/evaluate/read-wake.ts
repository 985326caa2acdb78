import { instantFromIso } from '../../core/amounts.ts';
import type { AlarmReading } from '../../core/readings.ts';
import { EventError, fieldsOf, readBusEvent, textOf } from '../read-event.ts';
import type { EvaluateWake } from './wake.ts';

const alarmStates: readonly AlarmReading['state'][] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

/**
 * What an event of EventBridge asks of evaluate: the schedule, or the new state of an alarm. Throws EventError for anything else.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export function readEvaluateWake(event: unknown): EvaluateWake {
  const { detailType, detail } = readBusEvent(event);
  if (detailType === 'Scheduled Event') return { trigger: 'schedule' };
  if (detailType !== 'CloudWatch Alarm State Change')
    throw new EventError(`detail-type: ${detailType} is not for evaluate`);
  const stateFields = fieldsOf(detail['state'], 'detail.state');
  const value = textOf(stateFields, 'value');
  const state = alarmStates.find((known) => known === value);
  if (state === undefined)
    throw new EventError(`detail.state.value: expected ${alarmStates.join(', ')}, found ${value}`);
  const since = instantFromIso(textOf(stateFields, 'timestamp'));
  return { trigger: 'alarm', alarm: { name: textOf(detail, 'alarmName'), state, since } };
}
