/** How words are coloured; leaves them as they are where colours would be noise. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly load: (text: string) => string;
  readonly capacity: (text: string) => string;
  readonly short: (text: string) => string;
  readonly good: (text: string) => string;
}

const plain = (text: string): string => text;

/** For files and pipes. */
export const noPaint: Paint = { strong: plain, faint: plain, load: plain, capacity: plain, short: plain, good: plain };

/** For terminals: ANSI colours of the terminal's own palette, readable on dark and on light. */
export const ansiPaint: Paint = {
  strong: ansi(1),
  faint: ansi(2),
  load: ansi(34),
  capacity: ansi(33),
  short: ansi(31),
  good: ansi(32),
};

/** What the user asks for: NO_COLOR (no-color.org) and FORCE_COLOR win over what the terminal is. */
export function paintFor(
  environment: Readonly<Record<string, string | undefined>>,
  terminal: { readonly isTerminal: boolean },
): Paint {
  if ((environment['NO_COLOR'] ?? '') !== '') return noPaint;
  const isForced = !['', '0'].includes(environment['FORCE_COLOR'] ?? '');
  return isForced || terminal.isTerminal ? ansiPaint : noPaint;
}

function ansi(code: number): (text: string) => string {
  return (text) => (text === '' ? text : `\u001b[${code}m${text}\u001b[0m`);
}
