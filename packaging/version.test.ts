import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repository } from './packages.ts';
import { otherThan, withVersion } from './version.ts';

const { version } = JSON.parse(readFileSync(join(repository, 'deploy/package.json'), 'utf8'));

it('is one for all packages, and where they name one another', () => {
  expect(otherThan(version)).toEqual([]);
  expect(otherThan('999.0.0')).toContain('deploy');
});

it('is set without touching anything else', () => {
  const manifest = readFileSync(join(repository, 'deploy/package.json'), 'utf8');
  const changed = withVersion(manifest, '9.8.7');
  const lines = changed.split('\n').filter((line, i) => line !== manifest.split('\n')[i]);
  expect(lines).toEqual(['  "version": "9.8.7",', '    "conductor-backup": "9.8.7",']);
});
