import { isBefore, secondsBetween } from '../amounts.ts';
import type { AlarmRule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import type { AlarmReading } from '../readings.ts';
import { shown } from '../rounding.ts';
import { amountToAdd } from './amount-to-add.ts';
import { servedAt } from './in-service-history.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';

/** After the newest joined, an alarm needs a period measured with it and the minute that CloudWatch takes to look, before it can answer. */
const ALARM_SETTLE_SECONDS = 120;

/**
 * Adds while an alarm is in ALARM: to those in service when it went off, and again to those in service when everybody who was added has served
 * for two minutes and the alarm is still on, as EC2's step scaling does after the warm-up. Never while somebody is on their way. OK: no
 * objection. Without data, or unknown to CloudWatch: stay.
 */
export function proposeAlarm(rule: AlarmRule, situation: LayerSituation): Proposal {
  const alarm = situation.alarms.get(rule.alarm);
  if (alarm === undefined) return { rule: rule.name, kind: 'stay', because: `there is no alarm ${rule.alarm}` };
  if (alarm.state === 'INSUFFICIENT_DATA') {
    return { rule: rule.name, kind: 'stay', because: `alarm ${rule.alarm} has no data` };
  }
  if (alarm.state === 'OK') return { rule: rule.name, kind: 'agree', because: `alarm ${rule.alarm} is OK` };
  const desired = desiredCount(situation);
  const base = baseOf(alarm, situation);
  if (base === undefined) {
    return {
      rule: rule.name,
      kind: 'want',
      count: desired,
      because: `alarm ${rule.alarm} is on; what was added for it is on its way`,
    };
  }
  const count = base + amountToAdd(rule, base);
  const amount = 'add' in rule ? rule.add : `${shown(rule.addPercent)} %`;
  const rest = count < desired ? `; ${desired} are asked for already` : '';
  const because = `alarm ${rule.alarm} is on: ${base} + ${amount} = ${count}${rest}`;
  return { rule: rule.name, kind: 'want', count: Math.max(desired, count), because };
}

/** How many instances the alarm complains about; undefined while an answer to it is under way. */
function baseOf(alarm: AlarmReading, situation: LayerSituation): number | undefined {
  if (isSettled(situation)) return situation.inService;
  const { memory } = situation;
  const { since } = alarm;
  if (since === undefined) return undefined;
  if (memory.scaledOutAt !== undefined && !isBefore(memory.scaledOutAt, since)) return undefined;
  return servedAt(memory.inService, since);
}

function isSettled(situation: LayerSituation): boolean {
  const { inService, newestInServiceAt, now } = situation;
  if (inService < desiredCount(situation)) return false;
  return newestInServiceAt === undefined || secondsBetween(newestInServiceAt, now) >= ALARM_SETTLE_SECONDS;
}
