import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from './link.ts';

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const groups = '/sys/fs/cgroup';
const release = 'bookworm';
const needed = ['apt-get', 'debootstrap', 'nsenter', 'unshare', 'setpriv', 'iptables'];
/** What is on a machine as providers make it, beside the least that Debian is. */
const provided =
  'systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,iptables,ca-certificates,cron,procps';

/** Why no machines with an init system of their own can be made here; null when they can. */
export async function noMachines(): Promise<string | null> {
  const missing = needed.filter(
    (name) => !env.PATH.split(delimiter).some((folder) => existsSync(join(folder, name))),
  );
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  if (process.getuid?.() !== 0) return 'needs root, to start a system of its own';
  if (!existsSync(join(groups, 'systemd', 'cgroup.procs'))) return 'needs control groups of version 1';
  if (readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim() !== '1')
    return 'needs a machine that forwards (net.ipv4.ip_forward), so that its own reach the packages of Debian';
  const mirror = mirrorOf(release);
  if (mirror === undefined)
    return `needs the packages of Debian ${release} among those of this machine's apt`;
  const answer = await fetch(`${mirror}/dists/${release}/InRelease`, { method: 'HEAD' }).catch(() => null);
  return answer?.ok ? null : `needs ${mirror}`;
}

/** Where this machine has Debian's packages from, as apt knows it: each a site and a release with its updates. */
const sources = (): { readonly site: string; readonly of: string }[] => {
  const words = ['indextargets', '--format', '$(SITE) $(RELEASE)', 'Created-By: Packages'];
  const lines = execFileSync('apt-get', words, { encoding: 'utf8' }).split('\n');
  return [...new Set(lines)].flatMap((line) => {
    const [site, of = ''] = line.split(' ');
    return site && (of === release || of.startsWith(`${release}-`)) ? { site, of } : [];
  });
};

const mirrorOf = (wanted: string): string | undefined => sources().find(({ of }) => of === wanted)?.site;

/** A new machine of a provider's: Debian with its init system, into which root is let by a key. */
export class Machine {
  readonly root: string;
  readonly link: Link;
  #system: ChildProcess | undefined;
  #off: Promise<unknown> = Promise.resolve();

  /** @param root folder of its disk; made */
  constructor(root: string, link: Link) {
    this.root = root;
    this.link = link;
  }

  get address(): string {
    return this.link.address;
  }

  /** Its disk is made. @param key public, of who is let in @returns the host key by which it answers */
  install(key: string): string {
    const place = (name: string) => join(this.root, name);
    execFileSync('debootstrap', [`--include=${provided}`, release, this.root, mirrorOf(release)!], {
      env,
      stdio: 'ignore',
    });
    writeFileSync(
      place('etc/apt/sources.list'),
      sources()
        .map(({ site, of }) => `deb ${site} ${of} main\n`)
        .join(''),
    );
    rmSync(place('etc/resolv.conf'), { force: true });
    writeFileSync(place('etc/resolv.conf'), readFileSync('/etc/resolv.conf'));
    writeFileSync(place('etc/hostname'), `${this.link.namespace}\n`);
    appendFileSync(place('etc/hosts'), `127.0.1.1 ${this.link.namespace}\n`);
    writeFileSync(place('etc/machine-id'), '');
    mkdirSync(place('root/.ssh'), { recursive: true, mode: 0o700 });
    writeFileSync(place('root/.ssh/authorized_keys'), key);
    // There is no screen to log in at.
    symlinkSync('/dev/null', place('etc/systemd/system/console-getty.service'));
    return readFileSync(place('etc/ssh/ssh_host_ed25519_key.pub'), 'utf8');
  }

  /** It is switched on. Whether it has come up its ports tell. */
  async boot(): Promise<void> {
    await this.link.open();
    for (const group of this.#groups) {
      mkdirSync(group, { recursive: true });
      if (!existsSync(join(group, 'cpuset.cpus'))) continue;
      for (const name of ['cpuset.cpus', 'cpuset.mems'])
        writeFileSync(join(group, name), readFileSync(join(group, '..', name)));
      writeFileSync(join(group, 'cgroup.clone_children'), '1');
    }
    const script = join(import.meta.dirname, 'machine.sh');
    const entered = this.#groups.map((group) => `echo $$ >'${group}/cgroup.procs'`).join('\n');
    const system = spawn(
      'sh',
      [
        '-ec',
        `${entered}\nexec "$@"`,
        'sh',
        ...['nsenter', `--net=/run/netns/${this.link.namespace}`],
        ...['unshare', '-C', '-m', '-u', '-i', '-p', '--fork', '--kill-child'],
        ...['sh', script, this.root, this.link.namespace],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], env },
    );
    this.#system = system;
    this.#off = new Promise((resolve) => system.once('exit', resolve));
  }

  /** It has been switched off, or restarts: then it is booted again, with its network as new as after a restart. */
  async restarted(): Promise<void> {
    await this.#off;
    await this.link.close();
    await this.boot();
  }

  /** The power is cut. */
  async crash(): Promise<void> {
    this.#system?.kill('SIGKILL');
    await this.#off;
  }

  async close(): Promise<void> {
    await this.crash();
    await this.link.close().catch(() => {});
    for (const group of this.#groups) await remove(group);
    rmSync(this.root, { recursive: true, force: true });
  }

  get #groups(): string[] {
    return readdirSync(groups)
      .filter((name) => existsSync(join(groups, name, 'cgroup.procs')))
      .map((name) => join(groups, name, this.link.namespace));
  }
}

/** Takes away a control group, with those in it, as soon as the last process in them has ended. */
async function remove(group: string): Promise<void> {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) await remove(join(group, entry.name));
  for (const deadline = Date.now() + 10_000; ; await sleep(50))
    try {
      rmdirSync(group);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || Date.now() > deadline) throw error;
    }
}
