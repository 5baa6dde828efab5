import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Seen, underLoad } from './local/load.ts';
import { image, noServers } from './swarm/server.ts';
import { replicas, Swarm, until } from './swarm/swarm.ts';

const execute = promisify(execFile);
const full = process.env.CONDUCTOR_STORIES === 'full';
const reason = full ? noServers() : 'the full stories have it (CONDUCTOR_STORIES=full)';
const changes = 3;
// Who is refused a WebSocket or a stream asks again at once: as a count that would say nothing.
const kinds = ['slow', 'upload'];
/** Ports of the first server that the other ways answer at. */
const ports = { swarm: 8081, compose: 8082 } as const;

/** Asks for the addresses of the replicas each second, as closely as it can. */
const caddyfile = `{
  admin off
  auto_https off
}
:80 {
  reverse_proxy {
    dynamic a {
      name tasks.plain
      port 8080
      refresh 1s
    }
  }
}
`;

const composeFile = (version: number) => `version: '3.8'
services:
  web:
    image: plain:${version}
    environment: { PORT: '8080', HOST: 0.0.0.0, CONDUCTOR_RELEASE: '${version}' }
    ports: ['${ports.compose}:8080']
    stop_grace_period: 5s
`;

describe('beside what else there is for the same sample on the same servers', () => {
  if (reason !== null) {
    test('ours loses no request', ({ skip }) => skip(reason));
    return;
  }
  let swarm: Swarm;
  let folder: string;
  const rows: Record<string, Record<string, string | number>> = {};

  beforeAll(async () => {
    swarm = await Swarm.open();
    folder = mkdtempSync(join(tmpdir(), 'compared-'));
    // The image of each version on each server: no way has to fetch one.
    for (let version = 0; version <= changes; version++) {
      swarm.changed();
      await swarm.host.docker('build', '--quiet', '--tag', `plain:${version}`, swarm.project.root);
    }
    const archive = join(folder, 'images.tar');
    const names = Array.from({ length: changes + 1 }, (_, version) => `plain:${version}`);
    await swarm.host.docker('save', '--output', archive, ...names);
    for (const server of [swarm.second, swarm.third])
      await server.docker('load', '--quiet', '--input', archive);
    rmSync(archive);
  }, 600_000);

  afterAll(async () => {
    await swarm?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
    console.table(rows);
  }, 120_000);

  /** Changes from version to version under load. */
  const measured = async (
    way: string,
    url: string,
    change: (version: number) => Promise<unknown>,
  ): Promise<Seen> => {
    let seconds = 0;
    const seen = await underLoad(url, { kinds }, async () => {
      for (let version = 1; version <= changes; version++) {
        const began = performance.now();
        await change(version);
        seconds = Math.max(seconds, (performance.now() - began) / 1_000);
      }
    });
    const sent = Object.values(seen.counts).reduce((sum, count) => sum + count, 0);
    rows[way] = {
      changes,
      sent,
      lost: seen.failed,
      'of them': Object.entries(seen.lost)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', '),
      'longest gap (ms)': seen.longestGapMs,
      'slowest change (s)': Number(seconds.toFixed(1)),
    };
    return seen;
  };

  test('ours', async () => {
    await swarm.change('deploy');
    const seen = await measured('conductor deploy', swarm.url, async () => {
      swarm.changed();
      await swarm.change('deploy');
    });
    expect(seen.failures).toEqual([]);
    expect(seen.longestGapMs).toBeLessThanOrEqual(250);
  });

  // Swarm's own port for a service needs IPVS, which not every kernel has: in its place a proxy asks its DNS for the replicas.
  test('docker service update --update-order start-first', async () => {
    const { host } = swarm;
    writeFileSync(join(folder, 'Caddyfile'), caddyfile);
    await host.docker('config', 'create', 'caddyfile', join(folder, 'Caddyfile'));
    await host.docker('network', 'create', '--driver', 'overlay', 'plain');
    const health =
      "fetch('http://127.0.0.1:8080/health').then((a)=>process.exit(a.ok?0:1),()=>process.exit(1))";
    await host.docker(
      ...['service', 'create', '--quiet', '--detach', '--name', 'plain', '--network', 'plain'],
      ...['--replicas', String(replicas), '--endpoint-mode', 'dnsrr', '--no-resolve-image'],
      ...['--env', 'PORT=8080', '--env', 'HOST=0.0.0.0', '--env', 'CONDUCTOR_RELEASE=0'],
      ...['--health-cmd', `node -e "${health}"`, '--health-interval', '5s', '--stop-grace-period', '5s'],
      ...['--update-order', 'start-first', '--update-failure-action', 'rollback', 'plain:0'],
    );
    await host.docker(
      ...[
        'service',
        'create',
        '--quiet',
        '--detach',
        '--name',
        'front',
        '--network',
        'plain',
        '--no-resolve-image',
      ],
      ...['--constraint', `node.hostname==${host.name}`, '--config', 'source=caddyfile,target=/Caddyfile'],
      ...['--publish', `published=${ports.swarm},target=80,mode=host`],
      ...[image, 'caddy', 'run', '--config', '/Caddyfile', '--adapter', 'caddyfile'],
    );
    const url = `http://${host.address}:${ports.swarm}`;
    await until('it answers', async () => (await fetch(url)).ok);
    const seen = await measured('swarm, start-first', url, (version) =>
      host.docker(
        ...['service', 'update', '--quiet', '--no-resolve-image', '--image', `plain:${version}`],
        ...['--env-add', `CONDUCTOR_RELEASE=${version}`, 'plain'],
      ),
    );
    expect(seen.releases).toBeGreaterThan(1);
    await host.docker('service', 'rm', 'plain', 'front');
  });

  test('docker-compose up --detach', async ({ skip }) => {
    const places = (process.env.PATH ?? '').split(delimiter);
    if (!places.some((place) => existsSync(join(place, 'docker-compose')))) {
      rows['docker-compose up'] = { 'of them': 'not measured: no docker-compose here' };
      skip('needs docker-compose (Debian: apt-get install docker-compose)');
    }
    const { host } = swarm;
    const file = join(folder, 'compose.yml');
    const up = (version: number) => {
      writeFileSync(file, composeFile(version));
      return execute('docker-compose', [
        '-H',
        `unix://${host.socket}`,
        '-p',
        'plain',
        '-f',
        file,
        'up',
        '-d',
      ]);
    };
    await up(0);
    const url = `http://${host.address}:${ports.compose}`;
    await until('it answers', async () => (await fetch(url)).ok);
    const seen = await measured('docker-compose up', url, up);
    expect(seen.releases).toBeGreaterThan(1);
    execFileSync('docker-compose', ['-H', `unix://${host.socket}`, '-p', 'plain', '-f', file, 'down'], {
      stdio: 'ignore',
    });
  });
});
