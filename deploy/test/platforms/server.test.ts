import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineTwin } from './engine-twin.ts';
import { host, ServerBench, swarm, titles } from './server-bench.ts';
import type { Machine } from './server-twin.ts';

const root = `ssh://root@${host}`;

describe('conductor server add, of the first one', () => {
  let bench: ServerBench;
  let engine: EngineTwin;
  let machine: Machine;
  beforeEach(async () => {
    bench = await ServerBench.open();
    ({ engine, machine } = bench);
  });
  afterEach(() => bench.close());
  const conductor = (line: string) => bench.conductor(line);

  it('says of a bare machine what is missing and what mends it, and changes nothing', async () => {
    const { code, stderr } = await conductor(`server add ${root}`);
    expect(code).toBe(3);
    expect(titles(stderr, '✓')).toEqual([
      'Debian GNU/Linux 12 (bookworm) on x86_64',
      "50 GB free where Docker's images and the stores lie",
      '3.8 GB of memory',
      'Its clock is right, and kept so',
      'Ports 80 and 443 are free',
      'Root is let in by a key only',
    ]);
    expect(titles(stderr, '✗')).toEqual([
      'It has no firewall: everybody may speak to the swarm itself',
      'Docker is not installed',
      'There is no account deploy, by which deploys reach the engine',
      'Something is missing, and it is not added.',
    ]);
    expect(titles(stderr, '!')).toEqual(['Security updates do not come by themselves']);
    for (const line of [
      'apt-get -o DPkg::Lock::Timeout=300 install --yes --install-recommends docker.io',
      "adduser --disabled-password --gecos '' deploy",
      'usermod --append --groups docker deploy',
      'ufw allow 22/tcp',
      'ufw allow 443/tcp',
      'ufw --force enable',
    ])
      expect(stderr).toContain(`${line}\n`);
    expect(stderr).toContain(`conductor server add ${root} --install`);
    expect(machine.told).toEqual([]);
    expect(engine.cluster.active).toBe(false);
  });

  it('makes a bare machine the first server, and does nothing the second time', async () => {
    const first = await conductor(`server add ${root} --install --json`);
    expect(first.code, first.stderr).toBe(0);
    expect(first.json()).toMatchObject({
      environment: null,
      ready: true,
      role: 'manager',
      config: [`target: swarm({ host: 'ssh://deploy@${host}' }),`],
    });
    expect(first.json().findings.map(({ level }: { level: string }) => level)).not.toContain('failure');
    expect(first.stderr).toContain(`target: swarm({ host: 'ssh://deploy@${host}' }),`);
    expect(engine.cluster.active).toBe(true);
    // Those who deploy are those who were let in as root.
    expect(machine.read('home/deploy/.ssh/authorized_keys')).toBe(machine.read('root/.ssh/authorized_keys'));
    expect(machine.read('state/ufw-rules').trim().split('\n')).toEqual([
      'ufw allow 22/tcp',
      'ufw allow 80/tcp',
      'ufw allow 443/tcp',
    ]);

    const told = machine.told.length;
    const again = await conductor(`server add ${root} --install --json`);
    expect(again.code, again.stderr).toBe(0);
    expect(again.json()).toMatchObject({ ready: true, done: [], role: 'manager' });
    expect(machine.told).toHaveLength(told);
  });

  it('gives the swarm the private address, or the one that is named', async () => {
    const said = await conductor(`server add ${root} --install`);
    expect(said.stderr).toContain('makes it the first of a swarm, at 10.0.0.10');
    // Containers get networks that are not the provider's private one.
    const pool = () => engine.requests.findLast(({ path }) => path.endsWith('/swarm/init'))!.body as object;
    expect(pool()).toMatchObject({ DefaultAddrPool: ['10.200.0.0/16'] });
    engine.leaveSwarm();
    const named = await conductor(`server add ${root} --advertise ${host}`);
    expect(named.stderr).toContain(`makes it the first of a swarm, at ${host}`);
    engine.leaveSwarm();
    const wrong = await conductor(`server add ${root} --advertise 192.0.2.1`);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining(`it has ${host}, 10.0.0.10`)]);
  });

  it('starts the edge where an environment is described, and takes its account from there', async () => {
    bench.describe({
      here: JSON.stringify({ kind: 'elsewhere', settings: { host: 'ssh://a' } }),
      production: swarm({ host: `ssh://ops@${host}` }),
    });
    const { code, stderr, json } = await conductor(`server add ${root} --install --json`);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ environment: 'production', ready: true, config: [] });
    expect(json().done).toContain('starts the edge');
    expect(machine.told).toContain('usermod --append --groups docker ops');
    expect(engine.look().services.map(({ spec }) => spec.Name)).toEqual(['conductor-edge']);
    machine.set('state/edge', 'd54ae0f1\n');
    machine.set(
      'state/listening',
      'LISTEN 0 4096 0.0.0.0:80 0.0.0.0:* users:(("docker-proxy",pid=9,fd=4))\n',
    );
    const again = await conductor(`server add production ${root} --install --json`);
    expect(again.code, again.stderr).toBe(0);
    expect(again.json().done).toEqual([]);
    expect(again.stderr).toContain('Ports 80 and 443 are held by the edge');

    // Another image in the settings: the one command that starts it again for everybody on the server.
    engine.registry.add('example.com/caddy:3');
    bench.describe({
      production: swarm({ host: `ssh://ops@${host}`, images: { edge: 'example.com/caddy:3' } }),
    });
    const before = engine.look().services[0]!.spec.TaskTemplate.ContainerSpec!.Image;
    // As the check says it: by the account of the deploys.
    const renewed = await conductor(`server add production ssh://ops@${host} --json`);
    expect(renewed.code, renewed.stderr).toBe(0);
    expect(renewed.json().done).toEqual([
      'starts the edge again, as it is to be now: visitors wait for a second',
    ]);
    expect(engine.look().services[0]!.spec.TaskTemplate.ContainerSpec!.Image).not.toBe(before);
    expect((await conductor(`server add production ${root} --json`)).json().done).toEqual([]);
  });

  it('goes on where it was killed half-way', async () => {
    machine.set('state/killed-at-docker.io', '');
    const killed = await conductor(`server add ${root} --install`);
    expect(killed.code).toBe(7);
    expect(killed.stderr).toContain(`What was begun on ${host} has failed (installs Docker)`);
    expect(machine.has('state/ufw-active')).toBe(true);
    const again = await conductor(`server add ${root} --install`);
    expect(again.code, again.stderr).toBe(0);
    expect(machine.told.filter((line) => line === 'ufw --force enable')).toHaveLength(1);
    expect(machine.told.filter((line) => line === 'dpkg --configure --pending').length).toBeGreaterThan(1);
  });

  it('waits until a new machine has brought itself up to date', async () => {
    machine.set('state/installing', '4');
    machine.set('state/fetching', '3');
    const before = engine.clock.now();
    const { code, stderr } = await conductor(`server add ${root} --install`);
    expect(code, stderr).toBe(0);
    expect(stderr.match(/… waits for .*/g)).toEqual(['… waits for a program that is installing there']);
    expect(engine.clock.now() - before).toBeGreaterThan(10_000);
  });

  it('gives up after ten minutes when another program never ends installing', async () => {
    machine.set('state/fetching', '1000');
    const before = engine.clock.now();
    const { code, stderr } = await conductor(`server add ${root} --install`);
    expect(code, stderr).toBe(7);
    expect(stderr).toContain('… waits for unattended-upgr that is installing there');
    expect(stderr).toContain('It is held by process 4084 (unattended-upgr)');
    expect(engine.clock.now() - before).toBe(600_000);
  });

  it('completes an account that was half made, and keeps the keys that it has', async () => {
    machine.set('state/accounts/deploy', 'deploy\n');
    expect(machine.has('home/deploy')).toBe(false);
    const { code, stderr } = await conductor(`server add ${root} --install`);
    expect(code, stderr).toBe(0);
    expect(machine.told.filter((line) => line.startsWith('adduser'))).toEqual([]);
    machine.set('home/deploy/.ssh/authorized_keys', 'ssh-ed25519 AAAAci ci@example.com\n');
    const again = await conductor(`server add ${root} --install`);
    expect(again.code, again.stderr).toBe(0);
    expect(machine.read('home/deploy/.ssh/authorized_keys').trim().split('\n')).toHaveLength(3);
  });

  it.each<[string, (machine: Machine) => void, string | RegExp, string]>([
    [
      'an old Ubuntu',
      (one) => one.system('ubuntu', '20.04', 'Ubuntu 20.04.6 LTS'),
      'Ubuntu 20.04.6 LTS is not among what can be a server',
      'Ubuntu 22.04 and newer',
    ],
    [
      'a strange processor',
      (one) => one.set('state/architecture', 'armv7l'),
      'Its processor is armv7l',
      'aarch64',
    ],
    [
      'a full disk',
      (one) => one.set('state/disk', String(2 * 1024 ** 2)),
      "2 GB free where Docker's images and the stores lie: 5 GB are the least",
      'docker system prune',
    ],
    [
      'little memory',
      (one) => one.set('proc/meminfo', 'MemTotal: 512000 kB\nSwapTotal: 0 kB\n'),
      '0.4 GB of memory: 1 GB is the least',
      'Take a machine with 2 GB',
    ],
    [
      'port 80 held by nginx',
      (one) => one.set('state/listening', 'LISTEN 0 511 *:80 *:* users:(("nginx",pid=5,fd=6))\n'),
      'Port 80 is held by nginx',
      'systemctl disable --now nginx',
    ],
    [
      'a clock of its own that is wrong here',
      (one) => one.set('state/offset', '90'),
      /^Its clock is (89|90|91) s ahead of this machine's, and that is synchronised/,
      'Set the clock of this machine',
    ],
    [
      'a clock that is wrong, and not its own to set',
      (one) => {
        one.set('state/offset', '90');
        one.set('state/clock', 'CanNTP=no\nNTP=no\nNTPSynchronized=no\n');
        one.set('state/container', 'lxc\n');
      },
      /^Its clock is (89|90|91) s ahead of this machine's, and it is a container/,
      'under which it runs',
    ],
    [
      'a program that a firewall would cut off',
      (one) =>
        one.set('state/listening', 'LISTEN 0 100 0.0.0.0:25 0.0.0.0:* users:(("master",pid=7,fd=13))\n'),
      'It has no firewall, and one would cut off master on port 25',
      'ufw allow 25/tcp',
    ],
  ])('does not take a machine with %s, also with --install', async (_, make, title, fix) => {
    make(machine);
    const { code, stderr } = await conductor(`server add ${root} --install`);
    expect(code, stderr).toBe(3);
    expect(
      titles(stderr, '✗').some((one) =>
        typeof title === 'string' ? one.startsWith(title) : title.test(one),
      ),
      stderr,
    ).toBe(true);
    expect(stderr).toContain(fix);
    expect(engine.cluster.active).toBe(false);
  });

  it('sets a clock that is 90 s off', async () => {
    machine.set('state/offset', '-90');
    machine.set('state/clock', 'CanNTP=no\nNTP=no\nNTPSynchronized=no\n');
    const looked = await conductor(`server add ${root}`);
    expect(titles(looked.stderr, '✗')).toContainEqual(
      expect.stringMatching(/^Its clock is (89|90|91) s behind this machine's$/),
    );
    const { code, stderr } = await conductor(`server add ${root} --install`);
    expect(stderr).toContain('… sets the clock');
    expect(machine.told).toContain('timedatectl set-ntp true');
    expect(machine.has('state/packages-systemd-timesyncd')).toBe(true);
    expect(code, stderr).toBe(0);
  });

  it('keeps a clock right that nothing kept, once', async () => {
    machine.set('state/clock', 'CanNTP=no\nNTP=no\nNTPSynchronized=no\n');
    const first = await conductor(`server add ${root} --install --json`);
    expect(first.code, first.stderr).toBe(0);
    expect(first.json().done).toContain('keeps the clock right');
    expect(titles(first.stderr, '✓')).toContain('Its clock is right, and kept so');
    const again = await conductor(`server add ${root} --install --json`);
    expect([again.code, again.json().done], again.stderr).toEqual([0, []]);
  });

  it.each([
    [
      'no time server answers',
      'CanNTP=yes\nNTP=yes\nNTPSynchronized=no\n',
      'none\n',
      '! Its clock is right, and no time server has answered it yet',
    ],
    [
      'it is a container',
      'CanNTP=no\nNTP=no\nNTPSynchronized=no\n',
      'lxc\n',
      '✓ Its clock is right, and that of the machine under it: it is a container',
    ],
  ])('leaves a clock alone that is right where %s', async (_, clock, container, says) => {
    machine.set('state/clock', clock);
    machine.set('state/container', container);
    const { code, stderr } = await conductor(`server add ${root} --install`);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`${says}\n`);
    expect(machine.told.filter((line) => line.startsWith('timedatectl'))).toEqual([]);
  });

  it('says of a firewall what it does not open, and nothing else', async () => {
    await conductor(`server add ${root} --install`);
    machine.set('state/ufw-rules', 'ufw allow OpenSSH\nufw allow 443/tcp\n');
    const { code, stderr } = await conductor(`server add ${root}`);
    expect([code, titles(stderr, '✗')[0]]).toEqual([3, 'Its firewall does not open 80/tcp to everybody']);
  });

  it('names what Docker opens past the firewall, until that is meant to be', async () => {
    await conductor(`server add ${root} --install`);
    machine.set(
      'state/published',
      [
        'conductor-edge.1.ab12 0.0.0.0:80->80/tcp, :::80->80/tcp, 0.0.0.0:443->443/tcp',
        'grafana 0.0.0.0:3000->3000/tcp, :::3000->3000/tcp',
        'statsd 0.0.0.0:8125->8125/udp, 8126/tcp',
        'admin 127.0.0.1:9000->9000/tcp, [::1]:9000->9000/tcp',
        'worker \n',
      ].join('\n'),
    );
    machine.set('state/published-by-services', 'registry *:5000->5000/tcp\nshop-web \n');
    const { code, stderr } = await conductor(`server add ${root}`);
    expect(code, stderr).toBe(0);
    expect(titles(stderr, '!')).toEqual([
      'Docker opens past the firewall, to everybody: 3000/tcp (grafana), 8125/udp (statsd), 5000/tcp (registry)',
    ]);
    expect(stderr).toContain('say so: ufw allow 3000/tcp\n');
    machine.set(
      'state/ufw-rules',
      `${machine.read('state/ufw-rules')}ufw allow 3000/tcp\nufw allow 8125/udp\nufw allow 5000\n`,
    );
    expect(titles((await conductor(`server add ${root}`)).stderr, '!')).toEqual([]);
    expect((await conductor(`server add ${root} --firewall-elsewhere`)).code).toBe(0);
  });

  it('closes what everybody may reach of the swarm itself, and lets the rest of a firewall be', async () => {
    await conductor(`server add ${root} --install`);
    machine.set(
      'state/ufw-rules',
      'ufw allow OpenSSH\nufw allow 80,443/tcp\nufw allow 2377/tcp\nufw allow 4789/udp\nufw allow from 10.0.0.7 to any port 2377 proto tcp\n',
    );
    const open = await conductor(`server add ${root}`);
    expect(open.code).toBe(3);
    expect(titles(open.stderr, '✗')[0]).toBe('Everybody may speak to the swarm itself (2377, 7946, 4789)');
    expect((await conductor(`server add ${root} --install`)).code).toBe(0);
    expect(machine.read('state/ufw-rules').trim().split('\n')).toEqual([
      'ufw allow OpenSSH',
      'ufw allow 80,443/tcp',
      'ufw allow from 10.0.0.7 to any port 2377 proto tcp',
    ]);
  });

  it('leaves the firewall alone where that is elsewhere, or another one filters', async () => {
    machine.set('state/nft', '\t\ttype filter hook input priority filter; policy drop;\n');
    const other = await conductor(`server add ${root} --install`);
    expect(other.code, other.stderr).toBe(0);
    expect(titles(other.stderr, '!')).toContain(
      'Another firewall than ufw filters there, whose rules are not read here',
    );
    machine.set('state/nft', '');
    const elsewhere = await conductor(`server add ${root} --install --firewall-elsewhere`);
    expect(elsewhere.code, elsewhere.stderr).toBe(0);
    expect(machine.told.filter((line) => line.startsWith('ufw'))).toEqual([]);
  });

  it('becomes root by sudo where it may', async () => {
    const key = machine.read('root/.ssh/authorized_keys').split('\n')[0]!;
    machine.set('state/accounts/ubuntu', 'ubuntu sudo\n');
    mkdirSync(path.join(machine.root, 'home/ubuntu/.ssh'), { recursive: true });
    machine.set('home/ubuntu/.ssh/authorized_keys', `${key}\n`);
    const refused = await conductor(`server add ssh://ubuntu@${host} --install`);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('ubuntu is not root')]);
    machine.set('state/sudo', '');
    const { code, stderr } = await conductor(`server add ssh://ubuntu@${host} --install`);
    expect(code, stderr).toBe(0);
    // Root's own keys are often there to tell that nobody logs in as root.
    expect(machine.read('home/deploy/.ssh/authorized_keys')).toBe(`${key}\n`);
  });

  it.each([
    [
      'ssh: connect to host 203.0.113.10 port 22: Connection refused',
      'server.unreachable',
      'Connection refused',
    ],
    [
      'No ED25519 host key is known for 203.0.113.10 and you have requested strict checking.\nHost key verification failed.',
      'server.host-key',
      'Log in once by hand',
    ],
    [
      '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.',
      'server.host-key',
      'ssh-keygen -R',
    ],
    [
      'root@203.0.113.10: Permission denied (publickey,password).',
      'server.no-key',
      'ssh-copy-id root@203.0.113.10',
    ],
  ])('says why ssh does not get in: %s', async (words, name, hint) => {
    machine.refuse(`${words}\n`);
    const { code, stderr, json } = await conductor(`server add ${root} --json`);
    expect([code, json().error.code]).toEqual([3, name]);
    expect(stderr).toContain(hint);
  });

  it('says what the package manager said', async () => {
    machine.set('state/apt-fails', 'E: Unable to locate package ufw\n');
    const { code, stderr } = await conductor(`server add ${root} --install`);
    expect(code).toBe(7);
    expect(stderr).toContain('has failed (sets up the firewall): E: Unable to locate package ufw');
  });

  it('shows nobody a password that somebody has written into an address', async () => {
    const { code, stderr } = await conductor('server add ssh://root:hunter2@203.0.113.10');
    expect(code).toBe(2);
    expect(stderr).toContain('ssh://root:…@203.0.113.10 is no address that ssh reaches.');
    expect(stderr).not.toContain('hunter2');
  });

  it('is for own servers only', async () => {
    bench.describe({
      test: JSON.stringify({ kind: 'elsewhere', settings: { host: 'ssh://a' } }),
      one: swarm(),
      two: swarm(),
    });
    const elsewhere = await conductor(`server add ${root} test`);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      2,
      expect.stringContaining('test is on elsewhere: it has no servers of its own.'),
    ]);
    const which = await conductor(`server add ${root}`);
    expect([which.code, which.stderr]).toEqual([2, expect.stringContaining('one, two')]);
    for (const wrong of ['root@203.0.113.10', 'ssh://-oProxyCommand=x@a', 'tcp://203.0.113.10']) {
      const { code, json } = await conductor(`server add ${wrong} --json`);
      expect([code, json().error.code]).toEqual([2, 'server.unknown-address']);
    }
  });
});
