import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from './server.ts';

const daemon = '/usr/sbin/sshd';

/** Why nobody can log in to servers here; null when somebody can. */
export const noSsh = (): string | null =>
  existsSync(daemon) && existsSync('/usr/bin/ssh') ? null : 'needs sshd and ssh (Debian: openssh-server)';

/**
 * ssh to servers of a {@link Network}, with a key and known hosts of its own: nothing of the person who runs the tests is used or written.
 */
export class Ssh {
  readonly #folder: string;
  readonly #daemons: ChildProcess[] = [];

  /** @param folder for its files; made */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'bin'), { recursive: true });
    for (const name of ['key', 'host'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    const own = [
      ...['IdentitiesOnly yes', `IdentityFile ${join(folder, 'key')}`],
      `UserKnownHostsFile ${join(folder, 'known')}`,
      // A connection that is kept would outlive the story.
      ...['ControlMaster no', 'ControlPath none'],
    ];
    // Of what is said several times ssh takes the first.
    const words = own.map((each) => `-o '${each.replace(' ', '=')}'`).join(' ');
    const program = join(folder, 'bin', 'ssh');
    writeFileSync(program, `#!/bin/sh\nexec /usr/bin/ssh -F none ${words} "$@"\n`);
    chmodSync(program, 0o755);
    // No init system runs there that could tell of the engine and the clock.
    for (const [name, text] of [
      ['systemctl', 'echo enabled'],
      ['timedatectl', 'echo NTPSynchronized=yes'],
    ] as const) {
      mkdirSync(join(folder, 'sbin'), { recursive: true });
      writeFileSync(join(folder, 'sbin', name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, 'sbin', name), 0o755);
    }
  }

  /** The PATH on which its `ssh` is found first. */
  get path(): string {
    return `${join(this.#folder, 'bin')}${delimiter}${process.env.PATH}`;
  }

  /** The public key of who logs in. */
  get key(): string {
    return readFileSync(join(this.#folder, 'key.pub'), 'utf8');
  }

  /** A machine is known by its host key. */
  know(address: string, key: string): void {
    const known = key.split(' ').slice(0, 2).join(' ');
    writeFileSync(join(this.#folder, 'known'), `${address} ${known}\n`, { flag: 'a' });
  }

  /** Root of this machine is let in there, and docker asks the engine of that server. */
  async serve(server: Server): Promise<void> {
    const config = join(this.#folder, `${server.name}.conf`);
    const path = `${join(this.#folder, 'sbin')}:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin`;
    writeFileSync(
      config,
      [
        `ListenAddress ${server.address}:22`,
        `HostKey ${join(this.#folder, 'host')}`,
        `AuthorizedKeysFile ${join(this.#folder, 'key.pub')}`,
        ...[
          'PermitRootLogin prohibit-password',
          'PasswordAuthentication no',
          'StrictModes no',
          'PidFile none',
        ],
        `SetEnv DOCKER_HOST=unix://${server.socket} PATH=${path}`,
      ].join('\n'),
    );
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const child = spawn('nsenter', [`--net=/run/netns/${server.name}`, daemon, '-D', '-e', '-f', config], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    this.#daemons.push(child);
    this.know(server.address, readFileSync(join(this.#folder, 'host.pub'), 'utf8'));
    for (const deadline = Date.now() + 20_000; !(await answers(server.address)); await sleep(50))
      if (child.exitCode !== null || Date.now() > deadline) throw new Error('sshd did not start');
  }

  async close(): Promise<void> {
    for (const child of this.#daemons) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
  }
}

/** Something listens at its port for ssh. */
export const answers = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port: 22 });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
