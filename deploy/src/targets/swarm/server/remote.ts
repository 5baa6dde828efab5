import { spawn } from 'node:child_process';
import { ConductorError, exitCode } from '../../../errors.ts';
import { cleanEnvironment } from '../../../model/clean-environment.ts';
import { type SshAddress, sshWords } from '../dial.ts';

/** How a script on another machine ended, and what it wrote. */
export interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What ssh itself ends with when it does not get in. */
const noLogin = 255;

/**
 * Runs a script on a machine that ssh reaches. It goes through stdin, so that nothing of it shows in a list of processes, and no shell of
 * the person's reads it.
 * @param words what reads the script there: `sh -s`
 * @throws {ConductorError} `server.unreachable`, `server.host-key`, `server.no-key` (exit 3), in the words of ssh
 */
export async function runOver(
  address: SshAddress,
  words: readonly string[],
  script: string,
  signal: AbortSignal,
): Promise<Ended> {
  signal.throwIfAborted();
  const child = spawn('ssh', [...sshWords(address), ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: cleanEnvironment([/^SSH_/]),
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  // Who does not read to the end has ended before: its exit code says why.
  child.stdin.on('error', () => {});
  child.stdin.end(script);
  const end = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  try {
    const exit = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? noLogin));
    });
    signal.throwIfAborted();
    if (exit === noLogin) throw notReached(address, said.stderr.trim());
    return { exit, ...said };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw notReached(address, 'there is no ssh on this machine', error);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** `ssh://root@203.0.113.10`, as it is written in a config. */
export const written = ({ user, host, port }: SshAddress): string =>
  `ssh://${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;

/** `ssh -p 2222 root@203.0.113.10`, for a person to type. */
export const typed = ({ user, host, port }: SshAddress): string =>
  `ssh ${port === undefined ? '' : `-p ${port} `}${user === undefined ? '' : `${user}@`}${host}`;

/** Why ssh does not get in, by its own words. */
function refusalOf(address: SshAddress, said: string) {
  const last = said.split('\n').at(-1) || 'ssh ended without a word';
  if (/IDENTIFICATION HAS CHANGED/.test(said))
    return {
      code: 'server.host-key',
      message: `${address.host} answers with another host key than it had.`,
      hint: `Where the machine was made anew, forget the old key: ssh-keygen -R ${address.host}. Else somebody may stand between you and it.`,
    };
  if (/Host key verification failed/.test(said))
    return {
      code: 'server.host-key',
      message: `ssh does not know the host key of ${address.host} yet.`,
      hint: `Log in once by hand, and compare the fingerprint with what the provider shows: ${typed(address)}`,
    };
  if (/Permission denied|Too many authentication failures/.test(said))
    return {
      code: 'server.no-key',
      message: `${written(address)} lets nobody in by a key of yours: ${last}`,
      hint: `Put your key there, once, with the password: ssh-copy-id ${typed(address).slice('ssh '.length)}. A key with a passphrase has to be in the agent: ssh-add.`,
    };
  return {
    code: 'server.unreachable',
    message: `${written(address)} cannot be reached: ${last}`,
    hint: `Try it by hand: ${typed(address)}`,
  };
}

const notReached = (address: SshAddress, said: string, cause?: unknown): ConductorError =>
  new ConductorError({ ...refusalOf(address, said), exit: exitCode.checksFailed, cause });

/** Ends the login that ssh keeps for the next command: what the account may do is asked for at a login. */
export async function forgetLogin(address: SshAddress): Promise<void> {
  const child = spawn('ssh', ['-O', 'exit', ...sshWords(address)], {
    stdio: 'ignore',
    env: cleanEnvironment([/^SSH_/]),
  });
  await new Promise((resolve) => child.once('close', resolve).once('error', resolve));
}
