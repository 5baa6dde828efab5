import { describe, expect, it } from 'vitest';
import { draft } from './project.ts';
import { foldersWith } from './testing/folders.ts';

const folders = (files: Readonly<Record<string, unknown>>) =>
  foldersWith(
    Object.fromEntries(
      Object.entries(files).map(([file, content]) => [
        file,
        typeof content === 'string' ? content : JSON.stringify(content),
      ]),
    ),
  );
const servicesOf = (files: Readonly<Record<string, unknown>>) => draft(folders(files), 'shop', {}).services;

const npm = (dependencies: string[], scripts: Record<string, string> = {}, more: object = {}) => ({
  scripts,
  dependencies: Object.fromEntries(dependencies.map((name) => [name, '1.0.0'])),
  ...more,
});

it.each([
  [
    'Next.js',
    npm(['next'], { build: 'next build', start: 'next start -p 3000', dev: 'next dev' }),
    { build: 'npm run build', start: 'next start', paths: ['/'] },
  ],
  [
    'Nest',
    npm(['@nestjs/core'], { start: 'nest start', 'start:prod': 'node dist/main', build: 'nest build' }),
    { start: 'node dist/main', build: 'npm run build' },
  ],
  [
    'Fastify without a script',
    npm(['fastify'], {}, { main: 'server.js' }),
    { start: 'node server.js', guesses: { start: expect.any(String) } },
  ],
  [
    'Express with nodemon only',
    npm(['express'], { start: 'nodemon server.js' }),
    { start: 'node server.js' },
  ],
  [
    'a script that needs a shell',
    npm(['express'], { start: 'NODE_ENV=production node server.js' }),
    { start: 'npm start' },
  ],
  [
    'a script with one before it',
    npm(['express'], { prestart: 'tsc', start: 'node server.js' }),
    { start: 'npm start' },
  ],
  [
    'Vite',
    npm(['vite'], { build: 'vite build', preview: 'vite preview', start: 'vite' }),
    { static: 'dist', fallback: 'index.html', build: 'npm run build', paths: ['/'] },
  ],
])('%s', (_title, manifest, service) => {
  const files = { 'package.json': manifest, 'server.js': '', 'index.html': '' };
  expect(servicesOf(files)).toMatchObject([service]);
});

it('takes what uses no web framework but a queue for a worker', () => {
  const [worker] = servicesOf({ 'package.json': npm(['discord.js'], { start: 'node bot.js' }) });
  expect(worker).toMatchObject({ name: 'worker', start: 'node bot.js', visited: false });
  expect(worker).not.toHaveProperty('paths');
});

it('takes those of its workspaces that start, each in its folder', () => {
  const files = {
    'package.json': npm([], { start: 'turbo start' }, { workspaces: ['apps/*', 'packages/*'] }),
    'apps/web/package.json': npm(['next'], { start: 'next start', build: 'next build' }),
    'apps/api/package.json': npm(['fastify', 'mongodb'], { start: 'node src/main.ts' }),
    'apps/api/Dockerfile': 'FROM node:24\nCMD ["node", "src/main.ts"]',
    'packages/ui/package.json': npm(['react'], { build: 'tsc' }),
    'examples/demo/package.json': npm(['express'], { start: 'node a.js' }),
  };
  const project = draft(folders(files), 'shop', {});
  expect(project.stores).toEqual(['mongodb']);
  expect(project.services).toMatchObject([
    { name: 'web', root: 'apps/web', start: 'npm start', build: 'npm run build', paths: ['/'] },
    {
      name: 'api',
      root: 'apps/api',
      start: 'node src/main.ts',
      dockerfile: 'apps/api/Dockerfile',
      imageStart: undefined,
      paths: ['/api'],
    },
  ]);
  expect(project.services[1]!.settings).toMatchObject([{ name: 'MONGO_URL', guess: expect.any(String) }]);
});

it('takes folders beside one another where the project itself starts nothing', () => {
  const services = servicesOf({
    'backend/package.json': npm(['express'], { start: 'node index.js' }),
    'frontend/package.json': npm(['react-scripts'], {
      start: 'react-scripts start',
      build: 'react-scripts build',
    }),
    'docs/package.json': npm(['@docusaurus/core'], { start: 'docusaurus start' }),
  });
  expect(services).toMatchObject([
    { name: 'backend', root: 'backend', paths: ['/api'] },
    { name: 'frontend', root: 'frontend', static: 'build', paths: ['/'] },
  ]);
});

it('takes what a Dockerfile runs where nothing else says it', () => {
  expect(
    servicesOf({
      Dockerfile: 'FROM golang:1.25 AS build\nFROM scratch\nEXPOSE 8080\nENTRYPOINT ["/server"]',
    }),
  ).toMatchObject([
    {
      name: 'web',
      dockerfile: 'Dockerfile',
      start: '/server',
      guesses: { start: expect.stringContaining('without Docker') },
    },
  ]);
});

it('serves pages that somebody has written as they are', () => {
  expect(servicesOf({ 'public/index.html': '' })).toMatchObject([
    { name: 'web', static: 'public', paths: ['/'] },
  ]);
  expect(servicesOf({ 'index.html': '' })).toMatchObject([
    { static: '.', guesses: { static: expect.stringContaining('every file here is served') } },
  ]);
});

it('serves what Next.js exports as files', () => {
  const files = {
    'package.json': npm(['next'], { build: 'next build', start: 'next start' }),
    'next.config.mjs': "export default { output: 'export' };",
  };
  expect(servicesOf(files)).toMatchObject([{ static: 'out', build: 'npm run build', fallback: undefined }]);
});

describe('other languages', () => {
  it('builds what is written in Go', () => {
    const web = 'package main\n\nimport "net/http"\n';
    expect(servicesOf({ 'go.mod': 'module x', 'main.go': web })).toMatchObject([
      { name: 'web', build: 'go build -o server .', start: './server', paths: ['/'] },
    ]);
    expect(servicesOf({ 'go.mod': 'module x', 'main.go': 'package main\n' })).toMatchObject([
      { name: 'worker', start: './server', visited: false },
    ]);
    expect(servicesOf({ 'go.mod': 'module x', 'main.go': 'package library\n' })).toEqual([]);
  });

  const pip = 'python3 -m pip install --target .packages -r requirements.txt';
  const settings = [{ name: 'PYTHONPATH', setting: '.packages' }];

  it.each([
    [
      'Flask with gunicorn',
      { 'requirements.txt': 'flask==3\ngunicorn', 'app.py': 'app = Flask(__name__)' },
      'python3 -m gunicorn app:app',
    ],
    [
      'FastAPI',
      { 'requirements.txt': 'fastapi\nuvicorn', 'main.py': 'api = FastAPI()' },
      ['sh', '-c', 'exec python3 -m uvicorn main:api --host 0.0.0.0 --port $PORT'],
    ],
    [
      'Flask alone',
      { 'requirements.txt': 'flask', 'app.py': 'app = Flask(__name__)' },
      ['sh', '-c', 'exec python3 -m flask --app app:app run --host 0.0.0.0 --port $PORT'],
    ],
  ])('starts %s, with its libraries in the release', (_, files, start) => {
    expect(servicesOf(files)).toMatchObject([{ build: pip, start, settings, paths: ['/'] }]);
  });

  it('leaves Python alone that does not say how it starts', () => {
    expect(servicesOf({ 'requirements.txt': 'django' })).toEqual([]);
    expect(servicesOf({ 'app.py': 'app = Flask(__name__)' })).toEqual([]);
  });
});
