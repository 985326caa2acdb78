import { rounded } from './round.ts';
import type { Profile } from './state.ts';

const secondsPerDay = 86_400;

/** Length of the repeating time and of a slot of it. */
export interface Season {
  readonly periodSeconds: number;
  readonly slotSeconds: number;
}

/** The day, in slots of five minutes. */
export const daily: Season = { periodSeconds: secondsPerDay, slotSeconds: 300 };
/** The week, in slots of a quarter of an hour. */
export const weekly: Season = { periodSeconds: 7 * secondsPerDay, slotSeconds: 900 };

/** How far a slot moves toward what was just seen in it; about the last three repetitions count. */
const followRatio = 0.35;

/** A profile with nothing seen. */
export function startProfile({ periodSeconds, slotSeconds }: Season): Profile {
  const slots = new Array<number>(periodSeconds / slotSeconds).fill(-1);
  return { slots, filling: { slot: -1, sum: 0, count: 0 } };
}

/** Adds the demand at a time, in seconds since any fixed midnight; a slot takes effect when time has left it. */
export function addToProfile(profile: Profile, season: Season, seen: { seconds: number; demand: number }): Profile {
  const { filling } = profile;
  const slot = Math.floor(seen.seconds / season.slotSeconds) % profile.slots.length;
  if (slot === filling.slot) {
    const fuller = { slot, sum: filling.sum + seen.demand, count: filling.count + 1 };
    return { slots: profile.slots, filling: fuller };
  }
  const started = { slot, sum: seen.demand, count: 1 };
  if (filling.slot < 0 || filling.count === 0) return { slots: profile.slots, filling: started };
  const mean = filling.sum / filling.count;
  const old = profile.slots[filling.slot] ?? -1;
  const slots = profile.slots.slice();
  slots[filling.slot] = rounded(old < 0 ? mean : old + followRatio * (mean - old));
  return { slots, filling: started };
}

/** The profile at a time, interpolated between the middles of slots; undefined where nothing was seen. */
export function profileAt({ slots }: Profile, { slotSeconds }: Season, seconds: number): number | undefined {
  const position = seconds / slotSeconds - 0.5;
  const left = Math.floor(position);
  const before = slots[((left % slots.length) + slots.length) % slots.length] ?? -1;
  const after = slots[(((left + 1) % slots.length) + slots.length) % slots.length] ?? -1;
  if (before < 0) return after < 0 ? undefined : after;
  return after < 0 ? before : before + (after - before) * (position - left);
}

/** What the day and the week usually bring at a time, the mean of both where both are known. */
export function seasonAt(
  { day, week }: { readonly day: Profile; readonly week: Profile },
  seconds: number,
): number | undefined {
  const ofDay = profileAt(day, daily, seconds);
  const ofWeek = profileAt(week, weekly, seconds);
  if (ofDay === undefined || ofWeek === undefined) return ofDay ?? ofWeek;
  return (ofDay + ofWeek) / 2;
}
