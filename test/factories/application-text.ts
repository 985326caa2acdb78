import { readFileSync } from 'node:fs';
import { readApplication } from '../../core/application/read-application.ts';

/** The smallest sensible file of application `shop`: layers `web` and `db`, KPIs `cpu` and `load`. */
const smallFile = {
  application: 'shop',
  parameters: {
    siteName: { type: 'string', default: 'shop' },
    size: { type: 'number', default: 4 },
    isPublic: { type: 'boolean', default: false },
    password: { secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-a1B2c3' },
  },
  kpis: {
    cpu: { metric: { namespace: 'CWAgent', name: 'cpu_usage_active', stat: 'Average' } },
    load: { expression: 'cpu * web_in_service' },
  },
  layers: {
    web: {
      image: { id: 'ami-0123456789abcdef0' },
      sizes: [{ type: 'm7g.large', hourlyUsd: 0.0816 }],
      count: { min: 2, max: 20 },
      launch: { subnetIds: ['subnet-a'], userData: '#!/bin/sh\necho ${siteName}\n', tags: { site: '${siteName}' } },
      rules: [
        { name: 'cpu', kpi: 'cpu', targetValue: 60 },
        {
          name: 'steps',
          kpi: 'cpu',
          steps: [
            { from: 80, add: 2 },
            { below: 30, remove: 1 },
          ],
          periods: '2 of 3',
        },
        { name: 'hours', cron: '0 7 * * 1-5', timeZone: 'Europe/Zurich', durationSeconds: 36_000, min: 4 },
        { name: 'alarm', alarm: 'queue-age', add: 3 },
      ],
    },
    db: {
      image: { ssmParameter: '/shop/db/ami' },
      sizes: [{ type: 'r7g.large', hourlyUsd: 0.1071 }],
      count: { min: 1, max: 3 },
      launch: { subnetIds: ['subnet-a'] },
      rules: [{ name: 'follow', followLayer: 'web', ratio: 0.1 }],
    },
  },
  participants: { lb: { hears: ['web'], acknowledge: { withinSeconds: 60 } } },
  limits: [{ layer: 'web', atMost: 10, per: 'db' }],
  budget: { maxHourlyUsd: 40 },
};

/** The small file as text, with the value at each path (`layers.web.rules.0.kpi`) replaced; `undefined` takes the key out. */
export function fileText(changes: Readonly<Record<string, unknown>> = {}): string {
  let file: unknown = smallFile;
  for (const [path, value] of Object.entries(changes)) file = replaced(file, path.split('.'), value);
  return JSON.stringify(file);
}

/** The example that is shipped. */
export function shopText(): string {
  return readFileSync('examples/shop.json', 'utf8');
}

/** Problems of a text, each as one line: path, found, allowed, hint. */
export function problemsOf(text: string): readonly string[] {
  const read = readApplication(text);
  if (read.ok) return [];
  return read.problems.map(({ path, found, allowed, message }) =>
    [path, found, allowed, ...(message === undefined ? [] : [message])].join(' | '),
  );
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value];
    copy[Number(key)] = replaced(copy[Number(key)], rest, by);
    return copy;
  }
  const fields = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  fields.set(key, replaced(fields.get(key), rest, by));
  return Object.fromEntries(fields);
}
