/** One `${…}` of a text: as it stands there, and the name in it. */
export interface Placeholder {
  readonly text: string;
  readonly name: string;
}

/** `$${` stands for a plain `${`; any other `${` begins the name of a parameter, up to the next `}`. */
const pattern = /\$\$\{|\$\{(?<name>[^}]*)\}?/g;

/** All `${…}` of a text but the escaped ones, in order. One that is never closed reaches to the end of the text. */
export function placeholdersIn(text: string): readonly Placeholder[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const name = match.groups?.['name'];
    return name === undefined ? [] : [{ text: match[0], name }];
  });
}

/** Fills a text. A name without a value stays as it stands: read-application.ts refuses files that have one. */
export function fillPlaceholders(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(pattern, (whole: string, name: string | undefined) =>
    name === undefined ? '${' : (values.get(name) ?? whole),
  );
}
