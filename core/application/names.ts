import { z } from 'zod';

/** Names become metric-math ids, DynamoDB keys and tags, so the narrowest of their alphabets wins: a letter, then letters and digits. */
export const nameSchema = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9]{0,31}$/, 'a lower-case letter, then up to 31 letters or digits')
  .describe('A name: a lower-case letter, then up to 31 letters or digits.');

/** An application's name may also hold hyphens: it never stands in a metric-math expression. */
export const applicationNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a lower-case letter, then up to 31 lower-case letters, digits or hyphens')
  .describe('The name of the application, unique in an account and region.');
