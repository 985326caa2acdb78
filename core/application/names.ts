import { textLike } from './schema-notes.ts';

/** Names become metric-math ids, DynamoDB keys and tags, so the narrowest of their alphabets wins: a letter, then letters and digits. */
export const nameSchema = textLike({
  pattern: /^[a-z][a-zA-Z0-9]{0,31}$/,
  allowed: 'a name: a lower-case letter, then up to 31 letters or digits',
}).describe('A name: a lower-case letter, then up to 31 letters or digits.');

/** An application's name may also hold hyphens: it never stands in a metric-math expression. */
export const applicationNameSchema = textLike({
  pattern: /^[a-z][a-z0-9-]{0,31}$/,
  allowed: 'a lower-case letter, then up to 31 lower-case letters, digits or hyphens',
}).describe('The name of the application, unique in an account and region.');
