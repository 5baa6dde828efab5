import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { cleanEnvironment } from '../../model/clean-environment.ts';

/** Opens a connection with an engine. */
export type Dial = () => Promise<Duplex>;

/** Where an engine is: a socket of this machine, or a machine that ssh reaches. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'ssh'; readonly host: string; readonly user?: string; readonly port?: number };

/** `unix:///var/run/docker.sock` or `ssh://deploy@server:22`; null for anything else. */
export function addressOf(text: string): Address | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, username, password, port, pathname } = new URL(text);
  if (protocol === 'unix:')
    return hostname === '' && pathname.length > 1 ? { kind: 'unix', path: pathname } : null;
  // What begins with a dash would be an option of ssh. A password has no place in a config; ssh has keys.
  if (protocol !== 'ssh:' || !/^[\w.:[\]-]+$/.test(hostname) || hostname.startsWith('-')) return null;
  if (password !== '' || !['', '/'].includes(pathname) || !/^([\w][\w.-]*)?$/.test(username)) return null;
  return {
    kind: 'ssh',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(username !== '' && { user: username }),
    ...(port !== '' && { port: Number(port) }),
  };
}

export type SshAddress = Extract<Address, { kind: 'ssh' }>;

/** The words after `ssh` that reach a machine without ever asking: keys, host keys and jumps are those of the user's own configuration. */
export const sshWords = ({ host, user, port }: SshAddress): string[] => [
  ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'],
  // A machine that has lost its power is noticed after 20 s, also where a login of the command before is there still.
  ...['-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=4'],
  // One login for all connections of a command, and of the next one within a minute.
  ...['-o', 'ControlMaster=auto', '-o', `ControlPath=${join(homedir(), '.ssh', 'conductor-%C')}`],
  ...['-o', 'ControlPersist=60'],
  ...(user === undefined ? [] : ['-l', user]),
  ...(port === undefined ? [] : ['-p', String(port)]),
  '--',
  host,
];

/** `ssh -p 2222 deploy@server`, for a person to type. */
export function byHandOf(address: string): string {
  const found = addressOf(address);
  if (found?.kind !== 'ssh') return '';
  const { host, user, port } = found;
  return `ssh ${port === undefined ? '' : `-p ${port} `}${user === undefined ? '' : `${user}@`}${host}`;
}

/** `ssh deploy@server docker`, for a person to type what docker is to do there. */
export function dockerByHand(address: string): string {
  const found = addressOf(address);
  if (found?.kind === 'ssh') return `${byHandOf(address)} docker`;
  return found === null || found.path === usualSocket ? 'docker' : `docker -H unix://${found.path}`;
}

/** Which docker asks where nobody says another. */
const usualSocket = '/var/run/docker.sock';

/** Connections with the engine at an address. */
export const dialTo = (address: Address): Dial =>
  address.kind === 'unix' ? () => dialSocket(address.path) : () => dialOverSsh(address);

async function dialSocket(path: string): Promise<Duplex> {
  const socket = connect({ path });
  await once(socket, 'connect');
  return socket;
}

/** What ssh writes is the reason why a connection ends without an answer. */
const lastWords = 2_000;

/** `docker system dial-stdio` is the engine's socket as the two pipes of a program; it is what `docker -H ssh://` uses, too. */
async function dialOverSsh(address: SshAddress): Promise<Duplex> {
  const child = spawn('ssh', [...sshWords(address), 'docker', 'system', 'dial-stdio'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: cleanEnvironment([/^SSH_/]),
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-lastWords);
  });
  const stream = new Duplex({
    read: () => child.stdout.resume(),
    // When ssh has ended nothing can be written any more; its last words say why, and they come with its end.
    write: (chunk, _encoding, done) => void child.stdin.write(chunk, (error) => error ?? done()),
    final: (done) => child.stdin.end(done),
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  child.stdin.on('error', () => {});
  child.stdout.on('data', (data) => {
    if (!stream.push(data)) child.stdout.pause();
  });
  child.once('error', (error: NodeJS.ErrnoException) =>
    stream.destroy(
      error.code === 'ENOENT' ? new Error('there is no ssh on this machine', { cause: error }) : error,
    ),
  );
  child.once('close', (code) => {
    if (code === 0) stream.push(null);
    else stream.destroy(new Error(said.trim() || `ssh ended with ${code}`));
  });
  // A connection that is only kept lets the command end.
  const parts = [child, child.stdin, child.stdout, child.stderr] as { ref?(): void; unref?(): void }[];
  return Object.assign(stream, {
    ref() {
      for (const part of parts) part.ref?.();
    },
    unref() {
      for (const part of parts) part.unref?.();
    },
  });
}
