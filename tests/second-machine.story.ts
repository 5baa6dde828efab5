import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Project } from './local/project.ts';

const bucket = mkdtempSync(join(tmpdir(), 'bucket-'));
const projects: Project[] = [];
afterEach(async () => {
  for (const project of projects.splice(0)) await project.close();
  rmSync(bucket, { recursive: true, force: true });
});

const person = { email: 'ana@example.com', password: 'correct horse battery' };

/** Asks the API as a browser would that is signed in. */
async function ask(of: Project, method: string, path: string, body?: unknown, cookie = '') {
  const answer = await fetch(`${of.url}/api/v1${path}`, {
    method,
    headers: {
      cookie,
      origin: of.url,
      'x-requested-with': 'conductor',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.status, `${path}: ${text}`).toBeLessThan(300);
  return {
    body: text === '' ? null : JSON.parse(text),
    cookie: String(answer.headers.get('set-cookie')).split(';')[0]!,
  };
}

/** What somebody saved, and when it was answered. */
interface Answered {
  readonly name: string;
  readonly at: number;
}

/** Leads come in for more than a minute, one after another; then all processes die at once, at a moment that nobody chose. */
async function workedOnUntilThePowerWentOff(of: Project, cookie: string) {
  const answered: Answered[] = [];
  const until = performance.now() + 65_000 + Math.random() * 30_000;
  while (performance.now() < until) {
    const name = `Later ${answered.length}`;
    await ask(of, 'POST', '/leads', { name, email: `later${answered.length}@example.com` }, cookie);
    answered.push({ name, at: performance.now() });
    await sleep(100);
  }
  const died = performance.now();
  await of.cutPower();
  return { answered, died };
}

async function leadsOf(of: Project, cookie: string): Promise<string[]> {
  const names: string[] = [];
  let next = '/leads?limit=100';
  for (;;) {
    const { body } = await ask(of, 'GET', next, undefined, cookie);
    names.push(...body.data.map(({ name }: { name: string }) => name));
    const { nextCursor } = body.page;
    if (nextCursor === null) return names;
    next = `/leads?limit=100&cursor=${encodeURIComponent(nextCursor)}`;
  }
}

/** The commands of the guide's section on another machine: what stands in its indented lines. */
function guide(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../docs/guides/backups.md'), 'utf8');
  const [, section = ''] = text.split('## On another machine\n');
  return [...section.split('\n## ')[0]!.matchAll(/^ {4}(\S.*?)( +#.*)?$/gm)].map(([, command]) => command!);
}

test('a machine with a clone, the bucket and one key serves the data of one that is gone, by the guide alone', async (context) => {
  context.skip(process.env.CONDUCTOR_STORIES !== 'full', 'it takes a minute: npm run stories');
  const first = await Project.crm();
  projects.push(first);
  // As an environment that is meant to outlive its machine: a store elsewhere, encrypted to the team, its keys committed with the code.
  first.edit(
    'conductor.config.ts',
    /backups: \{ store: 'file:\.conductor\/backups', recipients: 'none' \}/,
    `backups: { store: 'file:${bucket}' }`,
  );
  first.edit('conductor.config.ts', /BACKUP_STORE: `file:[^`]*`/, `BACKUP_STORE: 'file:${bucket}'`);
  const run = async (of: Project, command: string) => {
    const said = await of.run(command.split(' '));
    expect(said.code, `${command}:\n${said.stderr}`).toBe(0);
    return said;
  };
  await run(first, 'secrets recipients init --name ana');
  for (const name of ['SECRET_KEY', 'BACKUP_SIGNING_KEY'])
    execFileSync('sh', ['-c', `openssl rand -hex 32 | ./conductor secrets set local ${name}`], {
      cwd: first.root,
      env: first.env,
      stdio: 'pipe',
    });
  first.commit();
  await first.change(['deploy']);
  const { cookie } = await ask(first, 'POST', '/setup', {
    organisation: 'Acme',
    name: 'Ana',
    ...person,
    token: await first.setupToken(),
  });
  for (let n = 0; n < 50; n++)
    await ask(first, 'POST', '/leads', { name: `Lead ${n}`, email: `l${n}@example.com` }, cookie);
  const made = JSON.parse((await run(first, 'backup create local --json')).stdout);
  expect(made).toMatchObject({ verification: { state: 'verified' } });
  const { answered, died } = await workedOnUntilThePowerWentOff(first, cookie);

  const second = await Project.clonedCrm(first);
  projects.push(second);
  const key = join(first.root, '.conductor/age.key');
  expect(statSync(key).mode & 0o077).toBe(0);
  const commands = guide();
  expect(commands.map((command) => command.split(' ')[0])).toEqual([
    'git',
    'install',
    './conductor',
    './conductor',
  ]);
  const began = performance.now();
  const took: string[] = [];
  for (const command of commands.slice(1)) {
    const since = performance.now();
    if (command.startsWith('install')) {
      // Whoever holds the key brings it along.
      mkdirSync(join(second.root, '.conductor'), { recursive: true });
      cpSync(key, join(second.root, '.conductor/age.key'));
    } else {
      const [, ...args] = command.replace('production', 'local').split(' ');
      if (args[0] === 'deploy') args.push('--port', String(second.port));
      await run(second, args.join(' '));
    }
    took.push(
      `${command.split(' ').slice(0, 2).join(' ')} ${((performance.now() - since) / 1_000).toFixed(1)} s`,
    );
  }
  const seconds = (performance.now() - began) / 1_000;
  const again = await ask(second, 'POST', '/auth/login', person);
  const found = new Set(await leadsOf(second, again.cookie));
  expect([...found].filter((name) => name.startsWith('Lead '))).toHaveLength(50);
  // A change is there, or it is younger than a minute; and none is there whose predecessor is not.
  const kept = answered.filter(({ name }) => found.has(name));
  expect(kept.length).toBeGreaterThan(0);
  expect(kept).toEqual(answered.slice(0, kept.length));
  const lost = (died - kept.at(-1)!.at) / 1_000;
  expect(lost).toBeLessThan(60);
  console.log(
    `The second machine serves the data after ${seconds.toFixed(1)} s: ${took.join(' · ')}. Of ${answered.length} changes since the backup ${kept.length} are there: the last ${lost.toFixed(1)} s are lost.`,
  );
});
