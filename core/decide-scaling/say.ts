import { type Instant, isoFromInstant } from '../amounts.ts';

/** For sentences: `$6`, `$2.40`, `$0.0816`. */
export function usd(value: number): string {
  if (Number.isInteger(value)) return `$${value}`;
  const cents = value.toFixed(2);
  return Math.abs(value) >= 0.1 || Math.abs(Number(cents) - value) < 1e-9
    ? `$${cents}`
    : `$${Number(value.toPrecision(3))}`;
}

const DAY_SECONDS = 86_400;

/** For sentences: `14:07 UTC`, with seconds when there are any, with the date when it is not the day of `now`. */
export function clockTime(at: Instant, now: Instant): string {
  const total = Math.floor(at / 1000);
  const second = total % DAY_SECONDS;
  const time = `${twoDigits(second / 3600)}:${twoDigits((second % 3600) / 60)}`;
  const exact = second % 60 === 0 ? time : `${time}:${twoDigits(second % 60)}`;
  const isToday = Math.floor(total / DAY_SECONDS) === Math.floor(now / 1000 / DAY_SECONDS);
  return isToday ? `${exact} UTC` : `${isoFromInstant(at).slice(0, 10)} ${exact} UTC`;
}

function twoDigits(value: number): string {
  const whole = Math.floor(value);
  return whole < 10 ? `0${whole}` : String(whole);
}
