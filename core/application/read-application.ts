import { type Application, applicationSchema } from './application-schema.ts';
import { checkFreezes } from './check-freezes.ts';
import { checkKpis } from './check-kpis.ts';
import { checkLayers } from './check-layers.ts';
import { checkParticipants } from './check-participants.ts';
import { checkRelations } from './check-relations.ts';
import { checkRestlessness } from './check-restlessness.ts';
import { checkRules } from './check-rules.ts';
import { draftFrom } from './draft.ts';
import { findProblems } from './find-problems.ts';
import type { Problem } from './problem.ts';
import { readJson } from './read-json.ts';

/** An application, or everything that is wrong with its file. */
export type ReadApplication =
  | { readonly ok: true; readonly application: Application }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads an application file: JSON, the schema, and everything that one part of the file says of another. All problems at once; only text that
 * is no JSON hides the rest. `application` has every default filled in.
 */
export function readApplication(text: string): ReadApplication {
  const json = readJson(text);
  if (!json.ok) return { ok: false, problems: [json.problem] };
  const draft = draftFrom(json.value);
  const problems = [
    ...json.repeatedKeys,
    ...findProblems(applicationSchema, json.value),
    ...checkLayers(draft),
    ...checkKpis(draft),
    ...checkRules(draft),
    ...checkFreezes(draft),
    ...checkParticipants(draft),
    ...checkRelations(draft),
  ];
  problems.push(...checkRestlessness(json.value, problems));
  if (problems.length > 0) return { ok: false, problems };
  // Throws only where findProblems and the schema disagree: a defect of ours, never the file's.
  return { ok: true, application: applicationSchema.parse(json.value) };
}
