import type { Bucket } from './buckets.ts';

/** Where a series stands on its plot: `y` of each bucket in pixels, not a number where it has none, over the whole `width`. */
export interface Course {
  readonly buckets: readonly Bucket[];
  readonly y: (bucket: Bucket) => number;
  readonly width: number;
}

/** The area between a course and the line at `base`. */
export function area(
  course: Course,
  { base, fill, opacity }: { readonly base: number; readonly fill: string; readonly opacity: number },
): string {
  const { width } = course;
  const points = pointsOf(course);
  return `<path d="M0 ${round(base)} L${points.join(' L')} L${width} ${round(base)} Z" fill="${fill}" fill-opacity="${opacity}"/>`;
}

/** A line along a course. */
export function line(
  course: Course,
  { colour, thickness }: { readonly colour: string; readonly thickness: number },
): string {
  const path = pointsOf(course).join(' L');
  return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="${thickness}" stroke-linejoin="round"/>`;
}

/** Buckets without a value are left out: the line goes straight over them. */
function pointsOf({ buckets, y, width }: Course): readonly string[] {
  const step = width / Math.max(1, buckets.length - 1);
  const points = buckets.flatMap((bucket, index) => {
    const at = y(bucket);
    return Number.isFinite(at) ? [`${round(index * step)} ${round(at)}`] : [];
  });
  return points.length > 0 ? points : ['0 0'];
}

/** To a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A text; `attributes` as they stand in the tag. */
export function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
