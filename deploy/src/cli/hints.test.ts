import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsIn } from '../../test/written-commands.ts';
import { understand } from './run.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const names = {
  environments: ['local', 'staging', 'production'],
  // Those of the CRM, and `web` of a project of one's own.
  services: ['backend', 'worker', 'scheduler', 'frontend', 'web'],
  stores: ['mongodb', 'redis'],
};

/** What stands for what in a command line that is put together when it is printed. */
const placeholders: Readonly<Record<string, string>> = {
  environment: 'production',
  credentials: 'REGISTRY_LOGIN',
  host: 'ssh://deploy@203.0.113.10',
  'session.name': 'production',
  'this.#session.name': 'production',
  'manifest.environment': 'production',
  'backup.environment': 'production',
  "path.basename(file, '.age')": 'production',
  "driver ? 'ENVIRONMENT' : environment": 'production',
  'explained.code': 'config.invalid',
  adopting: '--adopt backend',
  address: 'ssh://root@203.0.113.10',
  where: ' production',
  'context.environment': 'production',
  'site.context.environment': 'production',
  'nameOf(node)': 'web-2',
  'nameOf(nodes[0]!)': 'web-2',
  chosen: 'production',
  wanted: 'compose',
  rotated: 'NAME',
  name: 'NAME',
  store: 'mongodb',
  email: 'ana@example.com',
  'missing[0]': 'NAME',
  token: 'NAME',
  service: 'backend',
  'manifest.release': 'v20261123_142233',
  'scope.environment': 'production',
  'place.scope.environment': 'production',
  'run.scope.environment': 'production',
  'stranger.id': '20261123T030000Z-0a1b2c',
  'backup.id': '20261123T030000Z-0a1b2c',
  'manifest.id': '20261123T030000Z-0a1b2c',
  to: '2026-11-24T14:03:00Z',
  version: 'v20261123_142233',
  'port + 1': '8081',
  'command.name': 'deploy',
  format: 'compose',
  'own.key': 'age1key',
  "own.name || 'NAME'": 'NAME',
};
const filledIn = (line: string): string[] => {
  const filled = line
    .replaceAll(/\$\{([^}]*)\}/g, (_, expression: string) => {
      const value = placeholders[expression];
      expect(value, `say in this test what \${${expression}} stands for, in: ${line}`).toBeDefined();
      return value!;
    })
    .replaceAll('ENVIRONMENT', 'production')
    .replaceAll('STORE', 'mongodb')
    .replaceAll('[environment]', 'production')
    .replaceAll('SERVICE', 'backend')
    .replaceAll('VERSION', 'v20261123_142233')
    .replace(/^help CODE$/, 'help config.invalid');
  return filled.match(/"[^"]*"|\S+/g)!;
};

interface Written {
  readonly file: string;
  readonly line: string;
}

async function writtenIn(patterns: readonly string[], without: RegExp): Promise<Written[]> {
  const found: Written[] = [];
  for await (const file of glob(patterns, { cwd: root, exclude: (name) => name.includes('node_modules') })) {
    if (without.test(file)) continue;
    const text = await readFile(path.join(root, file), 'utf8');
    const lines = text.split('\n').filter((each) => !/^\s*(?:\*|\/\*|\/\/)/.test(each));
    found.push(...commandsIn(lines.join('\n')).map((line) => ({ file, line })));
  }
  return found;
}

const printed = await writtenIn(
  ['deploy/src/**/*.ts', 'backup/src/**/*.ts', 'backend/src/**/*.ts', 'frontend/src/**/*.{ts,tsx}'],
  /\.test\.tsx?$/,
);
const documented = await writtenIn(
  [
    '*.md',
    'docs/**/*.md',
    '{deploy,backup,backend,frontend,docker,tests}/**/*.md',
    'conductor.config.ts',
    '.github/**/*.yml',
    'docker/*.yml',
  ],
  /^docs\/decisions\//,
);
/** How a command is written, in the reference, is not a command. */
const isTyped = ({ line }: Written) => !line.includes('[options]');
const understood = ({ line }: Written) => understand(filledIn(line), async () => names);

describe('every command line that is printed or documented', () => {
  it('is found', () => {
    const text =
      'Run `conductor lock a`, or conductor plan $[b ? 1 : 2}. Conductor does (conductor status)?'.replace(
        '[',
        '{',
      );
    expect(commandsIn(text).map((line) => line.replace('{', '['))).toEqual([
      'lock a',
      'plan $[b ? 1 : 2}',
      'status',
    ]);
    expect(printed.length).toBeGreaterThan(40);
    expect(documented.length).toBeGreaterThan(80);
  });

  it.each([...printed, ...documented.filter(isTyped)])(
    'is understood: conductor $line ($file)',
    async (written) => {
      await expect(understood(written)).resolves.toBeDefined();
    },
  );

  it.each(printed)('names its environment where it is printed: conductor $line ($file)', async (written) => {
    const found = await understood(written);
    if (!('command' in found)) return;
    // These are for all environments, are called by git, or are said where none is known.
    const { name, withoutConfig } = found.command;
    if (withoutConfig) return;
    if (name === 'secrets' && ['recipients', 'merge'].includes(found.args[0]!)) return;
    // Nor are the pages of errors for one environment.
    if (/troubleshooting\/|cli\/(help|error-reference)\.ts$/.test(written.file)) return;
    const unknown = ['cli/main.ts', '/reference.ts', 'text/made-file.ts', 'init/deploy-script.ts'];
    if (unknown.some((file) => written.file.endsWith(file))) return;
    expect(found.options.environment).toBe('production');
  });
});

describe('every option that a hint names', () => {
  it('is one that a command has', async () => {
    const { commands, loadCommand } = await import('./commands.ts');
    const { commonOptions } = await import('./parse.ts');
    const all = await Promise.all(Object.keys(commands).map((name) => loadCommand(name)));
    const known = new Set([commonOptions, ...all.map((each) => each!.options)].flatMap(Object.keys));
    const unknown: string[] = [];
    for await (const file of glob('deploy/src/**/*.ts', { cwd: root })) {
      if (file.endsWith('.test.ts')) continue;
      const text = await readFile(path.join(root, file), 'utf8');
      // Those of npm are npm's, and those of docker docker's.
      for (const [, hint] of text.matchAll(/\bhint:\s*(['"`].*)$/gm))
        for (const [, option] of hint!
          .replace(/npm install --\S+|docker\}? (node|swarm) .*/g, '')
          .matchAll(/(?<![\w-])--([a-z][a-z-]+)/g))
          if (!known.has(option!)) unknown.push(`${file}: --${option}`);
    }
    expect(unknown).toEqual([]);
  });
});
