import { addSeconds, type Instant, isAtOrAfter } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { AlarmReading, AlarmReadings } from '../../core/readings.ts';
import type { Column, Recording } from './recording.ts';

/** The alarms that rules name. */
export function alarmsOf({ layers }: Application): readonly string[] {
  const rules = Object.values(layers).flatMap((layer) => layer.rules);
  return [...new Set(rules.flatMap((rule) => ('alarm' in rule ? [rule.alarm] : [])))];
}

/**
 * The alarms as they were recorded: a column named as the alarm, 1 while it was in ALARM, 0 while OK, empty without data. One without a column is OK
 * throughout.
 */
export function recordedAlarms(application: Application, recording: Recording): (now: Instant) => AlarmReadings {
  const tellers = alarmsOf(application).map((name) => {
    const column = recording.columns.get(name);
    const okay: AlarmReading = { name, state: 'OK', since: recording.start };
    return column === undefined ? () => okay : tellerOf(column);
  });
  return (now) => new Map(tellers.map((tell) => tell(now)).map((reading) => [reading.name, reading]));
}

/** Asked with rising instants. */
function tellerOf({ name, start, stepSeconds, values }: Column): (now: Instant) => AlarmReading {
  let step = 0;
  let reading: AlarmReading = { name, state: stateOf(values[0]), since: start };
  return (now) => {
    while (step + 1 < values.length && isAtOrAfter(now, addSeconds(start, (step + 1) * stepSeconds))) {
      step += 1;
      const state = stateOf(values[step]);
      if (state !== reading.state) reading = { name, state, since: addSeconds(start, step * stepSeconds) };
    }
    return reading;
  };
}

function stateOf(value = Number.NaN): AlarmReading['state'] {
  if (Number.isNaN(value)) return 'INSUFFICIENT_DATA';
  return value >= 0.5 ? 'ALARM' : 'OK';
}
