import * as z from 'zod';
import { quoted } from './problem.ts';
import { allowedWords, tellingKeys } from './schema-notes.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What a schema allows, in words made from the schema itself: `a whole number from 1 to 20`, `"continue" or "stop"`. */
export function sayAllowed(schema: z.core.$ZodType): string {
  const bare = unwrapped(schema);
  const words = allowedWords.get(bare)?.allowed;
  if (words !== undefined) return words;
  if (bare instanceof z.ZodUnion) return sayUnion(bare);
  return sayJsonSchema(z.toJSONSchema(bare, { io: 'input' }));
}

/** The schema inside defaults and optionals. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrapped(schema.unwrap());
  }
  return schema;
}

/** `a`, `a or b`, `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function sayUnion(union: z.ZodUnion): string {
  const keys = tellingKeys.get(union)?.keys;
  if (keys === undefined) return union.options.map(sayAllowed).join(', or ');
  const others = union.options.filter((option) => !(option instanceof z.ZodObject)).map(sayAllowed);
  const kinds = [...new Set(keys.map(([key]) => key))];
  return [...others, `an object with exactly one of the keys ${quoted(kinds)}`].join(', or ');
}

function sayJsonSchema(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return either(schema.enum.map((value) => JSON.stringify(value)));
  switch (schema.type) {
    case 'integer':
      return `a whole number${saySpan(schema)}${schema.multipleOf === undefined ? '' : ` that is a multiple of ${schema.multipleOf}`}`;
    case 'number':
      return `a number${saySpan(schema)}`;
    case 'string':
      return `a text${sayLength({ least: schema.minLength, most: schema.maxLength, unit: 'character' })}`;
    case 'array':
      return `a list${sayLength({ least: schema.minItems, most: schema.maxItems, unit: 'item' })}`;
    case 'boolean':
      return 'true or false';
    default:
      return sayObject(schema);
  }
}

/** Every number of the schema has a least and a largest value: application-schema.test.ts sees to it. */
function saySpan({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const most = sayNumber(maximum);
  return exclusiveMinimum === undefined
    ? ` from ${sayNumber(minimum)} to ${most}`
    : ` above ${exclusiveMinimum}, up to ${most}`;
}

function sayNumber(number: number | undefined): string {
  return number !== undefined && Math.abs(number) > 1e9 ? number.toExponential().replace('e+', 'e') : String(number);
}

function sayLength(length: {
  readonly least: number | undefined;
  readonly most: number | undefined;
  readonly unit: string;
}): string {
  const { least = 0, most, unit } = length;
  if (most === undefined) return least === 0 ? '' : ` of at least ${counted(least, unit)}`;
  if (least === most) return ` of exactly ${counted(most, unit)}`;
  return least === 0 ? ` of at most ${counted(most, unit)}` : ` of ${least} to ${counted(most, unit)}`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function sayObject(schema: JsonSchema): string {
  const keys = (schema.required ?? []).map((key) => JSON.stringify(key));
  return keys.length === 0 ? 'an object' : `an object with ${keys.join(', ')}`;
}
