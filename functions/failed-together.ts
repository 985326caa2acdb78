/** Causes named in a message; the error holds them all. */
const mostNamed = 10;

/**
 * Several failures as one, `what` saying which work they are of. The message names every one with what caused it: a Lambda function's log
 * shows an error's message and stack, and neither the errors within it nor its cause.
 */
export function failedTogether(errors: readonly unknown[], what: string): AggregateError {
  const named = errors.slice(0, mostNamed).map(sayWithCause);
  const more = errors.length > mostNamed ? [`and ${errors.length - mostNamed} more`] : [];
  return new AggregateError(errors, `${what}: ${[...named, ...more].join('; ')}`);
}

function sayWithCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = error.message === '' ? error.name : `${error.name}: ${error.message}`;
  return error.cause === undefined ? said : `${said} (${sayWithCause(error.cause)})`;
}
