import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Release } from '../../../model/release.ts';
import type { Service, Variable } from '../../../model/service.ts';
import type { Store } from '../../../model/store.ts';
import { HostClient } from '../host/client.ts';
import { findHost } from '../host/host-file.ts';
import { freePort } from '../host/ports.ts';
import { LocalTarget } from '../local-target.ts';
import { type LocalPaths, localPaths } from '../paths.ts';

/** A small server whose faults can be chosen, for tests of what becomes of releases that have them. */
const program = `
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
const { PORT, HOST, CONDUCTOR_RELEASE, CONDUCTOR_SERVICE, BEHAVIOUR = 'good', TRACE, TALK, NAMELESS } = process.env;
const trace = (what) => TRACE && appendFileSync(TRACE, what + ' ' + CONDUCTOR_SERVICE + ' ' + CONDUCTOR_RELEASE + ' ' + process.pid + '\\n');
console.log('starting ' + CONDUCTOR_RELEASE + ' as ' + BEHAVIOUR);
if (BEHAVIOUR === 'crash') { console.error('Error: this release is broken'); process.exit(3); }
if (BEHAVIOUR === 'silent') setInterval(() => {}, 1000);
else {
  const server = createServer((req, res) => {
    if (TALK) console.log(TALK);
    if (!NAMELESS) res.setHeader('X-Release', CONDUCTOR_RELEASE);
    if (req.url === '/health') {
      res.writeHead(BEHAVIOUR === 'unhealthy' ? 500 : 200).end();
      if (BEHAVIOUR === 'short-lived') setTimeout(() => process.exit(7), 300).unref();
      if (BEHAVIOUR === 'dies-serving') setTimeout(() => process.exit(7), 1500).unref();
    } else if (req.url === '/slow') setTimeout(() => res.end('slow'), 600);
    else if (req.url === '/env') res.end(JSON.stringify(process.env));
    else if (req.url === '/long') res.write('of ' + process.pid);
    else if (req.url === '/events') res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: ' + process.pid + '\\n\\n');
    else res.end(String(process.pid));
  });
  // A WebSocket: one frame at once, and on any word the rest of a second one that it has begun.
  server.on('upgrade', (req, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n');
    socket.write(Buffer.from('\\x81\\x05hello', 'latin1'));
    if (req.url !== '/half') return;
    socket.write(Buffer.from('\\x81\\x08half', 'latin1'));
    socket.once('data', () => setTimeout(() => socket.write(Buffer.from('done\\x81\\x04next', 'latin1')), 300));
  });
  server.listen(BEHAVIOUR === 'elsewhere' ? 0 : Number(PORT), HOST, () => trace('up'));
  process.on('SIGTERM', () => { server.close(() => { trace('down'); process.exit(0); }); server.closeIdleConnections(); });
}
`;

export type Behaviour =
  | 'good'
  | 'crash'
  | 'silent'
  | 'elsewhere'
  | 'unhealthy'
  | 'short-lived'
  | 'dies-serving';

/** A project in a folder of its own, with its own port and sockets, that leaves nothing behind. */
export class TestPlace {
  readonly folder: string;
  readonly root: string;
  readonly state: string;
  readonly trace: string;
  readonly paths: LocalPaths;
  readonly host: HostClient;
  readonly port: number;
  readonly #runtime = process.env.XDG_RUNTIME_DIR;

  private constructor(port: number, where: string) {
    this.port = port;
    this.folder = realpathSync(mkdtempSync(join(where, 'conductor-local-')));
    this.root = join(this.folder, 'project');
    this.state = join(this.root, '.conductor', 'test', 'target');
    this.trace = join(this.folder, 'trace');
    this.paths = localPaths(this.root, this.state);
    this.host = new HostClient(this.paths, 'test');
    mkdirSync(this.root);
    writeFileSync(join(this.root, 'server.mjs'), program);
    writeFileSync(this.trace, '');
    const runtime = join(this.folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    process.env.XDG_RUNTIME_DIR = runtime;
  }

  /** `where`: the folder in which it makes its own. */
  static async open(where = tmpdir()): Promise<TestPlace> {
    return new TestPlace(await freePort(new Set()), where);
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Process of the host; 0 when there is none. */
  get hostPid(): number {
    return findHost(this.paths.hostFile)?.pid ?? 0;
  }

  target(
    options: {
      port?: number | null;
      stores?: readonly Store[];
      keep?: number;
      warm?: number;
      learn?: (value: string) => void;
    } = {},
  ): LocalTarget {
    const { port = this.port, stores = [], keep = 5, warm = 0, learn } = options;
    return new LocalTarget({
      project: 'test',
      environment: 'test',
      root: this.root,
      state: this.state,
      settings: { keep, warm, ...(port !== null && { port }) },
      stores,
      services: [],
      domains: {},
      credential: async () => undefined,
      ...(learn && { learn }),
      fingerprint: (name, value) => `${name} of ${value.length} characters`,
    });
  }

  service(behaviour: Behaviour = 'good', rest: Partial<Service> = {}): Service {
    const { variables = {}, ...others } = rest;
    const plain = (value: string): Variable => ({ kind: 'plain', value });
    return {
      name: 'web',
      root: '.',
      start: ['node', 'server.mjs'],
      paths: ['/'],
      health: { path: '/health', deadline: ['good', 'dies-serving'].includes(behaviour) ? 20 : 1.5 },
      replicas: 1,
      drain: 5,
      singleton: false,
      variables: { BEHAVIOUR: plain(behaviour), TRACE: plain(this.trace), ...variables },
      ...others,
    };
  }

  release(version: string, rest: Partial<Release> = {}): Release {
    return {
      version,
      commit: null,
      dirty: true,
      environment: 'test',
      createdAt: '2026-01-01T00:00:00.000Z',
      stores: [],
      ...rest,
    };
  }

  async close(): Promise<void> {
    try {
      await this.host.stop();
    } finally {
      if (this.#runtime === undefined) delete process.env.XDG_RUNTIME_DIR;
      else process.env.XDG_RUNTIME_DIR = this.#runtime;
      // A host that could not be stopped ends when its folder is gone.
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}
