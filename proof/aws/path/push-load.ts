import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Clients } from './world.ts';

/** An application that pushes its KPI `load`. */
export interface LoadPusher {
  /** What it says from now on. */
  say(value: number): void;
  stop(): Promise<void>;
}

const periodSeconds = 10;

/** Pushes one value for each period of ten seconds that has ended, as anybody may with PutMetricData. Silent until it is told what to say. */
export function startLoadPusher({ cloudWatch }: Clients): LoadPusher {
  let value: number | undefined;
  let pushedUntil = lastPeriod() - 5 * periodSeconds;
  const push = async (): Promise<void> => {
    while (value !== undefined && pushedUntil < lastPeriod()) {
      pushedUntil += periodSeconds;
      const Dimensions = [{ Name: 'Application', Value: 'kiosk' }];
      const Timestamp = new Date(pushedUntil * 1000);
      await cloudWatch.send(
        new PutMetricDataCommand({
          Namespace: 'Concertina/Pushed',
          MetricData: [{ MetricName: 'load', Dimensions, Value: value, Timestamp, StorageResolution: 1 }],
        }),
      );
    }
  };
  let isOn = true;
  const pushing = (async () => {
    while (isOn) {
      await push();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  return {
    say: (next) => {
      value = next;
    },
    stop: async () => {
      isOn = false;
      await pushing;
    },
  };
}

/** When the newest period that has ended began, in seconds. */
function lastPeriod(): number {
  return Math.floor(Date.now() / 1000 / periodSeconds - 1) * periodSeconds;
}
