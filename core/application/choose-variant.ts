import * as z from 'zod';
import { type Path, type Problem, pathText, quoted, shown } from './problem.ts';
import { either, sayAllowed } from './say-allowed.ts';
import { tellingKeys } from './schema-notes.ts';

/** The variants of a union that a value may be meant as: exactly one, or several and what makes that unclear. */
export interface Choice {
  readonly options: readonly z.ZodObject[];
  readonly problem?: Problem;
}

interface Variant {
  readonly option: z.ZodObject;
  readonly keys: readonly string[];
}

/** Picks the variant that an object is meant as by its telling keys, whatever else is wrong with it. */
export function chooseVariant(union: z.ZodUnion, value: object, path: Path): Choice {
  const objects = union.options.filter((option) => option instanceof z.ZodObject);
  const keys = tellingKeys.get(union)?.keys ?? [];
  let variants: readonly Variant[] = objects.map((option, index) => ({ option, keys: keys[index] ?? [] }));
  for (let depth = 0; variants.length > 1; depth += 1) {
    const alternatives = [...new Set(variants.flatMap((variant) => variant.keys.slice(depth, depth + 1)))];
    if (alternatives.length === 0) return chooseByLiteral(variants, value, path);
    const present = alternatives.filter((key) => Object.hasOwn(value, key));
    if (present.length !== 1) {
      const allowed = depth === 0 ? sayAllowed(union) : `exactly one of the keys ${quoted(alternatives)}`;
      return unclear({ variants, present, allowed }, value, path);
    }
    variants = variants.filter((variant) => variant.keys[depth] === present[0]);
  }
  return { options: optionsOf(variants) };
}

function chooseByLiteral(variants: readonly Variant[], value: object, path: Path): Choice {
  const key = variants[0]?.keys.at(-1) ?? '';
  const literals = variants.map((variant) => variant.option.shape[key]).filter((schema) => schema !== undefined);
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  const fitting = variants.filter((_, index) => literals[index]?.safeParse(found).success);
  if (fitting.length === 1) return { options: optionsOf(fitting) };
  const problem = { path: pathText([...path, key]), found: shown(found), allowed: either(literals.map(sayAllowed)) };
  return { options: optionsOf(variants), problem };
}

function unclear(
  question: {
    readonly variants: readonly Variant[];
    readonly present: readonly string[];
    readonly allowed: string;
  },
  value: object,
  path: Path,
): Choice {
  const { variants, present, allowed } = question;
  const found = present.length === 0 ? shown(value) : `${quoted(present)} together`;
  const problem = { path: pathText(path), found, allowed };
  const meant =
    present.length === 0 ? variants : variants.filter(({ keys }) => keys.some((key) => present.includes(key)));
  return { options: optionsOf(meant), problem };
}

function optionsOf(variants: readonly Variant[]): readonly z.ZodObject[] {
  return variants.map((variant) => variant.option);
}
