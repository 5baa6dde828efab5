import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import { Output } from '../../src/cli/output.ts';
import { run } from '../../src/cli/run.ts';
import { swarmTarget } from '../../src/targets/swarm/index.ts';
import { serversOf } from '../../src/targets/swarm/server/place.ts';
import { createSwarm } from '../../src/targets/swarm/target.ts';
import { EngineTwin } from './engine-twin.ts';
import { type Machine, ServerTwin } from './server-twin.ts';

export const host = '203.0.113.10';

/** A project, machines that ssh reaches, and their engines, of which the first is that of the host. */
export class ServerBench {
  readonly servers = new ServerTwin();
  readonly engine: EngineTwin;
  /** The host: as a provider makes it. */
  readonly machine: Machine;
  readonly folder = mkdtempSync(path.join(tmpdir(), 'conductor-server-'));

  private constructor(engine: EngineTwin) {
    this.engine = engine;
    this.machine = this.servers.machine(host);
    this.machine.engineAt(engine.socket);
  }

  static async open(): Promise<ServerBench> {
    const engine = await new EngineTwin({ clock: new VirtualClock() }).start();
    engine.leaveSwarm();
    engine.registry.add('example.com/caddy:2');
    const bench = new ServerBench(engine);
    vi.stubEnv('PATH', bench.servers.path);
    vi.stubEnv('CONDUCTOR_AGE_KEY', undefined);
    return bench;
  }

  async close(): Promise<void> {
    vi.unstubAllEnvs();
    this.servers.close();
    await this.engine.close();
    rmSync(this.folder, { recursive: true, force: true });
    expect(this.engine.violations).toEqual([]);
  }

  /** Writes a config, whose environments are on these targets. */
  describe(environments: Readonly<Record<string, string>>): void {
    const all = Object.entries(environments).map(
      ([name, target]) => `${name}: { target: ${target}, checks: { only: ['target'] } }`,
    );
    writeFileSync(
      path.join(this.folder, 'conductor.config.ts'),
      `export default { project: 'shop', services: { web: { start: 'node web.ts', paths: ['/'], dockerfile: 'Dockerfile' } },
      environments: { ${all.join(', ')} } };`,
    );
  }

  /** Runs a command in the project, as a person without a terminal would. */
  async conductor(line: string) {
    const said = { out: '', error: '' };
    const { clock } = this.engine;
    const code = await run(line.split(' '), {
      folder: this.folder,
      output: new Output(
        {
          write: (text) => {
            said.out += text;
          },
        },
        {
          write: (text) => {
            said.error += text;
          },
        },
        { NO_COLOR: '1' },
      ),
      interrupt: new AbortController().signal,
      ask: undefined,
      kinds: [
        {
          ...swarmTarget,
          create: (context) => createSwarm(context as never, { clock }),
          servers: async () => serversOf(null, { clock }),
        },
        { ...swarmTarget, kind: 'elsewhere', servers: undefined } as never,
      ],
    });
    return { code, stdout: said.out, stderr: said.error, json: () => JSON.parse(said.out) };
  }
}

/** The target of an environment on the host. */
export const swarm = (settings: object = {}): string =>
  JSON.stringify({
    kind: 'swarm',
    settings: { host: `ssh://deploy@${host}`, images: { edge: 'example.com/caddy:2' }, ...settings },
  });

/** What was said with that mark. */
export const titles = (stderr: string, mark: '✓' | '!' | '✗'): string[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith(`${mark} `))
    .map((line) => line.slice(2));
