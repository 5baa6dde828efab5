import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../../errors.ts';
import { poll } from '../../poll.ts';
import type { AddOrder } from '../../servers.ts';
import type { Found, Wanted } from './check.ts';
import { checks } from './checks.ts';
import { system } from './engine.ts';
import { type Facts, factsOf } from './facts.ts';
import type { Login } from './login.ts';

/** What a machine is, after what was missing has been done. */
export interface Prepared {
  readonly facts: Facts;
  readonly findings: readonly Found[];
  readonly done: readonly string[];
}

/** Looks at a machine; with `install` does what is missing, and looks again. Told is what is found at first, and what is new or left in the end. */
export async function prepare(
  login: Login,
  wanted: Wanted,
  order: Pick<AddOrder, 'install' | 'found' | 'doing' | 'signal'>,
  clock: Clock,
): Promise<Prepared> {
  const { install, found, doing } = order;
  const first = await look(login, wanted);
  let now = first;
  for (const finding of first.findings) if (finding) found(plain(finding));
  const done: string[] = [];
  // Each thing is mended once: what it hid is seen at the next look.
  while (install) {
    const mends = now.findings.flatMap((one) =>
      one?.mend && !done.includes(one.mend.doing) ? one.mend : [],
    );
    if (mends.length === 0) break;
    if (!login.isRoot) throw notRoot(login);
    for (const mend of mends) {
      doing(mend.doing);
      await applyMend(login, mend, order, clock);
      done.push(mend.doing);
    }
    now = await look(login, wanted);
  }
  for (const [at, finding] of done.length > 0 ? now.findings.entries() : [])
    if (finding && (finding.level !== 'ok' || first.findings[at]?.level !== 'ok')) found(plain(finding));
  return { facts: now.facts, findings: now.findings.flatMap((one) => one ?? []), done };
}

/** Milliseconds for which another installation is waited for. */
const patience = 10 * 60_000;

/** What apt and dpkg say while another program installs; who that is, where they know it. */
const held =
  /(?:Could not get lock .* held by process \d+(?: \((?<by>[^)]+)\))?|lock was locked by another process)/;

/**
 * Runs the lines of a mend. A new machine brings itself up to date as soon as it runs, and neither `dpkg` nor `apt-get update` waits until
 * that is done.
 * @throws {ConductorError} `server.install-failed` (exit 7)
 */
export async function applyMend(
  login: Login,
  { doing, lines }: NonNullable<Found['mend']>,
  order: Pick<AddOrder, 'doing' | 'signal'>,
  clock: Clock,
): Promise<void> {
  let busy = '';
  const done = await poll(
    async () => {
      const said = await attempt(login, lines);
      if (said === null) return true;
      const other = held.exec(said);
      if (!other) throw installFailed(login, doing, said);
      if (busy === '') order.doing(`waits for ${other.groups?.by ?? 'a program'} that is installing there`);
      busy = said;
      return null;
    },
    { clock, within: patience, signal: order.signal, pace: { first: 2_000, factor: 1.5, most: 10_000 } },
  );
  if (!done) throw installFailed(login, doing, busy);
}

/** Null: it went well. Else what was said. */
async function attempt(login: Login, lines: readonly string[]): Promise<string | null> {
  try {
    const { exit, stderr } = await login.run(['set -e', 'export LC_ALL=C', ...lines].join('\n'));
    return exit === 0 ? null : stderr.trim() || `it ended with ${exit}`;
  } catch (error) {
    // It was reached a moment ago, and how far it has come is not known.
    if (!(error instanceof ConductorError) || !error.code.startsWith('server.')) throw error;
    return error.message;
  }
}

const installFailed = ({ address }: Login, doing: string, said: string) =>
  new ConductorError({
    code: 'server.install-failed',
    message: `What was begun on ${address.host} has failed (${doing}): ${said.split('\n').slice(-3).join(' ')}`,
    hint: 'Mend what it says and run the command again: what was done stays, and what is left is done.',
    exit: exitCode.unknown,
  });

/** What is found by each check, in their order; null for what does not matter there. */
async function look(
  login: Login,
  wanted: Wanted,
): Promise<{ readonly facts: Facts; readonly findings: readonly (Found | null)[] }> {
  const facts = await factsOf(login, wanted.account);
  const look = { facts, wanted, login };
  const known = system(look);
  // On a system that nobody knows the rest may be called otherwise.
  return {
    facts,
    findings: known.level === 'failure' ? [known] : [known, ...checks.map((check) => check(look))],
  };
}

/** What others are told of it. */
export const plain = ({ mend: _, ...finding }: Found) => finding;

const notRoot = ({ address, user }: Login) =>
  new ConductorError({
    code: 'server.not-root',
    message: `${user} is not root on ${address.host}, and may not become it without a password.`,
    hint: 'Add it as root, ssh://root@…, or as an account that sudo asks nothing.',
    exit: exitCode.checksFailed,
  });
