import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../src/targets/local/host/ports.ts';

const room = join(import.meta.dirname, '..');

/** What a command of Conductor came to. */
export interface Ran {
  /** From the start of its process to its exit. */
  readonly seconds: number;
  /** Lines for people, each with the seconds at which it was said. */
  readonly said: readonly { readonly at: number; readonly line: string }[];
  /** The last line of its result. */
  readonly result: string;
}

const server = `import { createServer } from 'node:http';
const { PORT, HOST, CONDUCTOR_RELEASE } = process.env;
const server = createServer((_request, response) => response.setHeader('X-Release', CONDUCTOR_RELEASE ?? '').end('ok'));
server.listen(Number(PORT), HOST);
process.once('SIGTERM', () => server.close(() => process.exit(0)).closeIdleConnections());
`;

/** A small project in a folder of its own: one server, in git, with checks reduced to none. It is deployed to this machine. */
export class BenchProject {
  readonly root: string;
  readonly port: number;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(port: number) {
    this.port = port;
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), 'conductor-bench-')));
    this.root = join(this.#folder, 'project');
    this.#env = { ...process.env, XDG_RUNTIME_DIR: join(this.#folder, 'run'), NO_COLOR: '1' };
    mkdirSync(join(this.#folder, 'run'), { mode: 0o700 });
  }

  /** `web` is added to the service's description, `files` to the project's. */
  static async open(web = '', files: Readonly<Record<string, string>> = {}): Promise<BenchProject> {
    const project = new BenchProject(await freePort(new Set()));
    project.write({
      '.gitignore': 'node_modules/\n.conductor/\n',
      'package.json': '{ "type": "module", "private": true }\n',
      'conductor.config.ts': `import { defineConfig, local } from 'conductor-deploy';
export default defineConfig({
  project: 'trivial',
  services: { web: { start: 'node server.js', paths: ['/'], health: { path: '/health' }, drain: 1, ${web} } },
  environments: { local: { target: local({ port: ${project.port} }), bake: 0, checks: { only: [] } } },
});
`,
      'server.js': server,
      ...files,
    });
    mkdirSync(join(project.root, 'node_modules'));
    symlinkSync(room, join(project.root, 'node_modules', 'conductor-deploy'));
    project.#git('init', '-q');
    project.commit();
    return project;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      writeFileSync(join(this.root, file), content);
    }
  }

  commit(): void {
    this.#git('add', '-A');
    this.#git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-q', '-m', 'Change');
  }

  /** Runs a command of Conductor. @throws with all that it said, when it did not end well */
  async conductor(...words: string[]): Promise<Ran> {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1_000;
    const child = spawn(process.execPath, [join(room, 'src/main.js'), ...words], {
      cwd: this.root,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let result = '';
    child.stdout.on('data', (piece: Buffer) => {
      result += piece;
    });
    const said: { at: number; line: string }[] = [];
    for await (const line of createInterface({ input: child.stderr })) said.push({ at: seconds(), line });
    const code = await ended;
    const whole = seconds();
    if (code !== 0) {
      throw new Error(`${words.join(' ')} ended with ${code}:\n${said.map(({ line }) => line).join('\n')}`);
    }
    return { seconds: whole, said, result: result.trimEnd().split('\n').at(-1) ?? '' };
  }

  /** Starts its server without Conductor, on another port, and gives its process. */
  serveAlone(port: number) {
    const env = { ...this.#env, PORT: String(port), HOST: '127.0.0.1' };
    return spawn(process.execPath, ['server.js'], { cwd: this.root, env, stdio: 'ignore' });
  }

  async close(): Promise<void> {
    try {
      await this.conductor('stop');
    } finally {
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
    }
  }

  #git(...args: string[]): void {
    execFileSync('git', ['-C', this.root, ...args], { stdio: 'ignore' });
  }
}
