import { checkReference } from './check-reference.ts';
import { type Draft, type DraftParticipant, readableItems } from './draft.ts';
import { oneOfNames, type Path, type Problem, pathText, quoted, shown } from './problem.ts';

const hookEvents = ['joining', 'joined', 'leaving', 'left'] as const;

/** Participants: layers that exist, one kind each, hooks that run something somewhere, and quorums of something. */
export function checkParticipants(draft: Draft): readonly Problem[] {
  return readableItems(draft.participants).flatMap(([name, participant]) => {
    const path = ['participants', name];
    return [
      ...checkHearing(participant, draft, [...path, 'hears']),
      ...checkKind(participant, path),
      ...checkHook(participant, { draft, name, path: [...path, 'hook'] }),
      ...checkQuorum(participant, [...path, 'acknowledge', 'atLeastPercent']),
    ];
  });
}

function checkHearing({ hears = [] }: DraftParticipant, { layers }: Draft, path: Path): readonly Problem[] {
  return hears.flatMap((layer, index) =>
    layer === '*' ? [] : checkReference({ kind: 'layers', name: layer, among: layers, path: [...path, index] }),
  );
}

function checkKind({ targetGroupArn, hook }: DraftParticipant, path: Path): readonly Problem[] {
  if (targetGroupArn === undefined || hook === undefined) return [];
  const keys = quoted(['targetGroupArn', 'hook']);
  return [{ path: pathText(path), found: `${keys} together`, allowed: `one of ${keys}: make it two participants` }];
}

function checkHook(
  { hook, acknowledge }: DraftParticipant,
  { draft, name, path }: { readonly draft: Draft; readonly name: string; readonly path: Path },
): readonly Problem[] {
  if (hook === undefined) return [];
  const runsNothing = {
    path: pathText(path),
    found: 'a hook without a command',
    allowed: `an object with at least one of the keys ${quoted(hookEvents)}`,
  };
  const stopsNothing = {
    path: pathText([...path, 'onFailure']),
    found: shown('stop'),
    allowed: '"continue" or "retry", or an "acknowledge" beside the hook: without it nothing waits',
  };
  return [
    ...(hookEvents.every((event) => hook[event] === undefined) ? [runsNothing] : []),
    ...checkPlace(hook.on, { draft, name, path: [...path, 'on'] }),
    ...(hook.onFailure === 'stop' && acknowledge === undefined ? [stopsNothing] : []),
  ];
}

/** A hook runs on the layer that it names or, when it names none, on the layer of the participant's own name. */
function checkPlace(
  on: unknown,
  { draft, name, path }: { readonly draft: Draft; readonly name: string; readonly path: Path },
): readonly Problem[] {
  const { layers } = draft;
  if (typeof on === 'string') return checkReference({ kind: 'layers', name: on, among: layers, path });
  if (on !== undefined || layers === undefined || Object.hasOwn(layers, name)) return [];
  const message = `there is no layer ${shown(name)} that it could stand for`;
  return [{ path: pathText(path), found: 'nothing', allowed: oneOfNames('layers', Object.keys(layers)), message }];
}

function checkQuorum({ targetGroupArn, hook, acknowledge }: DraftParticipant, path: Path): readonly Problem[] {
  const { atLeastPercent } = acknowledge ?? {};
  if (atLeastPercent === undefined || targetGroupArn !== undefined || hook !== undefined) return [];
  const allowed = 'nothing: a subscriber of your own answers once for all; only target groups and hooks have a share';
  return [{ path: pathText(path), found: shown(atLeastPercent), allowed }];
}
