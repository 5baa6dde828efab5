import { ConductorError, exitCode } from '../../../errors.ts';
import type { SshAddress } from '../dial.ts';
import { type Ended, runOver, written } from './remote.ts';

/** A machine into which we are let. */
export interface Login {
  readonly address: SshAddress;
  /** As whom. */
  readonly user: string;
  /** Scripts are run as root: the login is root's, or may become root without a password. */
  readonly isRoot: boolean;
  /** On which of its ports ssh is served there. */
  readonly sshPort: number;
  /** By how many seconds its clock is ahead of ours now; behind: less than 0. What the way there takes does not count. */
  clock(): Promise<number>;
  /** Runs a script, as root where that is possible. */
  run(script: string): Promise<Ended>;
}

const question = `export LC_ALL=C
id -un
if [ "$(id -u)" = 0 ]; then echo root; elif sudo -n true 2>/dev/null; then echo sudo; else echo none; fi
echo "$SSH_CONNECTION"
`;

/** @throws {ConductorError} `server.unreachable`, `server.host-key`, `server.no-key`, `server.no-shell` (exit 3) */
export async function logIn(address: SshAddress, signal: AbortSignal): Promise<Login> {
  const { exit, stdout, stderr } = await runOver(address, ['sh', '-s'], question, signal);
  const [user = '', rights = '', connection = ''] = stdout.split('\n');
  if (exit !== 0 || !/^[\w][\w.-]*$/.test(user) || !['root', 'sudo', 'none'].includes(rights))
    throw new ConductorError({
      code: 'server.no-shell',
      message: `${written(address)} runs no script: ${(stderr || stdout).trim().split('\n').at(-1) || `it ended with ${exit}`}`,
      hint: 'The login needs a usual shell, and nothing that it starts with may write or end it.',
      exit: exitCode.checksFailed,
    });
  const words = rights === 'sudo' ? ['sudo', '-n', 'sh', '-s'] : ['sh', '-s'];
  return {
    address,
    user,
    isRoot: rights !== 'none',
    sshPort: Number(connection.split(' ')[3]) || 22,
    clock: async () => {
      const before = Date.now() / 1_000;
      const { stdout: date } = await runOver(address, ['sh', '-s'], 'date +%s\n', signal);
      return offset(Number(date), before, Date.now() / 1_000);
    },
    run: (script) => runOver(address, words, script, signal),
  };
}

/** A whole second on the other side, asked for between two moments on ours. */
function offset(there: number, before: number, after: number): number {
  if (there + 1 >= before && there <= after) return 0;
  return Math.round(there + 0.5 - (before + after) / 2);
}
