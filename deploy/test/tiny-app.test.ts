import { afterEach, beforeEach, expect, it } from 'vitest';
import { TinyProject } from './tiny-project.ts';

/** Applications that know nothing of Conductor. */
let project: TinyProject;
beforeEach(async () => {
  project = await TinyProject.create();
});
afterEach(() => project.remove());

const server = (says: string) => `import { createServer } from 'node:http';
createServer((req, res) => res.end('${says}')).listen(process.env.PORT);
`;

it('a server of three lines goes live from a fresh repository, twice, and leaves nothing in it', async () => {
  await project.write({ 'server.mjs': server('one') });
  await project.describe({ web: { start: 'node server.mjs', paths: ['/'], health: { path: '/' } } });
  await project.git('init', '--quiet');
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message', 'Begin');

  const checked = await project.run('check local');
  expect(checked.code, checked.stderr).toBe(0);
  expect(checked.stderr).toContain('conductor check local --all');

  const deployed = await project.run('deploy --json');
  expect(deployed.code, deployed.stderr).toBe(0);
  const { version, verdict, proofs } = JSON.parse(deployed.stdout.trim());
  expect({ verdict, proofs }).toEqual({ verdict: 'live', proofs: [{ service: 'web', by: 'x-release' }] });
  const answer = await fetch(project.url);
  expect([answer.headers.get('x-release'), await answer.text()]).toEqual([version, 'one']);

  // Our own folder is no change of theirs.
  expect((await project.git('status', '--porcelain')).stdout).toBe('');
  const status = JSON.parse((await project.run('status --json')).stdout);
  expect(status).toMatchObject({ state: 'live', release: { version, commit: expect.any(String) } });

  await project.write({ 'server.mjs': server('two') });
  const again = await project.run('deploy');
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).not.toContain('Watch it');
  expect(await (await fetch(project.url)).text()).toBe('two');
});
