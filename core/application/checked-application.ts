import type { Application } from './application-schema.ts';

/**
 * Reads back an application that read-application.ts made, from JSON. Trusts its sender as the table is trusted: what checks files is larger
 * than all the rest of a function that stores them, so it stays where files come in. Undefined when it is not even the outline of one.
 */
export function checkedApplication(json: string): Application | undefined {
  const value: unknown = JSON.parse(json);
  return isApplication(value) ? value : undefined;
}

function isApplication(value: unknown): value is Application {
  if (!isObject(value) || typeof value['application'] !== 'string' || !Array.isArray(value['limits'])) return false;
  return ['parameters', 'kpis', 'layers', 'participants'].every((key) => isObject(value[key]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
