import type { Stored } from '../stored.ts';

/**
 * Participants whose time has passed without an answer while `onTimeout` says `stop`: the change waits for them, and only a person or a late answer
 * frees it. By name.
 */
export function stoppingParticipants({ file, told, acknowledgements }: Stored): readonly string[] {
  return Object.entries(file?.file.participants ?? {}).flatMap(([name, { acknowledge }]) => {
    const expired = told.get(name)?.expiredVersion ?? 0;
    const applied = acknowledgements.get(name)?.membershipVersion ?? 0;
    return acknowledge?.onTimeout === 'stop' && expired > applied ? [name] : [];
  });
}
