import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { programs } from './server/programs.ts';

/** What of the machine that runs the tests is there on each of the others, too. */
const usual = [
  'sh',
  'cat',
  'chmod',
  'cut',
  'grep',
  'kill',
  'mkdir',
  'printf',
  'rm',
  'sed',
  'sleep',
  'timeout',
  'touch',
  'wc',
];

/** Where on this machine a program lies. */
function locate(name: string): string {
  const found = ['/usr/bin', '/bin', '/usr/local/bin']
    .map((folder) => path.join(folder, name))
    .find(existsSync);
  if (!found) throw new Error(`${name} is not on this machine`);
  return found;
}

/**
 * Machines that ssh reaches: a folder each, whose programs are ours and do nothing but change files in it. A program `ssh` at the beginning
 * of the PATH runs what it is sent there; every path of a script leads into the folder.
 */
export class ServerTwin {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'conductor-servers-'));
  readonly #bin = path.join(this.folder, 'bin');

  constructor() {
    mkdirSync(this.#bin);
    write(path.join(this.#bin, 'ssh'), programs.ssh(this.folder, process.execPath));
  }

  /** The PATH on which its `ssh` is found first. */
  get path(): string {
    return `${this.#bin}${path.delimiter}${process.env.PATH}`;
  }

  /** A new machine, as a provider makes them: nothing is installed, and root is let in by a key. */
  machine(host: string): Machine {
    return new Machine(path.join(this.folder, host), host);
  }

  /** Words with which ssh was started, a line each time. */
  get started(): string[] {
    const file = path.join(this.folder, 'started');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Machine {
  readonly root: string;
  readonly host: string;

  constructor(root: string, host: string) {
    this.root = root;
    this.host = host;
    for (const folder of [
      'bin',
      'etc/apt/apt.conf.d',
      'root/.ssh',
      'home',
      'var/lib',
      'run',
      'proc',
      'state/accounts',
    ])
      mkdirSync(path.join(root, folder), { recursive: true });
    for (const name of usual) symlinkSync(locate(name), path.join(root, 'bin', name));
    for (const [name, text] of Object.entries(programs.installed(root, locate('date'))))
      write(path.join(root, 'bin', name), text);
    for (const [name, text] of Object.entries(programs.packages(root)))
      write(path.join(root, 'state', `program-${name}`), text);
    this.system('debian', '12', 'Debian GNU/Linux 12 (bookworm)');
    this.set(
      'root/.ssh/authorized_keys',
      'ssh-ed25519 AAAAone ana@example.com\nssh-ed25519 AAAAtwo ben@example.com\n',
    );
    this.set(
      'proc/meminfo',
      'MemTotal:        4018040 kB\nMemAvailable:    3218040 kB\nSwapTotal:             0 kB\n',
    );
    this.set('state/disk', '52428800');
    this.set('state/clock', 'CanNTP=yes\nNTP=yes\nNTPSynchronized=yes\n');
    this.set('state/offset', '0');
    this.set('state/sshd', 'permitrootlogin without-password\npasswordauthentication no\n');
    this.set('state/listening', 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=611,fd=3))\n');
    this.set(
      'state/addresses',
      `2: eth0    inet ${host}/32 scope global eth0\\       valid_lft forever\n3: eth1    inet 10.0.0.${host.split('.').at(-1)}/24 brd 10.0.0.255 scope global eth1\\       valid_lft forever\n`,
    );
  }

  system(id: string, version: string, name: string): void {
    this.set('etc/os-release', `PRETTY_NAME="${name}"\nID=${id}\nVERSION_ID="${version}"\n`);
  }

  /** What a file of it says from now on. */
  set(file: string, text: string): void {
    writeFileSync(path.join(this.root, file), text);
  }

  has(file: string): boolean {
    return existsSync(path.join(this.root, file));
  }

  read(file: string): string {
    return this.has(file) ? readFileSync(path.join(this.root, file), 'utf8') : '';
  }

  /** ssh does not get in, and says so. */
  refuse(words: string | null): void {
    if (words === null) rmSync(path.join(this.root, 'state/refuse'), { force: true });
    else this.set('state/refuse', words);
  }

  /** Docker's engine is at that socket, as soon as it is installed. */
  engineAt(socket: string): void {
    symlinkSync(socket, path.join(this.root, 'engine.sock'));
  }

  /** What of its programs that change something were told, a line each. */
  get told(): string[] {
    return this.read('told').trimEnd().split('\n').filter(Boolean);
  }
}

function write(file: string, text: string): void {
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}
