import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { BeginningProject } from '../../test/beginning.ts';
import { generated, optional, secret, service, store } from '../config/settings.ts';

let open: BeginningProject[] = [];
afterEach(async () => {
  await Promise.all(open.map((project) => project.remove()));
  open = [];
  vi.unstubAllEnvs();
});

async function folderWith(files: Readonly<Record<string, string>>): Promise<BeginningProject> {
  const project = await BeginningProject.create(files);
  open.push(project);
  return project;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

const express = {
  'package.json': json({
    name: '@acme/shop',
    scripts: {
      start: 'node server.js',
      worker: 'node worker.js',
      dev: 'nodemon server.js',
      test: 'node --test',
    },
    dependencies: { express: '5.1.0', mongoose: '8.0.0', bullmq: '5.0.0' },
  }),
  '.env.example': [
    'PORT=3000',
    'NODE_ENV=development',
    'MONGODB_URI=mongodb://localhost:27017/shop',
    'REDIS_URL=redis://localhost:6379',
    'SESSION_SECRET=change-me',
    'STRIPE_SECRET_KEY=sk_test_4eC39HqLyjWDarjtT1',
    'SENTRY_DSN= # optional',
    'APP_URL=http://localhost:3000',
    'LOG_LEVEL=info',
    'MAX_UPLOAD=10',
    'SECURE=true',
    '',
  ].join('\n'),
};

it('writes a config that loads, from what lies in the folder, and says what to type next', async () => {
  // No mongod.
  vi.stubEnv('PATH', '/nowhere');
  const folder = await folderWith(express);
  const { code, stdout, stderr } = await folder.run('init --yes');
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toContain('conductor.config.ts is written: services web, worker; stores mongodb, redis.');
  expect(stderr.trimEnd().split('\n').slice(-5)).toEqual([
    'Next:',
    '  npm install --save-dev conductor-deploy embedded-mongo',
    '  npx conductor secrets recipients init',
    '  npx conductor secrets set local STRIPE_SECRET_KEY',
    '  npx conductor deploy',
  ]);
  const project = await folder.project();
  expect(project).toMatchObject({
    project: 'shop',
    stores: { mongodb: { kind: 'mongodb' }, redis: { kind: 'redis' } },
    commands: { test: ['npm', 'test'] },
    environments: { local: { target: { kind: 'local' } } },
  });
  expect(project.services.web).toMatchObject({ start: ['node', 'server.js'], paths: ['/'] });
  expect(project.services.worker).toMatchObject({ start: ['node', 'worker.js'], paths: [] });
  // Neither PORT, which Conductor gives, nor the value of any secret.
  expect(project.services.web!.settings).toEqual({
    NODE_ENV: 'production',
    MONGODB_URI: store('mongodb').url,
    REDIS_URL: store('redis').url,
    SESSION_SECRET: generated(32),
    STRIPE_SECRET_KEY: secret('STRIPE_SECRET_KEY'),
    SENTRY_DSN: optional(secret('SENTRY_DSN')),
    APP_URL: service('web').url,
    LOG_LEVEL: 'info',
    MAX_UPLOAD: 10,
    SECURE: true,
  });
  const text = await readFile(join(folder.folder, 'conductor.config.ts'), 'utf8');
  expect(text).not.toContain('sk_test');
  expect(text).toContain('  // Guessed: it was http://localhost:3000.\n  APP_URL: ');
});

it('leaves production ready: without the slashes it loads, too', async () => {
  const folder = await folderWith({ ...express, '.git/config': '' });
  spawnSync('git', ['-C', folder.folder, 'init', '--quiet']);
  spawnSync('git', ['-C', folder.folder, 'remote', 'add', 'origin', 'git@github.com:acme/shop.git']);
  for (const target of ['railway', 'render', 'digitalocean', 'swarm']) {
    const { code, stderr } = await folder.run('init --force', [target]);
    expect(code, stderr).toBe(0);
    const file = join(folder.folder, 'conductor.config.ts');
    const text = await readFile(file, 'utf8');
    const at = text.indexOf('    // production:');
    const chosen = text.slice(at).replaceAll(/^ {4}\/\/ /gm, '    ');
    await writeFile(file, `import { ${target} } from 'conductor-deploy';\n${text.slice(0, at)}${chosen}`);
    const { environments } = await folder.project();
    expect(environments.production).toMatchObject({
      target: { kind: target },
      domains: { web: ['shop.example.com'] },
      branch: 'main',
    });
    if (target === 'railway' || target === 'render') expect(text).toContain('acme/shop');
  }
});

it('asks at most three things, and nothing without a terminal or with --yes', async () => {
  const files = {
    Procfile: 'web: node a.js\nadmin: node b.js\n',
    'compose.yaml':
      'services:\n  api:\n    build: .\n    command: node c.js\n    ports: ["3000:3000"]\n  admin:\n    build: .\n    command: node d.js\n    ports: ["3001:3001"]\n',
  };
  const folder = await folderWith(files);
  const asked = await folder.run('init', ['compose.yaml', 'x', '2', 'render']);
  expect(asked.code, asked.stderr).toBe(0);
  // The answer that meant nothing was asked for again.
  expect(asked.asked).toEqual(['[Procfile]: ', '[api]: ', '[api]: ', '[railway]: ']);
  expect(asked.stderr).toContain('Type a number from 1 to 2');
  const { services } = await folder.project();
  expect(services.admin).toMatchObject({ paths: ['/'] });
  expect(services.api).toMatchObject({ paths: ['/api'] });
  expect(await readFile(join(folder.folder, 'conductor.config.ts'), 'utf8')).toContain('target: render(');

  const quiet = await folder.run('init --force --yes', []);
  expect([quiet.code, quiet.asked]).toEqual([0, []]);
  expect(quiet.stderr).toContain('Followed Procfile; there is also compose.yaml (--from FILE).');
  expect((await folder.run('init --force')).stderr).toContain('There is no terminal, so nothing is asked');
});

it('prints with --dry-run and writes nothing', async () => {
  const folder = await folderWith(express);
  const { code, stdout } = await folder.run('init --dry-run');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^import \{[\s\S]*\} from 'conductor-deploy';[\s\S]*\}\);\n$/);
  expect((await readdir(folder.folder)).sort()).toEqual(['.env.example', 'node_modules', 'package.json']);
});

