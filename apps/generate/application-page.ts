import * as z from 'zod';
import { applicationSchema } from '../../core/application/application-schema.ts';
import { sayAllowed, unwrapped } from '../../core/application/say-allowed.ts';
import { tellingKeys } from '../../core/application/schema-notes.ts';

type Schema = z.core.$ZodType;

const introduction = `# The application file

Generated from the schema by \`npm run generate\`. One JSON file an application; unknown keys are refused, and all problems are reported at once.
Name \`application.schema.json\` under \`$schema\` and an editor helps while you write.

## Between the parts

- A rule's \`kpi\`, a name in an expression, \`followLayer\`, \`hears\`, \`layer\` and \`per\` name something that is in the file. In expressions
  \`<layer>_in_service\` and \`<layer>_desired\` are always there.
- KPIs may not come back to themselves through expressions, nor layers through \`followLayer\`.
- The inputs of an expression have one \`periodSeconds\`.
- In \`userData\` and in the values of \`tags\`, \`\${name}\` stands for a parameter: the value given with \`--set\` when the file is applied, else
  its default; for a secret its ARN, which the machine resolves itself. \`$\${\` stands for a plain \`\${\`: write \`$\${HOME}\` for what a shell shall see
  as \`\${HOME}\`. A \`$\` without a brace behind it is a plain \`$\`.
- A step may not repeat another's \`from\` or \`below\`, and no \`below\` may be above a \`from\` of the same rule.
- Rules of a layer that undo each other under a constant load are refused, with the way round as proof: [how it is
  found](../trying-rules.md#rules-that-undo-each-other-are-refused).
- A participant is one of three: a target group (\`targetGroupArn\`), a hook (\`hook\`), or a subscriber of your own (neither). Several target groups
  for one layer are several participants, each with its own deadline. Targets have no weights in Elastic Load Balancing: the weights of a forward
  action are between target groups, and stay as you set them.
- A target group takes a joining instance in when every hook and subscriber that must acknowledge has: no traffic before peers are ready.
- A hook runs on the instances in service of the layer \`on\`; without it the layer with the participant's own name. A hook that stops, or that
  failed to the end of its retries, leaves the change to the deadline of its \`acknowledge\`. It runs again when the membership changes or the
  file is applied again.
`;

/** Where an object stands in the file, and by what it differs from others that may stand there. */
interface Place {
  readonly path: string;
  readonly variant: string;
  /** Unions that were said before, each with its place: rules may stand in more than one, and are said once. */
  readonly said: Map<Schema, string>;
}

/** The reference page of the application file, in Markdown. */
export function applicationPage(): string {
  // What several variants have in common, such as `missing`, is said once.
  const all = new Set(sections(applicationSchema, { path: '', variant: '', said: new Map() }));
  return [introduction, ...all].join('\n');
}

/** One section for each object of the schema, from the top down. */
function sections(schema: Schema, place: Place): readonly string[] {
  const bare = unwrapped(schema);
  const { path, said } = place;
  if (bare instanceof z.ZodUnion) return variants(bare, place);
  if (bare instanceof z.ZodRecord) return sections(bare.valueType, { path: `${path}.<name>`, variant: '', said });
  if (bare instanceof z.ZodArray) return sections(bare.element, { path: `${path}[]`, variant: '', said });
  if (!(bare instanceof z.ZodObject)) return [];
  const fields = Object.entries(bare.shape);
  const inner = fields.flatMap(([key, field]) =>
    sections(field, { path: path === '' ? key : `${path}.${key}`, variant: '', said }),
  );
  return [section(place, bare, fields), ...inner];
}

function variants(union: z.ZodUnion, { path, said }: Place): readonly string[] {
  if ((said.get(union) ?? path) !== path) return [];
  said.set(union, path);
  const keys = tellingKeys.get(union)?.keys ?? [];
  const objects = union.options.filter((option) => option instanceof z.ZodObject);
  return objects.flatMap((option, index) =>
    sections(option, { path, variant: sayKeys(option, keys[index] ?? []), said }),
  );
}

/** Variants that have the same keys are told apart by a literal. */
function sayKeys(option: z.ZodObject, keys: readonly string[]): string {
  return keys
    .map((key) =>
      option.shape[key] instanceof z.ZodLiteral ? `\`${key}\`: ${sayAllowed(option.shape[key])}` : `\`${key}\``,
    )
    .join(' and ');
}

function section(place: Place, object: z.ZodObject, fields: readonly (readonly [string, Schema])[]): string {
  const rows = fields.map(([key, field]) =>
    row([`\`${key}\``, plain(sayAllowed(field)), sayDefault(field), plain(describe(field))]),
  );
  const about = describe(object);
  const table = [row(['key', 'allowed', 'default', 'meaning']), row(['---', '---', '---', '---']), ...rows];
  return [heading(place), '', ...(about === '' ? [] : [plain(about), '']), ...table, ''].join('\n');
}

function heading({ path, variant }: Place): string {
  if (path === '') return '## The top level';
  return variant === '' ? `## \`${path}\`` : `## \`${path}\` with ${variant}`;
}

function sayDefault(field: Schema): string {
  if (field instanceof z.ZodPrefault) return 'as below';
  if (field instanceof z.ZodDefault) return `\`${JSON.stringify(field.def.defaultValue)}\``;
  return field instanceof z.ZodOptional ? 'none' : '**required**';
}

function describe(schema: Schema): string {
  return z.globalRegistry.get(schema)?.description ?? '';
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text in which nothing is taken for Markdown or HTML. */
function plain(text: string): string {
  return text.replace(/[<|*_]/g, (sign) => `\\${sign}`);
}
