import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { applicationSchema } from '../../../core/application/application-schema.ts';

interface Field {
  readonly path: string;
  readonly schema: z.core.JSONSchema.BaseSchema;
  readonly isRequired: boolean;
}

/** Every field of every object of the schema, whatever its depth. */
function fieldsOf(schema: z.core.JSONSchema.BaseSchema, path = ''): readonly Field[] {
  const fields = Object.entries(schema.properties ?? {}).map(([key, field]): Field => {
    if (typeof field === 'boolean') throw new Error(`${path}.${key} allows anything`);
    return { path: `${path}.${key}`, schema: field, isRequired: schema.required?.includes(key) ?? false };
  });
  const inner = [schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])].flat();
  return [
    ...fields.flatMap((field) => [field, ...fieldsOf(field.schema, field.path)]),
    ...inner.flatMap((part) => (typeof part === 'object' ? fieldsOf(part, `${path}[]`) : [])),
  ];
}

function numbersOf(schema: z.core.JSONSchema.BaseSchema): readonly z.core.JSONSchema.BaseSchema[] {
  const inner = [schema.items, ...(schema.anyOf ?? [])].flat();
  const nested = inner.flatMap((part) => (typeof part === 'object' ? numbersOf(part) : []));
  return schema.type === 'number' || schema.type === 'integer' ? [schema, ...nested] : nested;
}

describe('the schema of the application file', () => {
  const fields = fieldsOf(z.toJSONSchema(applicationSchema, { io: 'input' }));

  test('holds the fields that its walk is meant to see', () => {
    expect(fields.length).toBeGreaterThan(70);
  });

  test.each(fields)(
    '$path is required, has a default, or says what its absence means, and never two of these',
    ({ schema, isRequired }) => {
      const answers = [isRequired, schema.default !== undefined, schema.description?.includes('Without it') ?? false];

      expect(answers.filter(Boolean)).toHaveLength(1);
    },
  );

  test.each(fields)('$path says what it is for', ({ schema }) => {
    expect(schema.description).toMatch(/\.$/);
  });

  test.each(fields.filter(({ schema }) => numbersOf(schema).length > 0))(
    '$path has a least and a largest value',
    ({ schema }) => {
      for (const number of numbersOf(schema)) {
        if (number.const !== undefined || number.enum !== undefined) continue;
        expect(number.minimum ?? number.exclusiveMinimum).toBeGreaterThanOrEqual(-1e15);
        expect(number.maximum).toBeLessThanOrEqual(1e15);
      }
    },
  );
});
