import * as z from 'zod';
import { applicationSchema } from '../../core/application/application-schema.ts';
import { testsSchema } from '../../core/rule-tests/tests-schema.ts';
import { applicationPage } from './application-page.ts';

/** A file that is made from the code and checked in; `path` is relative to the top of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Every generated file, as it should be now. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: 'application.schema.json', text: `${JSON.stringify(applicationJsonSchema(), null, 2)}\n` },
    { path: 'application-tests.schema.json', text: `${JSON.stringify(testsJsonSchema(), null, 2)}\n` },
    { path: 'docs/reference/application-file.md', text: applicationPage() },
  ];
}

/** The same for the tests beside an application file. */
function testsJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(testsSchema, { target: 'draft-07', io: 'input' });
  return { $schema, title: 'Concertina rule tests', ...schema };
}

/** Draft 7, for it is what editors know in full; what a file may hold before defaults are filled in. */
function applicationJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(applicationSchema, { target: 'draft-07', io: 'input' });
  return { $schema, title: 'Concertina application file', ...schema };
}
