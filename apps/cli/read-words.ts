import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Problem } from '../../core/application/problem.ts';

/** The options of a command, as node:util reads them. */
export type Options = NonNullable<ParseArgsConfig['options']>;

/** Options and other words of a command. */
export type Words<Known extends Options> = ReturnType<typeof parseWords<Known>>;

/** Reads the words after a command. What is no option of it, or lacks its value, is a problem that names it. */
export function readWords<const Known extends Options>(
  words: readonly string[],
  options: Known,
): Words<Known> | { readonly problem: Problem } {
  try {
    return parseWords(words, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problem: { path: '(command)', found: words.join(' '), allowed: 'see --help', message } };
  }
}

function parseWords<const Known extends Options>(words: readonly string[], options: Known) {
  return parseArgs({ args: [...words], allowPositionals: true, options });
}
