import type { MetricQuery } from '../../core/collect-metrics.ts';
import type { AlarmReading } from '../../core/readings.ts';

/** How an alarm treats periods without data. */
export type MissingTreatment = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

/** A CloudWatch metric alarm: in ALARM when `datapointsToAlarm` of the newest `evaluationPeriods` periods breach. */
export interface AlarmDefinition {
  readonly name: string;
  readonly metric: NonNullable<MetricQuery['metric']>;
  readonly periodSeconds: number;
  readonly comparison: 'above' | 'at or above' | 'below' | 'at or below';
  readonly threshold: number;
  readonly datapointsToAlarm: number;
  readonly evaluationPeriods: number;
  readonly missing: MissingTreatment;
}

/** CloudWatch looks at some more periods than it evaluates, to be rid of missing ones; two more in its own examples. */
const furtherPeriods = 2;

/** How many periods, newest last, `alarmState` wants to see. */
export function evaluationRange(alarm: AlarmDefinition): number {
  return alarm.evaluationPeriods + furtherPeriods;
}

/**
 * The state of an alarm after its newest periods (`undefined`: no data), newest last. Missing periods are filled only as far as data of
 * the whole range do not make up the evaluation periods.
 *
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, "How alarm state is evaluated when data is
 * missing", whose two tables are the test.
 */
export function alarmState(
  alarm: AlarmDefinition,
  range: readonly (number | undefined)[],
  before: AlarmReading['state'],
): AlarmReading['state'] {
  const { evaluationPeriods, datapointsToAlarm } = alarm;
  const found = range.filter((value) => value !== undefined).slice(-evaluationPeriods);
  const breaching = found.filter((value) => breaches(alarm, value)).length;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  if (found.length === evaluationPeriods) return 'OK';
  const isAnyWithin = breaching < found.length;
  switch (alarm.missing) {
    case 'breaching':
      return breaching + evaluationPeriods - found.length >= datapointsToAlarm ? 'ALARM' : 'OK';
    case 'notBreaching':
      return 'OK';
    case 'ignore':
      return isAnyWithin ? 'OK' : before;
    case 'missing':
      if (found.length === 0) return 'INSUFFICIENT_DATA';
      return isAnyWithin ? 'OK' : 'ALARM';
  }
}

function breaches({ comparison, threshold }: AlarmDefinition, value: number): boolean {
  switch (comparison) {
    case 'above':
      return value > threshold;
    case 'at or above':
      return value >= threshold;
    case 'below':
      return value < threshold;
    case 'at or below':
      return value <= threshold;
  }
}
