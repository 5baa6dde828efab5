import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';
import { hookNames } from '../model/hook.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
  // Each hook writes down that it ran, with what it was told; those named in `bad` say something and fail.
  await writeFile(
    join(project.folder, 'hook.mjs'),
    `import { appendFileSync, existsSync, readFileSync } from 'node:fs';
const told = Object.entries(process.env).filter(([name]) => name.startsWith('CONDUCTOR_') || name.endsWith('TOKEN'));
appendFileSync('ran.jsonl', JSON.stringify(Object.fromEntries(told)) + '\\n');
console.log('the hook speaks');
const hook = process.env.CONDUCTOR_HOOK;
if (existsSync('bad') && readFileSync('bad', 'utf8') === hook) {
  console.error('cannot warm up');
  process.exit(3);
}
if (existsSync('hangs') && readFileSync('hangs', 'utf8') === hook) setInterval(() => {}, 1000);
`,
  );
});
afterEach(() => project.remove());

const all = hookNames.map((name) => `'${name}': ['${process.execPath}', 'hook.mjs']`).join(', ');
const withHooks = (hooks = all, more = '') => project.describe('good', {}, `hooks: { ${hooks} }, ${more}`);
const here = (name: string) => join(project.folder, name);
const ran = async (): Promise<Record<string, string>[]> =>
  existsSync(here('ran.jsonl'))
    ? (await readFile(here('ran.jsonl'), 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
const names = async () => (await ran()).map(({ CONDUCTOR_HOOK }) => CONDUCTOR_HOOK);
const live = () => project.place.live?.release.version;
const journal = async () => {
  const folder = here('.conductor/test/journal');
  const text = await readFile(join(folder, (await readdir(folder)).sort().at(-1)!), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
};

describe('hooks', () => {
  it('run at their moments of a deploy and of a rollback, with the facts of the release', async () => {
    await withHooks();
    const first = (await project.run('deploy --json')).json().version;
    const second = (await project.run('deploy --json')).json().version;
    const ofDeploy = ['before-deploy', 'before-start', 'before-cutover', 'after-cutover', 'after-deploy'];
    expect(await names()).toEqual([...ofDeploy, ...ofDeploy]);
    const told = await ran();
    expect(told[0]).toEqual({
      CONDUCTOR_HOOK: 'before-deploy',
      CONDUCTOR_PROJECT: 'shop',
      CONDUCTOR_ENVIRONMENT: 'test',
      CONDUCTOR_RELEASE: first,
      CONDUCTOR_COMMIT: '',
      CONDUCTOR_PREVIOUS_RELEASE: '',
    });
    expect(told.at(-1)).toMatchObject({
      CONDUCTOR_RELEASE: second,
      CONDUCTOR_PREVIOUS_RELEASE: first,
      CONDUCTOR_URL: project.place.url,
      CONDUCTOR_URL_WEB: project.place.url,
    });
    expect((await project.run('rollback')).code).toBe(0);
    expect((await names()).slice(10)).toEqual([
      'before-rollback',
      'before-start',
      'before-cutover',
      'after-cutover',
      'after-rollback',
    ]);
  });

  it('get no token of this machine unless commands.pass names it', async () => {
    vi.stubEnv('SOME_TOKEN', 'token-of-somebody');
    vi.stubEnv('CONDUCTOR_AGE_KEY', 'AGE-SECRET-KEY-NOT-REALLY');
    try {
      await withHooks();
      await project.run('deploy');
    } finally {
      vi.unstubAllEnvs();
    }
    const told = JSON.stringify(await ran());
    expect(told).not.toContain('token-of-somebody');
    expect(told).not.toContain('AGE-SECRET-KEY');
  });

  it.each(['before-deploy', 'before-start', 'before-cutover'])(
    '%s: one that fails ends the deploy, and what was live serves on',
    async (name) => {
      await withHooks();
      const { version } = (await project.run('deploy --json')).json();
      await writeFile(here('bad'), name);
      const { code, stderr, json } = await project.run('deploy --json');
      expect(code).toBe(4);
      expect(json()).toMatchObject({ verdict: 'failed', previous: version });
      expect(live()).toBe(version);
      expect(stderr).toContain(`The hook ${name} (`);
      expect(stderr).toContain('ended with 3');
      expect(stderr).toContain('cannot warm up');
      expect(stderr).toContain(`${version} is still serving`);
      expect(stderr).toContain('Next: conductor deploy test');
      expect((await journal()).find(({ type }) => type === 'failed')).toMatchObject({
        step: `hook:${name}`,
        detail: expect.stringContaining('cannot warm up'),
      });
    },
  );

  it.each(['after-cutover', 'after-deploy'])(
    '%s: one that fails takes nothing back, and is told loudly and kept',
    async (name) => {
      await withHooks();
      await writeFile(here('bad'), name);
      const { code, stderr, json } = await project.run('deploy --json');
      expect(code).toBe(0);
      expect(json()).toMatchObject({
        verdict: 'live',
        warnings: [expect.stringContaining(`The hook ${name}`)],
      });
      expect(live()).toBe(json().version);
      expect(stderr).toContain('cannot warm up');
      expect(stderr).toMatch(new RegExp(`is live on test[^]*! The hook ${name} `));
      const said = (await journal()).filter(({ type, step }) => type === 'done' && step.startsWith('hook:'));
      expect(said[0].detail).toBe('the hook speaks');
      expect(said.find(({ step }) => step === `hook:${name}`).detail).toContain('cannot warm up');
      expect((await project.run('status')).stdout).toContain(`The hook ${name}`);
    },
  );

  it('that fail hold no rollback up', async () => {
    await withHooks();
    const first = (await project.run('deploy --json')).json().version;
    await project.run('deploy');
    for (const name of ['before-rollback', 'before-cutover', 'after-rollback']) {
      await writeFile(here('bad'), name);
      const { code, stderr, json } = await project.run('rollback --json');
      expect(code, stderr).toBe(0);
      expect(live()).toBe(first);
      expect(json()).toMatchObject({ warnings: [expect.stringContaining(name)] });
      await writeFile(here('bad'), '');
      await project.run('deploy');
      await project.run(`rollback ${first}`);
      await project.run('deploy');
    }
  });

  it('that take longer than their deadline are ended, with what they started', async () => {
    const line = `['${process.execPath}', 'hook.mjs']`;
    await withHooks(`'before-cutover': { command: ${line}, deadline: 1 }`);
    await writeFile(here('hangs'), 'before-cutover');
    const { code, stderr } = await project.run('deploy');
    expect(code).toBe(4);
    expect(stderr).toContain('did not end within 1 s and was ended');
    expect(live()).toBeUndefined();
  });

  it('are ended by Ctrl-C, and the deploy is called off', async () => {
    await withHooks();
    const { version } = (await project.run('deploy --json')).json();
    await writeFile(here('hangs'), 'before-cutover');
    const interrupt = new AbortController();
    const running = project.run('deploy --json', { interrupt: interrupt.signal });
    await vi.waitFor(async () => expect((await names()).slice(5)).toContain('before-cutover'), 20_000);
    interrupt.abort(new Error('interrupted'));
    const { code, json } = await running;
    expect(code).toBe(130);
    expect(json().verdict).toBe('failed');
    expect(live()).toBe(version);
  });

  it('that cannot be started say so', async () => {
    await withHooks("'before-deploy': 'no-such-program warm'");
    const { code, stderr } = await project.run('deploy');
    expect(code).toBe(4);
    expect(stderr).toContain('The hook before-deploy (no-such-program warm) could not be run');
  });

  it('show no secret: neither on the screen nor in the journal', async () => {
    const secret = 'hush-4711-hush-4711';
    await writeFile(here('tells.mjs'), `console.log('the token is ${secret}'); process.exit(1);`);
    vi.stubEnv('DEPLOY_SECRET', secret);
    try {
      await project.describe(
        'good',
        { DEPLOY_SECRET: { kind: 'secret', name: 'DEPLOY_SECRET' } },
        `hooks: { 'before-deploy': ['${process.execPath}', 'tells.mjs'] }`,
      );
      const { code, stderr, stdout } = await project.run('deploy');
      expect(code).toBe(4);
      expect(stderr).toContain('the token is ');
      expect(stderr + stdout).not.toContain(secret);
    } finally {
      vi.unstubAllEnvs();
    }
    expect(JSON.stringify(await journal())).not.toContain(secret);
  });

  it('are run again by resume where the deploy was killed in one, and not where it had ended', async () => {
    await withHooks();
    const first = (await project.run('deploy --json')).json().version;
    const before = project.place.live;
    const second = (await project.run('deploy --json')).json().version;
    expect(second).not.toBe(first);
    // Killed while before-cutover ran: nothing after its beginning was ever written down.
    const folder = here('.conductor/test/journal');
    const file = join(folder, (await readdir(folder)).sort().at(-1)!);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const at = lines.findIndex((line) => line.includes('"begin"') && line.includes('hook:before-cutover'));
    await writeFile(file, `${lines.slice(0, at + 1).join('\n')}\n`);
    const ledger = here('.conductor/test/ledger.jsonl');
    const entries = (await readFile(ledger, 'utf8')).trimEnd().split('\n');
    await writeFile(ledger, `${entries.slice(0, -1).join('\n')}\n`);
    project.place.live = before;

    const { stdout } = await project.run('status');
    expect(stdout).toContain('in the step "Run the hook before-cutover"');
    const { code, json } = await project.run('resume --json');
    expect(code).toBe(0);
    expect(json()).toMatchObject({ verdict: 'live', version: second });
    expect((await names()).slice(10)).toEqual(['before-cutover', 'after-cutover', 'after-deploy']);
  });

  it('of the project are those of each environment, which may have others or turn them off', async () => {
    const config = await readFile(here('conductor.config.ts'), 'utf8');
    const hooks = `hooks: { 'before-deploy': 'node check.ts', 'after-deploy': { command: 'node warm.ts', deadline: 20 } },`;
    await writeFile(
      here('conductor.config.ts'),
      config
        .replace("project: 'shop',", `project: 'shop', ${hooks}`)
        .replace('bake: 0,', `bake: 0, hooks: { 'before-deploy': false, 'before-cutover': 'node here.ts' },`),
    );
    const plan = async (line: string) => JSON.parse((await project.run(line)).stdout).hooks;
    const warm = { name: 'after-deploy', command: ['node', 'warm.ts'], deadline: 20 };
    expect(await plan('plan test --json')).toEqual([
      { name: 'before-cutover', command: ['node', 'here.ts'], deadline: 300 },
      warm,
    ]);
    expect(await plan('plan other --offline --json')).toEqual([
      { name: 'before-deploy', command: ['node', 'check.ts'], deadline: 300 },
      warm,
    ]);
    const { stdout } = await project.run('plan test');
    expect(stdout).toContain("Hooks, run on this machine in the project's folder:");
    expect(stdout).toMatch(/before-cutover +node here\.ts +300 s at most/);
  });

  it.each([
    ["'before-tea': 'node tea.ts'", 'environments.test.hooks.before-tea: is not known here'],
    ["'before-deploy': 'a | b'", 'has |, which needs a shell'],
    ["'before-deploy': { command: 'a', deadline: 0 }", 'is not a hook: deadline: 0 is too small'],
    ["'before-deploy': 7", 'environments.test.hooks.before-deploy: 7'],
  ])('%s is a mistake that is named', async (hooks, message) => {
    await withHooks(hooks);
    const { code, stderr } = await project.run('plan');
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

it('a hook before a cutover for which the place does not wait is refused before anything changes', async () => {
  project.place.gated = false;
  await withHooks("'before-cutover': 'node warm.ts'");
  const { code, stderr } = await project.run('deploy');
  expect(code).toBe(2);
  expect(stderr).toContain('test in memory cuts over by itself');
  expect(stderr).toContain("environments.test.hooks: { 'before-cutover': false }");
  expect(project.place.live).toBeNull();
});
