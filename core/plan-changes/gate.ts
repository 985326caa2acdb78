import type { Application } from '../application/application-schema.ts';
import type { Stored } from '../stored.ts';

/** By the identity of the file, which nobody changes: every plan asks for each slot that moves. */
const hearers = new WeakMap<Application, Map<string, readonly string[]>>();

/** The participants that are told of a layer's changes, by name. */
export function hearersOf(application: Application, layer: string): readonly string[] {
  const known = hearers.get(application) ?? new Map<string, readonly string[]>();
  hearers.set(application, known);
  const found = known.get(layer) ?? findHearers(application, layer);
  known.set(layer, found);
  return found;
}

function findHearers(application: Application, layer: string): readonly string[] {
  return Object.entries(application.participants)
    .filter(([, { hears }]) => hears.includes('*') || hears.includes(layer))
    .map(([name]) => name);
}

/** Every participant that hears the layer was told this version of the membership or a later one. */
export function isTold(stored: Stored, layer: string, version: number): boolean {
  if (stored.file === undefined) return false;
  return hearersOf(stored.file.file, layer).every((name) => (stored.told.get(name)?.membershipVersion ?? 0) >= version);
}

/**
 * The gate of joining and leaving: every participant that hears the layer was told, and each that must acknowledge has applied this version
 * or a later one, or let its deadline pass while `onTimeout` says `continue`.
 */
export function isApplied(stored: Stored, layer: string, version: number): boolean {
  const { file } = stored;
  if (file === undefined || !isTold(stored, layer, version)) return false;
  return hearersOf(file.file, layer).every((name) => {
    const acknowledge = file.file.participants[name]?.acknowledge;
    if (acknowledge === undefined) return true;
    if ((stored.acknowledgements.get(name)?.membershipVersion ?? 0) >= version) return true;
    return acknowledge.onTimeout === 'continue' && (stored.told.get(name)?.expiredVersion ?? 0) >= version;
  });
}

/**
 * Nothing more is expected of anybody about this version: everybody that hears the layer was told, and each that must acknowledge has, or its
 * deadline passed. Until then a machine that is gone stays known, so that its end can be told again.
 */
export function isSettled(stored: Stored, layer: string, version: number): boolean {
  const { file } = stored;
  if (file === undefined || !isTold(stored, layer, version)) return false;
  return hearersOf(file.file, layer).every((name) => {
    if (file.file.participants[name]?.acknowledge === undefined) return true;
    if ((stored.acknowledgements.get(name)?.membershipVersion ?? 0) >= version) return true;
    return (stored.told.get(name)?.expiredVersion ?? 0) >= version;
  });
}
