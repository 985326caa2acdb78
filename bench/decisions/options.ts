import { parseArgs } from 'node:util';

/** What `npm run bench:decisions` was asked for. */
export interface Options {
  readonly traces: string;
  readonly bootSeconds: readonly number[];
  readonly delaySeconds: number;
  readonly peakInstances: readonly number[];
  /** Only traces and autoscalers whose name contains this; everything when empty. */
  readonly trace: string;
  readonly autoscaler: string;
  readonly json: boolean;
  readonly html: string | undefined;
  /** Instead of playing: what one decision takes and stores. */
  readonly weigh: boolean;
  /** Only the usage. */
  readonly isHelp: boolean;
}

/** How to ask, in one line or two. */
export const usage = `npm run bench:decisions -- [--traces DIR] [--boot SECONDS[,SECONDS]] [--delay SECONDS] [--peak N[,N]]
    [--trace TEXT] [--autoscaler TEXT] [--json] [--html FILE]
    --weigh [--boot SECONDS[,SECONDS]]   what one decision takes and stores`;

/** Throws when an argument is unknown or no positive number. */
export function readOptions(args: readonly string[], defaults: { readonly traces: string }): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      traces: { type: 'string', default: defaults.traces },
      boot: { type: 'string', default: '60,180,600' },
      delay: { type: 'string', default: '60' },
      peak: { type: 'string', default: '40,400' },
      trace: { type: 'string', default: '' },
      autoscaler: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      html: { type: 'string' },
      weigh: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    traces: values.traces,
    bootSeconds: numbers('--boot', values.boot, 1),
    delaySeconds: numbers('--delay', values.delay, 0)[0] ?? 0,
    peakInstances: numbers('--peak', values.peak, 1),
    trace: values.trace,
    autoscaler: values.autoscaler,
    json: values.json,
    html: values.html,
    weigh: values.weigh,
    isHelp: values.help,
  };
}

function numbers(name: string, text: string, least: number): number[] {
  return text.split(',').map((part) => {
    const value = Number(part);
    if (part.trim() === '' || !Number.isFinite(value) || value < least)
      throw new RangeError(`${name} takes numbers of ${least} or more, found "${part}"`);
    return value;
  });
}
