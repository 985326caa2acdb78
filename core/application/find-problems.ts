import * as z from 'zod';
import { chooseVariant } from './choose-variant.ts';
import { didYouMean } from './nearest.ts';
import { type Path, type Problem, pathText, quoted, shown } from './problem.ts';
import { sayAllowed, unwrapped } from './say-allowed.ts';
import { tellingKeys } from './schema-notes.ts';

/**
 * Everything in which `value` does not fit `schema`, in the order of the file. Walks both together instead of reading the schema library's
 * errors: so a union answers for the variant that was meant, and every answer says what is allowed. Empty exactly when the schema accepts.
 */
export function findProblems(schema: z.core.$ZodType, value: unknown, path: Path = []): readonly Problem[] {
  const bare = unwrapped(schema);
  if (isObject(value)) {
    if (bare instanceof z.ZodUnion && tellingKeys.get(bare) !== undefined) return inUnion(bare, value, path);
    if (bare instanceof z.ZodObject) return inObject([bare], value, path);
    if (bare instanceof z.ZodRecord) return inRecord(bare, value, path);
  }
  if (Array.isArray(value)) {
    const list = listOf(bare);
    if (list !== undefined) return inArray(list, value, path);
  }
  return z.safeParse(bare, value).success ? [] : [refused(bare, value, path)];
}

/** The schema that a list is meant for: itself, or the one list of a union. */
function listOf(schema: z.core.$ZodType): z.ZodArray | undefined {
  if (schema instanceof z.ZodArray) return schema;
  return schema instanceof z.ZodUnion ? schema.options.find((option) => option instanceof z.ZodArray) : undefined;
}

function inUnion(union: z.ZodUnion, value: Readonly<Record<string, unknown>>, path: Path): readonly Problem[] {
  const { options, problem } = chooseVariant(union, value, path);
  return [...(problem === undefined ? [] : [problem]), ...inObject(options, value, path)];
}

/** When it is unclear which of several options is meant, only what is wrong for all of them is said. */
function inObject(
  options: readonly z.ZodObject[],
  value: Readonly<Record<string, unknown>>,
  path: Path,
): readonly Problem[] {
  const known = [...new Set(options.flatMap((option) => Object.keys(option.shape)))];
  const problems: Problem[] = [];
  for (const key of Object.keys(value)) if (!known.includes(key)) problems.push(unknownKey(key, known, path));
  for (const key of known) {
    const schema = options[0]?.shape[key];
    if (schema === undefined || options.some((option) => option.shape[key] !== schema)) continue;
    const isThere = Object.hasOwn(value, key);
    if (isThere) problems.push(...findProblems(schema, value[key], [...path, key]));
    else if (!z.safeParse(schema, undefined).success) problems.push(refused(schema, undefined, [...path, key]));
  }
  return problems;
}

function inRecord(record: z.ZodRecord, value: Readonly<Record<string, unknown>>, path: Path): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [key, item] of Object.entries(value)) {
    const isName = z.safeParse(record.keyType, key).success;
    if (!isName) problems.push({ ...refused(record.keyType, key, [...path, key]), found: `the name ${shown(key)}` });
    problems.push(...findProblems(record.valueType, item, [...path, key]));
  }
  return [...problems, ...ofItself(record, value, path)];
}

function inArray(array: z.ZodArray, value: readonly unknown[], path: Path): readonly Problem[] {
  const problems = value.flatMap((item, index) => findProblems(array.element, item, [...path, index]));
  return [...ofItself(array, value, path), ...problems];
}

/** Too many or too few items, apart from what is wrong with them. */
function ofItself(schema: z.ZodRecord | z.ZodArray, value: unknown, path: Path): readonly Problem[] {
  const issues = z.safeParse(schema, value).error?.issues ?? [];
  return issues.some((issue) => issue.path.length === 0) ? [refused(schema, value, path)] : [];
}

function refused(schema: z.core.$ZodType, value: unknown, path: Path): Problem {
  return { path: pathText(path), found: shown(value), allowed: sayAllowed(schema) };
}

function unknownKey(key: string, known: readonly string[], path: Path): Problem {
  return {
    path: pathText([...path, key]),
    found: 'an unknown key',
    allowed: `the keys ${quoted(known)}`,
    ...didYouMean(key, known),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
