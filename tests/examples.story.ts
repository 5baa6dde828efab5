import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../packaging/pack.ts';
import { freePort } from './setup/ports.ts';

// Somebody with an application of their own: a folder, Node, npm, git, and what npm gives them. Each example is deployed as they would do it.

const repository = join(import.meta.dirname, '..');

interface Example {
  /** Tools that it is written with; where this machine has none, it cannot be told. */
  readonly needs?: readonly string[];
  /** A command that succeeds where the example's own packages can be fetched. */
  readonly reaches?: readonly string[];
  /** Packages of ours beside the command. */
  readonly beside?: readonly string[];
  /** What the first release answers on which path. */
  readonly path: string;
  readonly says: string;
  /** A change of one file, and what is answered then. */
  readonly change: readonly [file: string, from: string, to: string];
  /** A change with which it cannot start. */
  readonly breakIt: readonly [file: string, from: string, to: string];
}

const examples: Readonly<Record<string, Example>> = {
  'node-api': {
    needs: ['redis-server'],
    beside: ['embedded-mongo'],
    path: '/',
    says: '"notes":[]',
    change: ['server.js', '{ notes: found }', '{ notes: found, count: found.length }'],
    breakIt: ['server.js', 'const app = express();', "throw new Error('broken on purpose');"],
  },
  static: {
    path: '/',
    says: 'Hello from a folder of files',
    change: ['public/index.html', 'Hello', 'Good morning'],
    breakIt: ['conductor.config.ts', "static: 'public'", "static: 'not-there'"],
  },
  monorepo: {
    path: '/api/hello',
    says: 'from the api',
    change: ['api/server.js', 'from the api', 'from the new api'],
    breakIt: ['api/server.js', 'await app.listen', "throw new Error('broken on purpose'); await app.listen"],
  },
  go: {
    needs: ['go'],
    path: '/',
    says: 'Hello from Go',
    change: ['main.go', 'Hello from Go', 'Good morning from Go'],
    breakIt: ['main.go', 'func main() {', 'func main() {\n\tpanic("broken on purpose")'],
  },
  'python-flask': {
    needs: ['python3'],
    reaches: ['python3', '-m', 'pip', 'index', 'versions', 'flask'],
    path: '/',
    says: 'Hello from Flask',
    change: ['app.py', 'Hello from Flask', 'Good morning from Flask'],
    breakIt: ['app.py', 'app = Flask(__name__)', 'raise RuntimeError("broken on purpose")'],
  },
  next: {
    path: '/',
    says: 'Hello from Next.js',
    change: ['app/page.jsx', 'Hello from Next.js', 'Good morning from Next.js'],
    breakIt: ['app/page.jsx', 'export default', 'this is no JavaScript'],
  },
};

