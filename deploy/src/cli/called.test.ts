import { expect, it } from 'vitest';
import { asCalled, calledAs } from './called.ts';

const installed = '/home/ana/shop/node_modules/.bin/conductor';

it('knows the launcher of a repository as it was typed', () => {
  expect(calledAs('/home/ana/crm/deploy/src/main.js', { CONDUCTOR_COMMAND: '../conductor' })).toBe(
    '../conductor',
  );
  expect(calledAs('/home/ana/crm/deploy/src/main.js', { CONDUCTOR_COMMAND: 'conductor' })).toBe('conductor');
});

it('knows the package manager that found it in a project', () => {
  expect(calledAs(installed, {})).toBe('npx conductor');
  expect(calledAs(installed, { npm_config_user_agent: 'npm/11.1.0 node/v24.21.0 linux x64' })).toBe(
    'npx conductor',
  );
  expect(calledAs(installed, { npm_config_user_agent: 'pnpm/10.2.0 npm/? node/v24' })).toBe(
    'pnpm exec conductor',
  );
  expect(calledAs(installed, { npm_config_user_agent: 'yarn/4.6.0 npm/? node/v24' })).toBe('yarn conductor');
});

it('knows one that is on the PATH', () => {
  expect(calledAs('/usr/local/bin/conductor', {})).toBe('conductor');
});

it('writes commands as they are called, and no other word', () => {
  const text =
    'Next: conductor status local, or `conductor deploy`; the conductor itself, .conductor/deploy, npx conductor init.';
  expect(asCalled(text, 'npx conductor')).toBe(
    'Next: npx conductor status local, or `npx conductor deploy`; the conductor itself, .conductor/deploy, npx conductor init.',
  );
  expect(asCalled(text, './conductor')).toContain('Next: ./conductor status local, or `./conductor deploy`');
  expect(asCalled('More: conductor help lock.held', 'npx conductor')).toBe(
    'More: npx conductor help lock.held',
  );
  expect(asCalled(text, 'conductor')).toBe(text);
});
