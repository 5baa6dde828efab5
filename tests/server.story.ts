import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from './local/project.ts';
import { image, loadImage, Network, noServers, type Server } from './swarm/server.ts';
import { noSsh, Ssh } from './swarm/ssh.ts';

const reason = noServers() ?? noSsh();

/** An environment whose host is the first server, by root: no account of this machine is changed. */
const config = (
  host: Server,
  others: readonly Server[] = [],
) => `import { defineConfig, swarm } from 'conductor-deploy';
export default defineConfig({
  project: 'sample',
  services: { web: { start: 'node server.ts', dockerfile: 'Dockerfile', paths: ['/'], health: { path: '/health' } } },
  environments: {
    server: {
      target: swarm({
        host: 'ssh://root@${host.address}',
        nodes: [${others.map(({ address }) => `'ssh://root@${address}'`).join(', ')}],
        images: { switch: '${image}', edge: '${image}' },
      }),
      checks: { only: ['target'] },
    },
  },
});
`;

describe('servers of one’s own, by ssh', () => {
  if (reason !== null) {
    test('are added, listed, drained and removed', ({ skip }) => skip(reason));
    return;
  }
  let network: Network;
  let ssh: Ssh;
  let first: Server;
  let second: Server;
  let project: Project;

  beforeAll(async () => {
    network = await Network.open();
    [first, second] = [await network.add(), await network.add()];
    await loadImage([first]);
    ssh = new Ssh(join(network.folder, 'ssh'));
    await ssh.serve(first);
    await ssh.serve(second);
    project = await Project.sample();
    project.write('conductor.config.ts', config(first));
    project.env.PATH = ssh.path;
  }, 600_000);

  afterAll(async () => {
    await ssh?.close();
    await network?.close();
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  /** Runs an action; the rest of the words are as they are typed. */
  const server = async (...words: string[]) => {
    const said = await project.run(['server', ...words, '--json']);
    return { ...said, json: () => JSON.parse(said.stdout) };
  };
  const add = (which: Server, ...more: string[]) =>
    server('add', `ssh://root@${which.address}`, '--account', 'root', '--firewall-elsewhere', ...more);
  const runningOn = async (which: Server): Promise<number> =>
    (await which.docker('ps', '--quiet', '--filter', 'label=conductor.service=web'))
      .split('\n')
      .filter(Boolean).length;

  test('the first one becomes a swarm, and its edge answers', async () => {
    const { code, stderr, json } = await add(first);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ ready: true, role: 'manager', advertised: first.address, config: [] });
    expect(json().done).toContain('starts the edge');
    const answer = await fetch(`http://${first.address}/`);
    expect([answer.status, await answer.text()]).toEqual([503, 'Nothing is deployed here.\n']);
    const again = await add(first);
    expect(again.code, again.stderr).toBe(0);
    expect(again.json().done).toEqual([]);
  });

  test('the next one joins it, and has the image of what runs', async () => {
    // As a deploy makes them, but for what they do.
    const id = await first.docker('image', 'inspect', '--format', '{{.Id}}', image);
    const labels = { project: 'sample', environment: 'server', role: 'service', service: 'web' };
    const words = Object.entries(labels).flatMap(([name, value]) => {
      const one = `conductor.${name}=${value}`;
      return ['--label', one, '--container-label', one];
    });
    const sleeper = ['node', '-e', 'process.once("SIGTERM",()=>process.exit(0));setInterval(()=>{},1000)'];
    await first.docker(
      ...['service', 'create', '--detach', '--name', 'sample-server-web-1', '--endpoint-mode', 'dnsrr'],
      ...['--replicas', '2', ...words, id, ...sleeper],
    );
    const { code, stderr, json } = await add(second, '--advertise', second.address);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({
      ready: true,
      role: 'worker',
      advertised: second.address,
      config: [`nodes: ['ssh://root@${second.address}'],`],
    });
    expect(await second.docker('image', 'inspect', '--format', '{{.Id}}', id)).toBe(id);
    project.write('conductor.config.ts', config(first, [second]));
    const again = await add(second);
    expect([again.code, again.json().done, again.json().config]).toEqual([0, [], []]);
  });

  test('what runs where is listed; what ran on one that is drained runs on the other', async () => {
    await first.docker('service', 'scale', '--detach=false', 'sample-server-web-1=4');
    expect(await runningOn(second)).toBeGreaterThan(0);
    const listed = (await server('list')).json();
    expect(listed).toMatchObject({
      environment: 'server',
      servers: [
        { name: first.name, address: first.address, host: true, role: 'leader', state: 'ready' },
        { name: second.name, address: second.address, host: false, role: 'worker', state: 'ready' },
      ],
      managers: 1,
    });
    expect(listed.servers[1].runs).toEqual([{ name: 'web', replicas: await runningOn(second) }]);
    const { code, stderr, json } = await server('drain', second.name);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ server: second.name, moved: ['sample-server-web-1'] });
    expect([await runningOn(first), await runningOn(second)]).toEqual([4, 0]);
    expect((await server('activate', second.address)).code).toBe(0);
    expect((await server('drain', first.name)).json().error.code).toBe('server.pinned');
  });

  test('one is removed, and could be added again', async () => {
    const { code, stderr, json } = await server('remove', second.name);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ server: second.name, left: true, config: 'nodes: [],' });
    expect(await second.docker('info', '--format', '{{.Swarm.LocalNodeState}}')).toBe('inactive');
    expect((await server('list')).json().servers).toHaveLength(1);
    const again = await add(second);
    expect(again.code, again.stderr).toBe(0);
  });
});
