import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Elsewhere } from './elsewhere.ts';
import { fakeTools } from './testing/fake-tools.ts';

let folder: string;
let root: string;
let env: Record<string, string>;
let learned: [string, string][];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-elsewhere-'));
  root = join(folder, 'project');
  await mkdir(root);
  env = await fakeTools(folder);
  learned = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const elsewhere = (more: { patience?: number; interrupt?: AbortSignal; pass?: string[] } = {}) =>
  new Elsewhere({ root, env, pass: [], onRead: (value, address) => learned.push([address, value]), ...more });

const readOf = async (address: string) => {
  const opened = elsewhere();
  await opened.read([address]);
  expect(opened.problemOf(address)).toBeUndefined();
  return opened.get(address);
};
const problemOf = async (address: string, opened = elsewhere()) => {
  await opened.read([address]);
  const problem = opened.problemOf(address)!;
  expect(opened.get(address)).toBeUndefined();
  expect(problem.exit).toBe(3);
  expect(problem.hint).toBeTruthy();
  return problem;
};
const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trimEnd().split('\n');

describe('a secret that is kept elsewhere', () => {
  it.each([
    ['op://team/smtp/password', 'pass of smtp'],
    ['aws-sm://prod/smtp', '{"user":"smtp-user-9","password":"s3cr3t","port":587}'],
    ['aws-sm://prod/smtp#password', 's3cr3t'],
    ['aws-sm://prod/smtp#port', '587'],
    [
      'aws-sm://arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/smtp-AbCdEf?region=eu-west-1#user',
      'smtp-user-9',
    ],
    ['env:SMTP_PASSWORD', 'from the environment'],
    ['cmd:say-it "two words"', 'it is two words'],
  ])('%s is read', async (address, value) => {
    expect(await readOf(address)).toBe(value);
    expect(learned).toEqual([[address, value]]);
  });

  it('in a file, without the line end of an editor', async () => {
    await writeFile(join(root, 'smtp'), 'in a file\n', { mode: 0o600 });
    expect(await readOf('file:smtp')).toBe('in a file');
    expect(await readOf(`file:${join(root, 'smtp')}`)).toBe('in a file');
  });

  it('is read once, all of them side by side, and a secret of several fields is one request', async () => {
    const opened = elsewhere();
    const all = ['op://team/smtp/password', 'aws-sm://prod/smtp#password', 'aws-sm://prod/smtp#user'];
    await Promise.all([opened.read(all), opened.read(all)]);
    await opened.read(all);
    expect(all.map(opened.get)).toEqual(['pass of smtp', 's3cr3t', 'smtp-user-9']);
    expect((await calls()).sort()).toEqual([
      'aws secretsmanager get-secret-value --secret-id=prod/smtp --query=SecretString --output=json',
      'op read --no-newline op://team/smtp/password',
    ]);
  });

  it('reaches its program without what is not its own, and no secret is in an argument', async () => {
    Object.assign(env, {
      OP_SERVICE_ACCOUNT_TOKEN: 'ops_token',
      AWS_PROFILE: 'prod',
      RAILWAY_API_TOKEN: 'r',
    });
    await readOf('op://team/environment/op');
    await readOf('aws-sm://environment');
    const told = JSON.parse(await readFile(join(folder, 'environment'), 'utf8')) as Record<string, string[]>;
    expect(told.op).toContain('OP_SERVICE_ACCOUNT_TOKEN');
    expect(told.op).not.toContain('AWS_PROFILE');
    expect(told.aws).toContain('AWS_PROFILE');
    for (const names of Object.values(told)) expect(names).not.toContain('RAILWAY_API_TOKEN');
    expect((await calls()).join()).not.toContain('ops_token');
  });

  it.each([
    ['op://team/locked/password', 'not-authorised', /op: .*you are not currently signed in/, /op signin/],
    ['op://team/nothing/password', 'not-read', /"nothing" isn't an item/, /op read/],
    ['op://team/blank/password', 'empty-value', /there is nothing in it/, /./],
    ['aws-sm://locked', 'not-authorised', /AccessDeniedException/, /aws sso login/],
    ['aws-sm://nothing', 'not-read', /ResourceNotFoundException/, /aws secretsmanager/],
    [
      'aws-sm://prod/smtp#nothing',
      'not-read',
      /has no field nothing/,
      /Its fields are: user, password, port/,
    ],
    ['aws-sm://plain#field', 'not-read', /holds no JSON/, /Leave #field out/],
    ['env:NOT_SET', 'not-read', /the variable NOT_SET is not set/, /Set NOT_SET/],
    ['file:nothing', 'not-read', /there is no such file/, /nothing/],
    ['cmd:fail loudly', 'not-read', /the program ended with 7/, /commands\.pass/],
    ['cmd:no-such-program', 'tool-missing', /no-such-program is not on this machine/, /./],
    ['cmd:shout', 'not-read', /longer than 64 KiB|ended with/, /./],
  ])('%s cannot be had, and says why: %s', async (address, reason, message, hint) => {
    const problem = await problemOf(address);
    expect(problem.code).toBe(`secrets.${reason}`);
    expect(problem.message).toContain(`${address} cannot be read: `);
    expect(problem.message).toMatch(message);
    expect(problem.hint).toMatch(hint);
    // Whatever the tools print, a value is none of it.
    for (const value of ['s3cr3t', 'smtp-user-9', 'just text', 'the value of it'])
      expect(`${problem.message} ${problem.hint}`).not.toContain(value);
  });

  it.each(['op', 'aws'])('is not had where the program %s is missing', async (tool) => {
    await rm(join(folder, 'bin', tool));
    const problem = await problemOf(tool === 'op' ? 'op://team/smtp/password' : 'aws-sm://prod/smtp');
    expect(problem.code).toBe('secrets.tool-missing');
    expect(problem.message).toContain(`the program ${tool} is not on this machine`);
    expect(problem.hint).toMatch(/^Install it: https:/);
  });

  it('is not waited for longer than its deadline, and what was started ends', async () => {
    const problem = await problemOf('op://team/slow/password', elsewhere({ patience: 300 }));
    expect(problem.code).toBe('secrets.late');
    expect(problem.message).toContain('nothing was said within 0.3 s');
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('is not waited for by somebody who has interrupted', async () => {
    const interrupt = new AbortController();
    const opened = elsewhere({ interrupt: interrupt.signal });
    const reading = opened.read(['op://team/slow/password']);
    interrupt.abort();
    await reading;
    expect(opened.get('op://team/slow/password')).toBeUndefined();
  });
});

describe('a file with a secret', () => {
  it('that others can read is read, and that is noted', async () => {
    await writeFile(join(root, 'smtp'), 'in a file');
    await chmod(join(root, 'smtp'), 0o644);
    const opened = elsewhere();
    await opened.read(['file:smtp']);
    expect(opened.get('file:smtp')).toBe('in a file');
    expect(opened.notes).toEqual([
      'file:smtp can be read by others on this machine. Close it: chmod 600 smtp',
    ]);
  });

  it('that leads out of the project is not read', async () => {
    await writeFile(join(folder, 'outside'), 'not meant', { mode: 0o600 });
    await symlink(join(folder, 'outside'), join(root, 'link'));
    const problem = await problemOf('file:link');
    expect(problem.message).toContain('it leads out of the project');
  });

  it('is a file', async () => {
    await mkdir(join(root, 'secrets'));
    expect((await problemOf('file:secrets')).message).toContain('it is no file');
  });
});
