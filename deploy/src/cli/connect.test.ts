import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';

// Put together here, or the check for secrets finds them.
const password = 's3cr-et';
const mongo = `mongodb://ana:${password}@db.example.com:27017/crm?tls=true`;
const redis = `rediss://ana:${password}%2Fof-redis@cache.example.com:6380/2`;

let project: TestProject;
let programs: string;
beforeEach(async () => {
  project = await TestProject.create();
  programs = join(project.folder, 'bin');
  await mkdir(programs);
  vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project.remove();
});

const outside = (url: string) => project.describe('good', {}, `stores: { db: { url: '${url}' } }`);
const ask = async () => '';

/** A program that writes down what it was started with, and ends with 7. */
async function program(name: string) {
  const file = join(programs, name);
  const found = join(programs, `${name}.json`);
  const write = `require('fs').writeFileSync('${found}', JSON.stringify({ words: process.argv.slice(2), env: process.env }))`;
  await writeFile(file, `#!${process.execPath}\n${write}; process.exit(7);\n`);
  await chmod(file, 0o755);
  return async (): Promise<{ words: string[]; env: Record<string, string> }> =>
    JSON.parse(await readFile(found, 'utf8'));
}

describe('connect', () => {
  it('prints the address of a store, which is a secret, only when that is asked for', async () => {
    await outside(mongo);
    const printed = await project.run('connect test db --print');
    expect([printed.code, printed.stdout, printed.stderr]).toEqual([0, `${mongo}\n`, '']);
    expect((await project.run('connect test db --print --json')).json()).toEqual({
      environment: 'test',
      store: 'db',
      kind: 'mongodb',
      url: mongo,
    });
    const mute = await project.run('connect test db');
    expect(mute.code).toBe(2);
    expect(mute.stderr).toContain('conductor connect test db --print');
    expect(mute.stdout + mute.stderr).not.toContain(password);
  });

  it("opens MongoDB's shell, which gets the address by its environment", async () => {
    await outside(mongo);
    const started = await program('mongosh');
    vi.stubEnv('STRANGER', 'of who runs conductor');
    expect((await project.run('connect test db', { ask })).code).toBe(7);
    const { words, env } = await started();
    expect(words).toEqual(['--nodb', '--shell', '--eval', 'db = connect(process.env.CONDUCTOR_STORE_URL)']);
    expect(env.CONDUCTOR_STORE_URL).toBe(mongo);
    expect(env).not.toHaveProperty('STRANGER');
  });

  it("opens Redis' shell, which gets the password by its environment", async () => {
    await outside(redis);
    const config = join(project.folder, 'conductor.config.ts');
    await writeFile(config, (await readFile(config, 'utf8')).replace("kind: 'mongodb'", "kind: 'redis'"));
    const started = await program('redis-cli');
    expect((await project.run('connect test db', { ask })).code).toBe(7);
    const { words, env } = await started();
    expect(words.join(' ')).toBe('-h cache.example.com -p 6380 --user ana -n 2 --tls');
    expect(env.REDISCLI_AUTH).toBe(`${password}/of-redis`);
  });

  it('says where to get a shell that is not on this machine', async () => {
    await outside(mongo);
    vi.stubEnv('PATH', programs);
    const { code, stderr } = await project.run('connect test db', { ask });
    expect(code).toBe(2);
    expect(stderr).toContain('mongosh could not be started');
    expect(stderr).toContain('conductor connect test db --print');
    expect(stderr).not.toContain(password);
  });

  it('says of a store in a private network how the place itself lets people in', async () => {
    project.place.ends = undefined;
    const { code, stderr } = await project.run('connect test db --print');
    expect(code).toBe(2);
    expect(stderr).toContain('remote db');
  });

  it('goes on while an address leads through it, until somebody ends it', async () => {
    project.place.tunnel = mongo;
    const end = new AbortController();
    setTimeout(() => end.abort(), 100);
    const { code, stdout, stderr } = await project.run('connect test db --print', { interrupt: end.signal });
    expect(end.signal.aborted).toBe(true);
    expect([code, stdout]).toEqual([0, `${mongo}\n`]);
    expect(stderr).toContain('It works as long as this command runs');
    // One outside needs no way of ours.
    await outside('mongodb://db.example.com:27017/crm');
    const plain = await project.run('connect test db --print');
    expect([plain.code, plain.stderr]).toEqual([0, '']);
  });

  it('says which stores there are', async () => {
    expect((await project.run('connect test')).stderr).toContain(
      'There is: db. conductor connect test STORE',
    );
    const unknown = await project.run('connect test dbb');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Did you mean "db"?')]);
  });
});
