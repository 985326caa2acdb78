import { z } from 'zod';

/** How `npm audit --json` ended. */
export interface AuditRun {
  readonly stdout: string;
  readonly stderr: string;
}

/** What is known of the dependencies, or why nothing is. */
export type Advisories =
  /** The registry was asked for all of them; one line for each weakness that it knows. */
  | { readonly asked: number; readonly weaknesses: readonly string[] }
  /** It could not be asked: neither good nor bad. */
  | { readonly unchecked: string };

const reportSchema = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    z.object({
      severity: z.string(),
      range: z.string(),
      /** A name is another package of this list, whose own entry says more. */
      via: z.array(z.union([z.string(), z.object({ title: z.string(), url: z.string() })])),
    }),
  ),
  metadata: z.object({ dependencies: z.object({ total: z.number() }) }),
});

const refusalSchema = z.object({ message: z.string() });

/**
 * Reads what npm printed. A refusal of the registry (many mirrors have no advisories), an unreachable one and an answer that makes no sense are all
 * `unchecked`: npm ends with the same code for them as for a weakness. https://docs.npmjs.com/cli/commands/npm-audit
 */
export function readAdvisories({ stdout, stderr }: AuditRun): Advisories {
  const printed = parsed(stdout);
  const report = reportSchema.safeParse(printed);
  if (report.success) {
    const { vulnerabilities, metadata } = report.data;
    return { asked: metadata.dependencies.total, weaknesses: Object.entries(vulnerabilities).map(said) };
  }
  const refusal = refusalSchema.safeParse(printed);
  if (refusal.success) return { unchecked: refusal.data.message };
  return { unchecked: lastLine(stderr) ?? 'npm audit printed no report' };
}

function said([name, { severity, range, via }]: [
  string,
  z.infer<typeof reportSchema>['vulnerabilities'][string],
]): string {
  const causes = via.map((cause) => (typeof cause === 'string' ? `through ${cause}` : `${cause.title} (${cause.url})`));
  return `${name} ${range}: ${severity}: ${causes.join('; ')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '' && !line.includes('complete log of this run'));
}
