import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

const state = async () => JSON.parse((await project.run('maintenance --json')).stdout);
const visit = async () => (await fetch(project.place.url)).status;
const entries = async () =>
  (await readFile(join(project.folder, '.conductor/test/ledger.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'maintenance');

describe('maintenance', () => {
  it('keeps visitors out until it is turned off, and says since when and by whom', async () => {
    await project.run('deploy');
    expect(await visit()).toBe(200);
    expect((await project.run('maintenance')).stdout).toBe('Visitors of test are served.\n');
    const on = await project.run(['maintenance', 'on', 'test', '--message', 'Back at 10:00']);
    expect(on.code, on.stderr).toBe(0);
    expect(await visit()).toBe(503);
    expect(on.stdout).toMatch(
      /^Visitors of test are kept out \(maintenance\) since .+, by .+@.+: Back at 10:00\n {2}Let them in: conductor maintenance off test\n$/,
    );
    expect((await project.run('status')).stdout).toContain('kept out (maintenance)');
    const { maintenance } = JSON.parse((await project.run('status --json')).stdout);
    expect(maintenance).toEqual({
      since: expect.stringMatching(/^20.*Z$/),
      by: { user: expect.any(String), host: expect.any(String) },
      message: 'Back at 10:00',
      page: null,
    });

    await project.run(['maintenance', 'on', '--message', 'Back at 11:00']);
    expect((await state()).maintenance).toEqual({ ...maintenance, message: 'Back at 11:00' });

    expect((await project.run('maintenance off')).stdout).toBe('Visitors of test are served.\n');
    expect(await state()).toEqual({ environment: 'test', maintenance: null });
    expect(await visit()).toBe(200);
    expect(await entries()).toMatchObject([
      { on: true, message: 'Back at 10:00', by: maintenance.by },
      { on: true, message: 'Back at 11:00' },
      { on: false },
    ]);
  });

  it('stays on through a deploy and a rollback, which are proven as ever and say so', async () => {
    const first = (await project.run('deploy --json')).json().version;
    await project.run('maintenance on');
    const { code, stderr, json } = await project.run('deploy --json');
    expect(code, stderr).toBe(0);
    const { version, verdict, probe } = json();
    expect(verdict).toBe('live');
    expect(probe.failed).toBe(0);
    expect(project.place.live?.release.version).toBe(version);
    expect(stderr).toContain('Visitors of test are kept out (maintenance), and stay so.');
    expect(stderr).toContain('conductor maintenance off test');
    expect(await visit()).toBe(503);
    expect((await project.run('rollback')).code).toBe(0);
    expect(project.place.live?.release.version).toBe(first);
    expect((await state()).maintenance).not.toBeNull();
  });

  it('of a place that lets nobody through has a deploy and a rollback refused before anything changes', async () => {
    project.place.keepsOut = 'page';
    await project.run('deploy');
    const { version } = (await project.run('deploy --json')).json();
    expect((await project.run('maintenance on --page https://example.com/soon')).stdout).toContain(
      'they see https://example.com/soon',
    );
    for (const command of ['deploy', 'rollback']) {
      const { code, stderr } = await project.run(command);
      expect(code).toBe(3);
      expect(stderr).toContain('nothing was changed');
      expect(stderr).toContain('Let them in first: conductor maintenance off test');
    }
    expect(project.place.live?.release.version).toBe(version);
    await project.run('maintenance off');
    expect((await project.run('deploy')).code).toBe(0);
  });

  it.each([
    ['page', ['--message', 'Soon'], 'shows a page and no message of yours'],
    ['message', ['--page', 'https://example.com'], "shows a page of Conductor's"],
    ['page', ['--page', 'soon.html'], 'is not the address of a page'],
  ] as const)('of a place that shows a %s refuses %j', async (keepsOut, words, refusal) => {
    project.place.keepsOut = keepsOut;
    const { code, stderr } = await project.run(['maintenance', 'on', 'test', ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(refusal);
    expect(project.place.notice).toBeNull();
  });

  it('is refused where the place has no such thing, with what to do instead', async () => {
    Object.assign(project.place, { keepsOut: null, ends: undefined });
    for (const command of ['maintenance', 'maintenance on', 'maintenance off']) {
      const { code, stderr } = await project.run(command);
      expect(code).toBe(2);
      expect(stderr).toContain('test in memory is a place where Conductor cannot keep visitors out');
      expect(stderr).toContain('Hang a sign on its door.');
    }
    expect((await project.run('deploy')).code).toBe(0);
    expect((await project.run('status --json')).code).toBe(0);
  });
});
