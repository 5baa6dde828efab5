import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BootUnit, unitMark, unitName, unitText } from './boot-unit.ts';

const unit: BootUnit = {
  project: 'crm',
  environment: 'local',
  root: '/srv/crm',
  node: '/srv/crm/node_modules/node/bin/node',
  services: [{ drain: 30, health: { path: '/health', deadline: 90 } }, { drain: 5 }],
  user: null,
};
const lineOf = (text: string, key: string) => text.split('\n').find((line) => line.startsWith(`${key}=`));

it('starts at boot and stops at shutdown, with paths that need no shell, and time for both', () => {
  const text = unitText(unit);
  const main = join(import.meta.dirname, '../main.js');
  const flags = '--disable-warning=ExperimentalWarning';
  expect(lineOf(text, 'ExecStart')).toBe(`ExecStart=${unit.node} ${flags} ${main} start local --wait 120s`);
  expect(lineOf(text, 'ExecStop')).toBe(`ExecStop=${unit.node} ${flags} ${main} stop local --wait 120s`);
  expect(text).toContain('Environment=PATH=/srv/crm/node_modules/node/bin:/usr/local/sbin:');
  expect([lineOf(text, 'TimeoutStartSec'), lineOf(text, 'TimeoutStopSec')]).toEqual([
    'TimeoutStartSec=330',
    'TimeoutStopSec=270',
  ]);
  expect(text.split('\n')).toContain(unitMark(unit));
});

it("runs as the project's owner for the whole machine, and as nobody else as a user's own", () => {
  expect(lineOf(unitText({ ...unit, user: 'ana' }), 'User')).toBe('User=ana');
  expect(lineOf(unitText({ ...unit, user: 'ana' }), 'WantedBy')).toBe('WantedBy=multi-user.target');
  expect(lineOf(unitText(unit), 'User')).toBeUndefined();
  expect(lineOf(unitText(unit), 'WantedBy')).toBe('WantedBy=default.target');
});

it('writes signs that mean something to systemd so that they mean themselves', () => {
  const text = unitText({ ...unit, root: '/srv/%h $HOME', node: '/srv/a "b"/%n/$X/node' });
  expect(lineOf(text, 'WorkingDirectory')).toBe('WorkingDirectory=/srv/%%h $HOME');
  expect(lineOf(text, 'ExecStart')).toMatch(/^ExecStart="\/srv\/a \\"b\\"\/%%n\/\$\$X\/node" /);
  expect(lineOf(text, 'Environment')).toMatch(/^Environment="PATH=\/srv\/a \\"b\\"\/%%n\/\$X:/);
});

it('has a name of its own for each folder and environment', () => {
  const names = [unit, { ...unit, root: '/srv/other' }, { ...unit, environment: 'staging' }].map(unitName);
  expect(new Set(names).size).toBe(3);
  expect(names[0]).toMatch(/^conductor-crm-local-[0-9a-f]{8}\.service$/);
});

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;

// systemd itself is the judge; macOS and small containers have none.
describe.skipIf(!analyze)(
  `systemd-analyze verify${analyze ? '' : ' (skipped: it is not on the PATH)'}`,
  () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'conductor-unit-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** What it has to say about a unit; nothing where all is well. */
    function verify(changed: Partial<BootUnit>, text = (good: string) => good): string {
      const all = { ...unit, root: folder, node: process.execPath, ...changed };
      mkdirSync(all.root, { recursive: true });
      const file = join(folder, unitName(all));
      writeFileSync(file, text(unitText(all)));
      const { stderr, status, error } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
        encoding: 'utf8',
      });
      if (error) throw error;
      // A line that it ignores is a warning; units of this machine that it warns of are others' business.
      const own = stderr.split('\n').filter((line) => status !== 0 || line.includes(unitName(all)));
      return own.join('\n');
    }

    it('finds nothing wrong, also where names hold blanks, quotes, dollars and percents', () => {
      expect(verify({})).toBe('');
      const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
      expect(verify({ user })).toBe('');
      expect(verify({ root: join(folder, 'a "b" $HOME %h \\ c') })).toBe('');
    });

    it('would find a program that is not there, and a line that means nothing', () => {
      expect(verify({ node: '/no/such/node' })).toContain('/no/such/node');
      expect(verify({}, (good) => good.replace('Type=oneshot', 'Type=onesh0t'))).toContain('onesh0t');
    });
  },
);
