import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';
import { secret } from '../config/settings.ts';
import { fakeTools } from '../secrets/elsewhere/testing/fake-tools.ts';

let project: TestProject;
let folder: string;
beforeEach(async () => {
  vi.stubEnv('CONDUCTOR_AGE_KEY', undefined);
  project = await TestProject.create();
  folder = await mkdtemp(join(tmpdir(), 'conductor-vaults-'));
  const { PATH = '' } = await fakeTools(folder);
  vi.stubEnv('PATH', `${PATH}:${process.env.PATH}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project.remove();
  await rm(folder, { recursive: true, force: true });
});

const password = 'pass of smtp';
const smtp = secret.from('op://team/smtp/password');
const calls = async () =>
  existsSync(join(folder, 'calls'))
    ? (await readFile(join(folder, 'calls'), 'utf8')).trimEnd().split('\n')
    : [];
const here = (name: string) => join(project.folder, name);
const variable = () => project.place.live?.services[0]?.variables.SMTP_PASSWORD;
const optional = (setting: object) => ({ kind: 'optional', setting });

/** Everything that is written down and no secret. */
async function written(): Promise<string> {
  const base = here('.conductor/test');
  const journals = await readdir(join(base, 'journal'));
  const files = ['ledger.jsonl', ...journals.map((name) => join('journal', name))];
  return (await Promise.all(files.map((file) => readFile(join(base, file), 'utf8')))).join('');
}

describe('a secret that is kept elsewhere', () => {
  it('is read by the deploy, once, and written down by its fingerprint alone', async () => {
    await project.describe('good', { SMTP_PASSWORD: smtp, SMTP_AGAIN: smtp });
    const { code, stdout, stderr } = await project.run('deploy');
    expect(code, stderr).toBe(0);
    expect(variable()).toEqual({ kind: 'secret', value: password });
    expect(await calls()).toEqual(['op read --no-newline op://team/smtp/password']);
    expect(stdout + stderr).not.toContain(password);
    const all = await written();
    expect(all).toContain('SMTP_PASSWORD');
    expect(all).not.toContain(password);
  });

  it('that was changed there is a change of the plan, by fingerprints', async () => {
    await project.describe('good', { SMTP_PASSWORD: smtp });
    await project.run('deploy');
    expect((await project.run('plan')).stdout).not.toContain('SMTP_PASSWORD');
    await writeFile(join(folder, 'rotated'), 'another one');
    const { stdout } = await project.run('plan');
    expect(stdout).toMatch(/~ variable SMTP_PASSWORD of web {2}secret \S+ → \S+/);
    expect(stdout).not.toContain('another one');
  });

  it('goes with its release: a rollback and looking at it need no vault', async () => {
    await project.describe('good', { SMTP_PASSWORD: smtp });
    await project.run('deploy');
    await writeFile(join(folder, 'rotated'), 'another one');
    await project.run('deploy');
    expect(variable()).toEqual({ kind: 'secret', value: 'another one' });
    await rm(join(folder, 'bin/op'));
    const before = await calls();
    for (const command of ['status', 'releases', 'logs web', 'run', 'maintenance']) {
      const { code, stderr } = await project.run(command);
      expect(code, `${command}: ${stderr}`).toBe(0);
    }
    const { code, stderr } = await project.run('rollback');
    expect(code, stderr).toBe(0);
    expect(variable()).toEqual({ kind: 'secret', value: password });
    expect(await calls()).toEqual(before);
    // What a service says of it is taken out all the same.
    project.place.log('web', project.place.live!.release, `I know ${password}`);
    expect((await project.run('logs web')).stdout).toContain('I know [');
    expect((await project.run('logs web')).stdout).not.toContain(password);
  });

  it('that cannot be had stops a deploy before anything changes, with the reason', async () => {
    await project.describe('good', { SMTP_PASSWORD: smtp });
    const { version } = (await project.run('deploy --json')).json();
    await rm(join(folder, 'bin/op'));
    const { code, stdout, stderr } = await project.run('deploy --json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout).error.code).toBe('secrets.tool-missing');
    expect(stderr).toContain(
      'web: SMTP_PASSWORD: op://team/smtp/password cannot be read: the program op is not on this machine. Install it: https://',
    );
    expect(project.place.live?.release.version).toBe(version);
  });

  it('is listed with all others that are missing, and plan goes on without', async () => {
    await project.describe('good', {
      A: secret.from('op://team/locked/password'),
      B: secret.from('op://team/blank/password'),
      C: secret.from('env:NOBODY_SETS_THIS'),
      D: { kind: 'secret', name: 'UNKNOWN' },
    });
    const { code, stdout, stderr } = await project.run('deploy --json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout).error.code).toBe('settings.missing');
    expect(stderr).toContain('4 required settings of test cannot be used:');
    expect(stderr).toMatch(
      /A: op:\/\/team\/locked\/password cannot be read: op: you are not currently signed in/,
    );
    expect(stderr).toContain('B: op://team/blank/password cannot be read: there is nothing in it');
    expect(stderr).toContain(
      'C: env:NOBODY_SETS_THIS cannot be read: the variable NOBODY_SETS_THIS is not set',
    );
    expect(stderr).toContain('D has no value; run `conductor secrets set test UNKNOWN`');
    const plan = await project.run('plan --json');
    expect(plan.code).toBe(0);
    expect(JSON.parse(plan.stdout).missing).toHaveLength(4);
  });

  it('that may be missing is left out where it is empty, and not where nobody could look', async () => {
    await project.describe('good', { DSN: optional(secret.from('op://team/blank/password')) });
    expect((await project.run('deploy')).code).toBe(0);
    expect(project.place.live?.services[0]?.variables.DSN).toBeUndefined();
    await project.describe('good', { DSN: optional(secret.from('op://team/locked/password')) });
    const { code, stderr } = await project.run('deploy');
    expect(code).toBe(3);
    expect(stderr).toContain('DSN: op://team/locked/password cannot be read');
    await project.describe('good', { DSN: optional(smtp) });
    expect((await project.run('deploy')).code).toBe(0);
    expect(project.place.live?.services[0]?.variables.DSN).toEqual({ kind: 'secret', value: password });
  });

  it('is listed with its address, and asked for by a check', async () => {
    await writeFile(here('token'), 'a token', { mode: 0o644 });
    const only = `checks: { only: ['secrets-readable', 'settings'] }`;
    await project.describe('good', { SMTP_PASSWORD: smtp, TOKEN: secret.from('file:token') }, only);
    const list = await project.run('secrets list --json');
    expect(JSON.parse(list.stdout)).toEqual([
      { name: 'SMTP_PASSWORD', fingerprint: null, generated: false, from: 'op://team/smtp/password' },
      { name: 'TOKEN', fingerprint: null, generated: false, from: 'file:token' },
    ]);
    expect((await project.run('secrets list')).stdout).toMatch(
      /SMTP_PASSWORD +- +op:\/\/team\/smtp\/password/,
    );
    expect(await calls()).toEqual([]);

    const warned = await project.run('check');
    expect(warned.code, warned.stderr).toBe(0);
    expect(warned.stdout + warned.stderr).toContain('chmod 600 token');
    await rm(join(folder, 'bin/op'));
    const failed = await project.run('check');
    expect(failed.code).toBe(3);
    expect(failed.stdout + failed.stderr).toContain('the program op is not on this machine');
  });

  it.each([
    ['op:/team/smtp', 'is not a secret reference of 1Password'],
    ['op://team/smtp', 'is not a secret reference of 1Password'],
    ['aws-sm://', 'is not a secret of AWS Secrets Manager'],
    ['aws-sm://-x', 'is not a secret of AWS Secrets Manager'],
    ['env:not a name', 'does not name a variable'],
    ['file:../outside', 'is not a file inside the project'],
    ['file:~/smtp', 'is not a file inside the project'],
    ['cmd:cat x | head', 'which needs a shell'],
    ['vault://x', 'is not an address of a secret'],
  ])('at %s is a mistake that is named with its path', async (address, message) => {
    await project.describe('good', { SMTP_PASSWORD: { kind: 'secret', name: address } });
    const { code, stderr } = await project.run('plan');
    expect(code).toBe(2);
    expect(stderr).toContain('services.web.settings.SMTP_PASSWORD: ');
    expect(stderr).toContain(message);
  });
});

describe('what is told to the team at an address that is kept elsewhere', () => {
  let server: Server;
  let told: string[];
  beforeEach(async () => {
    told = [];
    server = createServer((request, response) => {
      told.push(request.url!);
      response.writeHead(200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is told, also by a rollback, which reads nothing else', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    await writeFile(here('hook-url'), url, { mode: 0o600 });
    const from = secret.from('file:hook-url');
    const notify = [{ kind: 'webhook', url: from, secret: 'c2lnbmluZy1rZXk=', on: ['live'] }];
    await project.describe('good', { SMTP_PASSWORD: smtp }, `notify: ${JSON.stringify(notify)}`);
    await project.run('deploy');
    await project.run('deploy');
    expect(told).toEqual(['/hook', '/hook']);
    const before = await calls();
    const { code, stderr } = await project.run('rollback');
    expect(code, stderr).toBe(0);
    expect(told).toEqual(['/hook', '/hook', '/hook']);
    expect(await calls()).toEqual(before);
  });
});
