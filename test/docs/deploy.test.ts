import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readContext } from '../../infra/read-context.ts';

const document = readFileSync('docs/deploy.md', 'utf8');
const commands = [...document.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
const proof = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'proof/*.ts'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');
const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;

/** Whether the proof runs a command: the CDK's verbs and our own scripts as they are, those of AWS through the SDK. */
function isProved(command: string): boolean {
  const [program = '', first = '', second = ''] = command.split(/\s+/);
  if (command === 'npm ci') return readFileSync('.ci/run', 'utf8').includes(command);
  if (program === 'npx' && first === 'cdk') return proof.includes(`run(['${second}'`);
  if (program === 'npm' && first === 'run')
    return [second, ...flagsOf(command)].every((word) => proof.includes(`'${word}'`)) && second in scripts;
  return program === 'aws' && new RegExp(`\\b${sdkCommand(second)}\\(`).test(proof);
}

/** `--drain-layer` and the like, of our own commands. */
function flagsOf(command: string): readonly string[] {
  return command.split(/\s+/).filter((word) => /^--\w/.test(word));
}

/** `put-parameter` is PutParameterCommand; the command line leaves words out here and there. */
function sdkCommand(operation: string): string {
  const words = operation.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${words.join('')}Command`;
}

describe('docs/deploy.md', () => {
  it('holds only commands that the proof runs', () => {
    expect(commands.length).toBeGreaterThan(12);
    expect(commands.filter((command) => !isProved(command))).toEqual([]);
  });

  it('gives settings that there are, with values that are taken', () => {
    const settings = [...document.matchAll(/-c concertina:(\w+)=('[^']*'|[^\s`]+)/g)].map(
      ([, name = '', value = '']) => [name, value.replaceAll("'", '')] as const,
    );
    const known = Object.keys(readContext(() => undefined));

    expect(settings.length).toBeGreaterThan(2);
    expect(settings.map(([name]) => name).filter((name) => !known.includes(name) && name !== 'alarmTopicArn')).toEqual(
      [],
    );
    for (const [name, value] of settings)
      expect(() => readContext((asked) => (asked === `concertina:${name}` ? value : undefined))).not.toThrow();
  });

  it('says of the ceilings what they are', () => {
    const { ceilings } = readContext(() => undefined);

    expect(document.replaceAll(/\s+/g, ' ')).toContain(
      `default: ${ceilings.mostInstances} instances, ${ceilings.mostHourlyUsd} USD an hour`,
    );
  });
});