it('never writes over a config, but with --force', async () => {
  const folder = await folderWith({ ...express, 'conductor.config.ts': '// mine\n' });
  const file = join(folder.folder, 'conductor.config.ts');
  const refused = await folder.run('init --yes');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--force writes it over')]);
  expect(await readFile(file, 'utf8')).toBe('// mine\n');
  expect((await readdir(folder.folder)).sort()).not.toContain('.gitignore');
  expect((await folder.run('init --yes --force')).code).toBe(0);
  expect(await readFile(file, 'utf8')).toContain('defineConfig');
});

it('tells scripts what it did with --json', async () => {
  const folder = await folderWith({
    ...express,
    'compose.yaml': 'services:\n  db:\n    image: postgres:17\n',
  });
  const { stdout, code } = await folder.run('init --json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    file: 'conductor.config.ts',
    files: ['conductor.config.ts', '.gitignore', 'package.json'],
    from: ['compose.yaml'],
    services: ['web', 'worker'],
    stores: ['mongodb', 'redis'],
    guesses: [{ where: 'APP_URL', why: 'it was http://localhost:3000' }],
    notCarried: [{ what: 'db (postgres:17)', why: expect.stringContaining('Run PostgreSQL elsewhere') }],
    next: expect.arrayContaining(['npx conductor deploy']),
  });
  const dry = await folder.run('init --json --dry-run');
  expect(JSON.parse(dry.stdout).text).toContain('defineConfig');
});

it('has git ignore what Conductor keeps, and gives package.json its script, in the form that they have', async () => {
  const manifest =
    '{\r\n\t"name": "a",\r\n\t"files": ["x"],\r\n\t"scripts": {\r\n\t\t"start": "node a.js"\r\n\t}\r\n}';
  const folder = await folderWith({ 'package.json': manifest, '.gitignore': 'dist' });
  const read = (name: string) => readFile(join(folder.folder, name), 'utf8');
  expect((await folder.run('init --yes')).code).toBe(0);
  expect(await read('.gitignore')).toBe('dist\n.conductor/\n');
  expect(await read('package.json')).toBe(
    '{\r\n\t"name": "a",\r\n\t"files": ["x"],\r\n\t"scripts": {\r\n\t\t"start": "node a.js",\r\n\t\t"deploy": "conductor deploy"\r\n\t}\r\n}',
  );
  // A second time there is nothing left to do.
  expect(JSON.parse((await folder.run('init --force --json')).stdout).files).toEqual(['conductor.config.ts']);
});

it('begins without a package.json, too', async () => {
  const folder = await folderWith({
    Procfile:
      'release: python manage.py migrate\nweb: gunicorn shop.wsgi --bind 0.0.0.0:$PORT\nbeat: celery -A shop beat\n',
    'requirements.txt': 'Django==5.2\ngunicorn\nredis>=5\n',
  });
  const { code, stderr } = await folder.run('init --yes');
  expect(code, stderr).toBe(0);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe('  npx conductor-deploy deploy');
  const { services, stores, release, project } = await folder.project();
  expect(project).toBe('shop');
  expect(services.web).toMatchObject({
    start: ['sh', '-c', 'exec gunicorn shop.wsgi --bind 0.0.0.0:$PORT'],
    paths: ['/'],
    settings: { REDIS_URL: store('redis').url },
  });
  expect(services.beat).toMatchObject({ singleton: true, paths: [] });
  expect(stores).toEqual({ redis: { kind: 'redis' } });
  expect(release).toMatchObject({ service: 'web', command: ['python', 'manage.py', 'migrate'] });
  expect(await readFile(join(folder.folder, '.gitignore'), 'utf8')).toBe('.conductor/\n');
});

