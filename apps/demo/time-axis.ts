import { addSeconds, type Instant, instantFromMillis, isoFromInstant } from '../../core/amounts.ts';

/** A mark on the axis of time. */
export interface TimeMark {
  /** 0 at the start, 1 at the end. */
  readonly place: number;
  readonly label: string;
}

const hour = 3600;
const day = 24 * hour;
const steps = [
  300,
  900,
  1800,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  30 * day,
  90 * day,
];
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** At most `most` marks over a stretch of time, at round times of UTC: days by date, parts of days by the clock. */
export function timeMarks(start: Instant, seconds: number, most: number): readonly TimeMark[] {
  const step = steps.find((candidate) => seconds / candidate <= most) ?? 365 * day;
  const first = Math.ceil(start / 1000 / step) * step;
  const marks: TimeMark[] = [];
  for (let second = first; second <= start / 1000 + seconds; second += step) {
    const at = instantFromMillis(second * 1000);
    marks.push({ place: (second - start / 1000) / seconds, label: step < day ? clockLabel(at) : dateLabel(at) });
  }
  return marks;
}

/** `Mon 3 Aug 07:42`. */
export function momentLabel(at: Instant): string {
  return `${dateLabel(at)} ${clock(at)}`;
}

/** `3 d`, `2 h 40 min`, `48 min`, `30 s`. */
export function durationLabel(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

function clockLabel(at: Instant): string {
  return clock(at) === '00:00' ? dateLabel(at) : clock(at);
}

function clock(at: Instant): string {
  return isoFromInstant(at).slice(11, 16);
}

function dateLabel(at: Instant): string {
  const [, month = '', date = ''] = isoFromInstant(at).slice(0, 10).split('-');
  // 1970-01-01 was a Thursday.
  const weekday = weekdays[(4 + Math.floor(addSeconds(at, 0) / (day * 1000))) % 7];
  return `${weekday} ${Number(date)} ${months[Number(month) - 1]}`;
}
