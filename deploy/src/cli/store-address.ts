import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { cleanEnvironment } from '../model/clean-environment.ts';
import type { StoreKind } from '../model/store.ts';
import { runForeground } from '../targets/foreground.ts';
import type { Context, ForeignExit } from './command.ts';

/** A store and its connection string, as this machine reaches it. */
export interface StoreAddress {
  readonly name: string;
  readonly kind: StoreKind;
  /** A secret. */
  readonly url: string;
  /** It leads through this process, and is good as long as this runs. */
  readonly tunnel: boolean;
}

/**
 * The address of a store: the one outside, or what the target can say of the one that it provides.
 * @throws {ConductorError} `connect.not-here` (exit 2) with what the place itself has for this, or `connect.not-running` (exit 2).
 */
export async function addressOf(session: Session, name: string): Promise<StoreAddress> {
  const { desired, target, name: environment } = session;
  const { kind, url: outside } = desired.stores.find((store) => store.name === name)!;
  const url = outside ?? (await target.storeUrl?.(name));
  if (url !== undefined) return { name, kind, url, tunnel: outside === undefined && target.tunnels === true };
  if (target.storeUrl) {
    throw new ConductorError({
      code: 'connect.not-running',
      message: `${name} does not run on ${environment}.`,
      hint: `See how it is: conductor status ${environment}`,
      exit: exitCode.usage,
    });
  }
  const lines = (await target.byHand?.store(name)) ?? [];
  throw new ConductorError({
    code: 'connect.not-here',
    message: `${name} lies in the private network of ${environment}, which this machine is not in.`,
    hint:
      lines.length > 0
        ? `By hand:\n${lines.map((line) => `    ${line}`).join('\n')}`
        : 'Only the services of the environment reach it.',
    exit: exitCode.usage,
  });
}

/** How a store's own shell is started: its words hold no secret, its environment does. */
interface Shell {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where people get it. */
  readonly from: string;
}

const shells: Readonly<Record<StoreKind, (url: string) => Shell>> = {
  mongodb: (url) => ({
    words: ['mongosh', '--nodb', '--shell', '--eval', 'db = connect(process.env.CONDUCTOR_STORE_URL)'],
    env: { CONDUCTOR_STORE_URL: url },
    from: 'https://www.mongodb.com/try/download/shell',
  }),
  redis: (url) => {
    const { hostname, port, username, password, pathname, protocol } = new URL(url);
    const database = pathname.slice(1);
    return {
      words: [
        'redis-cli',
        '-h',
        hostname.replace(/^\[|\]$/g, ''),
        '-p',
        port || '6379',
        ...(username === '' ? [] : ['--user', decodeURIComponent(username)]),
        ...(database === '' ? [] : ['-n', database]),
        ...(protocol === 'rediss:' ? ['--tls'] : []),
      ],
      env: { ...(password !== '' && { REDISCLI_AUTH: decodeURIComponent(password) }) },
      from: 'https://redis.io/docs/latest/operate/oss_and_stack/install/',
    };
  },
};

/**
 * Opens the store's own shell in this terminal, to its end.
 * @throws {ConductorError} `connect.no-terminal` or `connect.no-shell` (exit 2).
 */
export async function openShell(
  { name: environment }: Session,
  { name: store, kind, url }: StoreAddress,
  { ask, interrupt, handOver = (work) => work() }: Context,
): Promise<ForeignExit> {
  const print = `Or print its address, a secret: conductor connect ${environment} ${store} --print`;
  if (!ask) {
    throw new ConductorError({
      code: 'connect.no-terminal',
      message: 'A shell needs a terminal.',
      hint: print,
      exit: exitCode.usage,
    });
  }
  const { words, env, from } = shells[kind](url);
  const clean = cleanEnvironment(['TERM', 'COLORTERM', 'NO_COLOR', 'EDITOR']);
  try {
    return await handOver(() => runForeground({ words, env: { ...clean, ...env }, signal: interrupt }));
  } catch (cause) {
    if (!(cause instanceof ConductorError) || cause.code !== 'run.not-started') throw cause;
    throw new ConductorError({
      code: 'connect.no-shell',
      message: `${words[0]} could not be started on this machine.`,
      hint: `Get it at ${from}. ${print}`,
      exit: exitCode.usage,
      cause,
    });
  }
}

export const noStoreNamed = ({ name: environment, desired }: Session): ConductorError =>
  new ConductorError({
    code: 'connect.no-store',
    message: 'connect: which store?',
    hint:
      desired.stores.length > 0
        ? `There is: ${desired.stores.map(({ name }) => name).join(', ')}. conductor connect ${environment} STORE`
        : 'The config has none.',
    exit: exitCode.usage,
  });
