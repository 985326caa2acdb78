import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HookScript, hookScript } from '../../functions/hook/hook-script.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concertina-hook-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const token = 'ab'.repeat(16);

/** Runs the script as the agent does, with a shell. */
function run(of: Partial<HookScript> = {}): Promise<{ readonly status: number | null; readonly output: string }> {
  const script = hookScript({
    ...{ token, command: 'true', application: 'shop', event: 'joined', layer: 'web' },
    ...{ changed: ['i-1', 'i-2'], membership: '{"version":42,"layers":{}}', folder: join(folder, 'runs') },
    ...of,
  });
  return new Promise((resolve) => {
    const shell = spawn('sh', ['-c', script]);
    let output = '';
    shell.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    shell.stderr.on('data', (data: Buffer) => {
      output += data.toString();
    });
    shell.on('close', (status) => resolve({ status, output }));
  });
}

describe('the script of a hook', () => {
  it('tells its command what happened, with the membership in a file', async () => {
    const command =
      'echo "$CONCERTINA_APPLICATION $CONCERTINA_EVENT $CONCERTINA_LAYER"; for i in $CONCERTINA_INSTANCES; do echo "$i"; done; cat "$CONCERTINA_MEMBERSHIP"';

    expect(await run({ command })).toEqual({
      status: 0,
      output: 'shop joined web\ni-1\ni-2\n{"version":42,"layers":{}}',
    });
  });

  it.each(['it\'s "quoted" $HOME `x`', 'two\nlines', '$(exit 3)'])('hands over any text unharmed: %j', async (text) => {
    expect((await run({ membership: text, command: 'cat "$CONCERTINA_MEMBERSHIP"' })).output).toBe(text);
  });

  it('runs any command as it stands in the file', async () => {
    const command = `echo "it's" 'a  b' | tr a \\
  x; printf '%s' '$HOME'`;

    expect((await run({ command })).output).toBe("it's x  b\n$HOME");
  });

  it('ends with the exit status and the last output of its command', async () => {
    const command = 'i=0; while [ $i -lt 500 ]; do echo "line $i"; i=$((i+1)); done; echo disk full >&2; exit 7';

    const { status, output } = await run({ command });

    expect(status).toBe(7);
    expect(output).toHaveLength(1000);
    expect(output).toMatch(/line 499\ndisk full\n$/);
  });

  it('runs once however often it is sent, and ends each time as it ended', async () => {
    const counted = join(folder, 'counted');
    const command = `sleep 1; echo x >> ${counted}; echo done; exit 4`;

    const ended = await Promise.all([run({ command }), run({ command }), run({ command })]);
    const later = await run({ command });

    expect(new Set([...ended, later].map((each) => JSON.stringify(each)))).toEqual(
      new Set(['{"status":4,"output":"done\\n"}']),
    );
    expect(readFileSync(counted, 'utf8')).toBe('x\n');
  });

  it('runs again for another token', async () => {
    const counted = join(folder, 'counted');
    const command = `echo x >> ${counted}`;

    await run({ command });
    await run({ command, token: 'cd'.repeat(16) });

    expect(readFileSync(counted, 'utf8')).toBe('x\nx\n');
  });

  it('leaves its files where only their owner can read, for a day', async () => {
    const runs = join(folder, 'runs');
    await run({ command: `ls -ld ${runs}` });
    const old = join(runs, 'old');
    writeFileSync(old, '');
    const yesterday = Date.now() / 1000 - 2 * 86_400;
    utimesSync(old, yesterday, yesterday);

    const { output } = await run({ command: `ls -ld ${runs}`, token: 'cd'.repeat(16) });

    expect(output).toMatch(/^drwx------/);
    expect(readdirSync(runs)).not.toContain('old');
  });

  it('takes a membership of 2,000 instances', async () => {
    const instances = Array.from({ length: 2000 }, (_, index) => ({ slot: `web-${index}`, instanceId: `i-0${index}` }));
    const membership = JSON.stringify({ version: 42, layers: { web: instances } });

    expect((await run({ membership, command: 'wc -c < "$CONCERTINA_MEMBERSHIP"' })).output.trim()).toBe(
      String(membership.length),
    );
  });
});
