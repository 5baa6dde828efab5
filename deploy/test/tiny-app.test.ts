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

it('a worker that ends, and a server that listens on a port of its own, are told with what to change and their last lines', async () => {
  const web = { start: 'node server.mjs', paths: ['/'], health: { path: '/', deadline: 2 } };
  const fixed = `import { createServer } from 'node:http';
console.log('up on a port of my own');
createServer((req, res) => res.end('hello')).listen(0);
`;
  await project.write({ 'server.mjs': fixed, 'worker.mjs': "console.log('nothing to do');" });
  await project.describe({ web });
  const elsewhere = await project.run('deploy');
  expect(elsewhere.code).toBe(4);
  expect(elsewhere.stderr).toMatch(
    /nothing listens on port \d+, which PORT tells it; it listens on \d+ instead/,
  );
  expect(elsewhere.stderr).toContain('Last lines of web:\n  up on a port of my own');

  await project.write({ 'server.mjs': server('one') });
  await project.describe({ web, worker: { start: 'node worker.mjs' } });
  const ended = await project.run('deploy');
  expect(ended.code).toBe(4);
  expect(ended.stderr).toContain('worker: worker was healthy, and then ended with exit code 0');
  expect(ended.stderr).toContain('Last lines of worker:\n  nothing to do');
});

it('a folder of files needs no server: it is built, served, and changed without a visitor noticing', async () => {
  const make = (title: string) => `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('dist/assets', { recursive: true });
writeFileSync('dist/index.html', '<title>${title}</title>');
writeFileSync('dist/assets/app-BkX3a9Qz.js', '1');
`;
  const web = { root: 'web', build: 'node make.mjs', static: 'dist', fallback: 'index.html', paths: ['/'] };
  await project.write({ 'web/make.mjs': make('one') });
  await project.describe({ web });
  const deployed = await project.run('deploy --json');
  expect(deployed.code, deployed.stderr).toBe(0);
  const { version } = JSON.parse(deployed.stdout.trim());
  const page = await fetch(`${project.url}/leads/42`);
  expect([page.status, page.headers.get('x-release'), await page.text()]).toEqual([
    200,
    version,
    '<title>one</title>',
  ]);
  const script = await fetch(`${project.url}/assets/app-BkX3a9Qz.js`);
  expect(script.headers.get('cache-control')).toContain('immutable');

  await project.write({ 'web/make.mjs': make('two') });
  const again = await project.run('deploy --json');
  expect(again.code, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout.trim()).probe).toMatchObject({ failed: 0 });
  expect(await (await fetch(project.url)).text()).toBe('<title>two</title>');

  await project.describe({ web: { ...web, static: 'public' } });
  const missing = await project.run('deploy');
  expect(missing.code).toBe(4);
  expect(missing.stderr).toContain('there is no folder web/public after node make.mjs');
  expect(await (await fetch(project.url)).text()).toBe('<title>two</title>');
});

it('services without a health path: a server that answers 404 at its first path, and a worker that stays up', async () => {
  const missing =
    "import { createServer } from 'node:http';\ncreateServer((req, res) => res.writeHead(404).end()).listen(process.env.PORT);\n";
  await project.write({ 'server.mjs': missing, 'worker.mjs': 'setInterval(() => {}, 1000);' });
  await project.describe({
    web: { start: 'node server.mjs', paths: ['/api'] },
    worker: { start: 'node worker.mjs' },
  });
  const { code, stderr } = await project.run('deploy');
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('web starts; it must answer /api with a status below 500 within 60 s');
  expect(stderr).toContain('worker starts; it must stay up for 3 s');
});
