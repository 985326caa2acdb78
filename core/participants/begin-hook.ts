import type { Hook, Participant } from '../application/participant-schema.ts';
import type { HookStep } from '../hook-step.ts';
import type { Slot } from '../instance-life.ts';
import type { HookRunRecord } from '../records.ts';
import type { Stored } from '../stored.ts';
import { heardSlots, versionsOf } from './heard-slots.ts';

/**
 * The next run of a hook: every change that it has not applied, with the newest membership; a step for each layer and event, what happened
 * first comes first. Undefined when there is nothing to run for, when a run is on its way, or when the last one failed and neither the
 * membership nor the file changed since. A run without steps is one too: nobody asked for a command on these events.
 */
export function beginHook(stored: Stored, participant: string): HookRunRecord | undefined {
  const { application, file, head } = stored;
  const hook = file?.file.participants[participant]?.hook;
  if (file === undefined || head === undefined || hook === undefined) return undefined;
  const known = stored.hookRuns.get(participant);
  if (known !== undefined && known.outcome === undefined) return undefined;
  const { newest, applied } = versionsOf(stored, participant);
  const done = Math.max(applied, known?.outcome === 'applied' ? known.membershipVersion : 0);
  if (newest <= done) return undefined;
  const isStuck = known?.outcome === 'failed' && known.membershipVersion >= newest;
  if (isStuck && known.fileVersion === file.version) return undefined;
  const changed = heardSlots(stored, participant).filter(({ change }) => (change?.version ?? 0) > done);
  return {
    kind: 'hook-run',
    application,
    version: (known?.version ?? 0) + 1,
    participant,
    membershipVersion: head.membershipVersion,
    fileVersion: file.version,
    steps: stepsOf(changed, hook),
  };
}

/** The layer on whose instances a participant's hook runs. */
export function placeOf(participant: string, { hook }: Participant): string {
  return hook?.on ?? participant;
}

function stepsOf(changed: readonly Slot[], hook: Hook): readonly HookStep[] {
  const steps = new Map<string, HookStep>();
  for (const slot of changed.toSorted((a, b) => (a.change?.version ?? 0) - (b.change?.version ?? 0))) {
    const command = commandFor(slot, hook);
    if (slot.change === undefined || command === undefined) continue;
    const { event } = slot.change;
    const key = JSON.stringify([slot.layer, event, command]);
    const step = steps.get(key) ?? { event, layer: slot.layer, changed: [], command, ...notBegun };
    steps.set(key, { ...step, changed: [...step.changed, slot.instanceId ?? ''] });
  }
  return [...steps.values()];
}

const notBegun = { succeeded: [], isDone: false, runs: [] };

/** An announced leaving that was undone has joined again; an announced joining that was undone has left. */
function commandFor({ change, state }: Slot, hook: Hook): string | undefined {
  if (change === undefined) return undefined;
  if (change.event === 'rolled-back') return state === 'in-service' ? hook.joined : hook.left;
  return hook[change.event];
}