let folder: string;
let tarballs: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-examples-'));
  tarballs = await pack(join(folder, 'packed'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The machine's own programs, without those of this repository. */
const programs = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((each) => !each.includes('node_modules'))
  .join(delimiter);
const env = {
  PATH: programs,
  HOME: process.env.HOME,
  LANG: process.env.LANG,
  npm_config_cache: process.env.npm_config_cache,
  npm_config_registry: process.env.npm_config_registry,
};

/** A person in a folder. */
class Person {
  readonly root: string;
  readonly port: number;

  constructor(root: string, port: number) {
    this.root = root;
    this.port = port;
  }

  async types(program: string, ...words: string[]) {
    return new Promise<{ code: number; text: string; seconds: number }>((resolve) => {
      const began = Date.now();
      execFile(
        program,
        words,
        { cwd: this.root, env, maxBuffer: 64e6, timeout: 300_000 },
        (error, stdout, stderr) =>
          resolve({
            code: error === null ? 0 : Number(error.code ?? 1),
            text: `${stdout}${stderr}`,
            seconds: (Date.now() - began) / 1000,
          }),
      );
    });
  }

  async edits([file, from, to]: readonly [string, string, string]): Promise<void> {
    const before = await readFile(join(this.root, file), 'utf8');
    expect(before).toContain(from);
    await writeFile(join(this.root, file), before.replace(from, to));
  }

  deploys() {
    return this.types('npx', 'conductor', 'deploy', '--port', String(this.port));
  }

  async looksAt(path: string): Promise<{ status: number; text: string; release: string | null }> {
    const answer = await fetch(`http://localhost:${this.port}${path}`);
    return { status: answer.status, text: await answer.text(), release: answer.headers.get('x-release') };
  }

  /** Asks 50 times a second until `work` has ended; what was not answered with 200. */
  async visitsWhile<T>(
    path: string,
    work: Promise<T>,
  ): Promise<{ result: T; visits: number; failed: string[] }> {
    const failed: string[] = [];
    const under: Promise<void>[] = [];
    let ended = false;
    const done = work.finally(() => {
      ended = true;
    });
    while (!ended) {
      under.push(
        this.looksAt(path).then(
          ({ status }) => void (status === 200 || failed.push(String(status))),
          (error: Error) => void failed.push(String(error.cause ?? error)),
        ),
      );
      await sleep(20);
    }
    await Promise.all(under);
    return { result: await done, visits: under.length, failed };
  }
}

const succeeds = ([program = '', ...words]: readonly string[]) =>
  new Promise<boolean>((resolve) => execFile(program, words, { env }, (error) => resolve(error === null)));

/** Why this machine cannot tell how an example fares; empty where it can. */
async function lackOf({ needs = [], reaches }: Example): Promise<string> {
  for (const program of needs)
    if (!(await succeeds(['sh', '-c', `command -v ${program}`]))) return `this machine has no ${program}`;
  if (reaches && !(await succeeds(reaches))) return `this machine cannot do: ${reaches.join(' ')}`;
  return '';
}

describe.each(Object.entries(examples))('examples/%s', (name, example) => {
  const { beside = [], says, change, breakIt, path } = example;
  let person: Person;
  let lack: string;
  beforeAll(async () => {
    lack = await lackOf(example);
    person = new Person(join(folder, name), await freePort());
    const own = join(repository, 'examples', name);
    await cp(own, person.root, {
      recursive: true,
      filter: (file) =>
        !/node_modules|\.next|dist|\.conductor|conductor\.config\.ts/.test(file.slice(own.length)),
    });
    await person.types('git', 'init', '--quiet');
  });
  afterAll(async () => {
    if (lack === '') await person.types('npx', 'conductor', 'stop');
  });

  it('is live after install, init and deploy', async ({ skip }) => {
    skip(lack !== '', lack);
    const packages = ['conductor-deploy', ...beside].map((each) => tarballs[each]!);
    const install = await person.types(
      'npm',
      'install',
      '--save-dev',
      '--no-audit',
      '--no-fund',
      ...packages,
    );
    expect(install.code, install.text).toBe(0);
    const init = await person.types('npx', 'conductor', 'init', '--yes');
    expect(init.code, init.text).toBe(0);
    // The example shows what it wrote.
    const written = await readFile(join(person.root, 'conductor.config.ts'), 'utf8');
    await expect(written).toMatchFileSnapshot(join(repository, 'examples', name, 'conductor.config.ts'));

    const deploy = await person.deploys();
    expect(deploy.code, deploy.text).toBe(0);
    console.log(
      `${name}: installed in ${install.seconds.toFixed(1)} s, live ${deploy.seconds.toFixed(1)} s after \`deploy\``,
    );
    expect(init.seconds + deploy.seconds).toBeLessThan(60);
    const { status, text, release } = await person.looksAt(path);
    expect([status, text]).toEqual([200, expect.stringContaining(says)]);
    expect(release).toMatch(/^v\d{8}_\d{6}$/);
  });

  it('changes without losing a request', async ({ skip }) => {
    skip(lack !== '', lack);
    const before = await person.looksAt(path);
    await person.edits(change);
    const { result, visits, failed } = await person.visitsWhile(path, person.deploys());
    expect(result.code, result.text).toBe(0);
    expect(failed).toEqual([]);
    expect(visits).toBeGreaterThan(50);
    const after = await person.looksAt(path);
    expect(after.text).not.toBe(before.text);
    expect(after.release).not.toBe(before.release);
  });

  it('broken, is refused with exit 4 while the release before serves', async ({ skip }) => {
    skip(lack !== '', lack);
    const before = await person.looksAt(path);
    await person.edits(breakIt);
    const { result, failed } = await person.visitsWhile(path, person.deploys());
    expect(result.code, result.text).toBe(4);
    expect(failed).toEqual([]);
    expect(await person.looksAt(path)).toEqual(before);
    const status = await person.types('npx', 'conductor', 'status');
    expect(status.text).toContain(before.release);
  });
});
