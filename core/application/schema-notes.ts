import * as z from 'zod';
import { largestNumber } from './largest-number.ts';

/** What a text (or a whole object) may be, in words, where its JSON Schema says it in signs only. Survives `.describe()`. */
export const allowedWords = z.registry<{ allowed: string }>();

/**
 * How a person tells the variants of a union apart: for each option that is an object, in order, the keys that only some options have, the
 * most telling first. Options that share them all differ by a literal under the last. Without this a union could only say that nothing matched.
 */
export const tellingKeys = z.registry<{ keys: readonly (readonly [string, ...string[]])[] }>();

/** A text of the shape that `pattern` says in signs and `allowed` in words. */
export function textLike(shape: { readonly pattern: RegExp; readonly allowed: string }): z.ZodString {
  return z.string().regex(shape.pattern, shape.allowed).register(allowedWords, { allowed: shape.allowed });
}

/** A number of instances, seconds …: whole, from `least` to `most`. */
export function whole(range: { readonly least: number; readonly most: number }): z.ZodNumber {
  return z.number().int().min(range.least).max(range.most);
}

/** Any number in the unit of a KPI. */
export function measure(): z.ZodNumber {
  return z.number().min(-largestNumber).max(largestNumber);
}
