import type { Application } from './application-schema.ts';

/**
 * EC2 makes status checks once a minute of what runs (docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html), and
 * their outcome is looked at once a minute: two minutes, and one for a machine that boots fast.
 */
const leastForStatusChecks = 180;

/** What is allowed and most likely not meant, one sentence each with its path. A file with warnings is applied all the same. */
export function findWarnings({ layers }: Pick<Application, 'layers'>): readonly string[] {
  return Object.entries(layers).flatMap(([name, { ready, readySeconds }]) => {
    if (ready !== 'status-checks' || readySeconds >= leastForStatusChecks) return [];
    return [
      `layers.${name}.readySeconds: ${readySeconds} s may be too short for "ready": "status-checks". EC2 makes them once a minute, after the machine has booted; an instance that is not ready in time is replaced, and so is the next. At least ${leastForStatusChecks} s, better the boot time and two minutes.`,
    ];
  });
}