it('says what it cannot read, and where nothing starts', async () => {
  const nothing = await (await folderWith({ 'README.md': 'x' })).run('init --yes');
  expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('says how a service starts')]);
  const broken = await folderWith({
    'package.json': '{',
    'compose.yaml': 'services: [',
    Procfile: 'web: node a.js',
  });
  const first = await broken.run('init --yes');
  expect([first.code, first.stderr]).toEqual([2, expect.stringContaining('compose.yaml: it is no YAML')]);
  const second = await broken.run('init --yes --from Procfile');
  expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('package.json: it is no JSON')]);
  expect((await broken.run('init --from nowhere')).stderr).toContain('There is no nowhere.');
  expect((await broken.run('init production')).stderr).toContain('"production" is one word too many');
});

it('knows the kind of a file by its content where its name says nothing', async () => {
  const folder = await folderWith({
    'deploy/production.yaml':
      'services:\n  site:\n    build: ..\n    command: node site.js\n    ports: ["80:3000"]\n',
    'notes.txt': 'nothing',
  });
  const { code, stderr } = await folder.run('init --yes --from deploy/production.yaml');
  expect(code, stderr).toBe(0);
  expect((await folder.project()).services.site).toMatchObject({ root: '.', start: ['node', 'site.js'] });
  const unknown = await folder.run('init --force --from notes.txt');
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    expect.stringContaining('What notes.txt describes is not known'),
  ]);
});

it('is the way over from another tool, and says what stays behind: on stderr and at its place in the file', async () => {
  const folder = await folderWith({
    'package.json': json({ name: 'shop', scripts: { build: 'tsc' }, dependencies: { express: '5.1.0' } }),
    'render.yaml': [
      'databases: [{ name: main }]',
      'services:',
      '  - type: web',
      '    name: api',
      '    runtime: node',
      '    buildCommand: npm ci && npm run build',
      '    startCommand: node dist/main.js',
      '    healthCheckPath: /up',
      '    domains: [shop.example.com]',
      '    disk: { name: data, mountPath: /data }',
      '    envVars:',
      '      - { key: REDIS_URL, fromService: { type: keyvalue, name: cache, property: connectionString } }',
      '      - { key: DATABASE_URL, fromDatabase: { name: main, property: connectionString } }',
      '      - { key: STRIPE_KEY, value: sk_live_4eC39HqLyjWDarjtT1 }',
      '  - { type: cron, name: nightly, runtime: node, schedule: "0 3 * * *", startCommand: node night.js }',
      '  - { type: keyvalue, name: cache, ipAllowList: [] }',
      '',
    ].join('\n'),
    'fly.toml': 'app = "shop"\n[http_service]\ninternal_port = 8080\n',
  });
  const { code, stderr } = await folder.run('init --yes --from render.yaml');
  expect(code, stderr).toBe(0);
  for (const what of ['the database main', 'the cron job nightly (0 3 * * *)', 'the disk at /data (api)']) {
    expect(stderr.slice(stderr.indexOf('Not carried over:'))).toContain(`  ${what}: `);
  }
  const { services, stores } = await folder.project();
  expect(services).toEqual({
    api: expect.objectContaining({
      build: ['npm', 'run', 'build'],
      start: ['node', 'dist/main.js'],
      health: { path: '/up', deadline: 60 },
      settings: {
        REDIS_URL: store('redis').url,
        DATABASE_URL: secret('DATABASE_URL'),
        STRIPE_KEY: secret('STRIPE_KEY'),
      },
    }),
  });
  expect(Object.keys(stores)).toEqual(['redis']);
  const text = await readFile(join(folder.folder, 'conductor.config.ts'), 'utf8');
  expect(text).toContain('      // Not carried over: the disk at /data.');
  expect(text).toContain('  // Not carried over: the cron job nightly (0 3 * * *).');
  expect(text).toContain(
    "    //   target: render({ repository: 'https://github.com/you/repository' }),\n    //   domains: { api: ['shop.example.com'] },",
  );
  expect(text).not.toContain('sk_live');
});

it('takes a file of each service in its own folder together', async () => {
  const folder = await folderWith({
    'package.json': json({ name: 'shop', workspaces: ['apps/*'] }),
    'apps/web/railway.json': json({ deploy: { startCommand: 'node web.js', healthcheckPath: '/up' } }),
    'apps/worker/railway.toml': '[deploy]\nstartCommand = "node worker.js"\n',
    // Somebody else's file of that name.
    'config/deploy.yml': 'hosts: all\n',
  });
  const { code, stderr } = await folder.run('init --yes');
  expect(code, stderr).toBe(0);
  const { services } = await folder.project();
  expect(services.web).toMatchObject({ root: 'apps/web', start: ['node', 'web.js'], paths: ['/'] });
  expect(services.worker).toMatchObject({ root: 'apps/worker', start: ['node', 'worker.js'], paths: [] });
});
