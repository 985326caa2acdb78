import { gzipSync } from 'node:zlib';
import type { NoticeEvent } from '../../core/instance-life.ts';

/** What a hook's script tells its command. */
export interface HookScript {
  /** 32 hexadecimal digits: an instance runs the command of one token once. */
  readonly token: string;
  readonly command: string;
  readonly application: string;
  readonly event: NoticeEvent;
  readonly layer: string;
  /** The instances that changed. */
  readonly changed: readonly string[];
  /** The membership as JSON, or where it is. */
  readonly membership: string;
  /** Where files lie; `/run/concertina` unless told. */
  readonly folder?: string;
}

/** Characters at the end of the output that are shown: SSM keeps 2,500, from the beginning. */
const SHOWN_CHARACTERS = 1000;

/**
 * A script for a POSIX shell. The first to come with a token runs the command; whoever comes later waits for it, and all end with its output
 * and exit status: a command that was sent twice runs once. Its files lie where only root can read, in memory, and go after a day.
 */
export function hookScript(script: HookScript): string {
  const { token, command, application, event, layer, changed, membership, folder = '/run/concertina' } = script;
  return `set -u
umask 077
mkdir -p ${quoted(folder)} && cd ${quoted(folder)} || exit 73
find . -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} + 2>/dev/null
if mkdir ${token} 2>/dev/null; then
  printf %s ${quoted(packed(membership))} | base64 -d | gzip -d > ${token}/membership.json
  CONCERTINA_INSTANCES=$(printf %s ${quoted(packed(changed.join(' ')))} | base64 -d | gzip -d)
  CONCERTINA_MEMBERSHIP=$PWD/${token}/membership.json
  CONCERTINA_APPLICATION=${quoted(application)} CONCERTINA_EVENT=${quoted(event)} CONCERTINA_LAYER=${quoted(layer)}
  export CONCERTINA_APPLICATION CONCERTINA_EVENT CONCERTINA_LAYER CONCERTINA_INSTANCES CONCERTINA_MEMBERSHIP
  (umask 022; cd / && exec sh -c ${quoted(command)}) > ${token}/output 2>&1 < /dev/null
  echo $? > ${token}/ended && mv ${token}/ended ${token}/status
else
  while [ ! -f ${token}/status ]; do sleep 1; done
fi
tail -c ${SHOWN_CHARACTERS} ${token}/output
exit "$(cat ${token}/status)"`;
}

/** Characters that a text takes in a script. */
export function packed(text: string): string {
  return gzipSync(text, { level: 9 }).toString('base64');
}

/** One word for the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
