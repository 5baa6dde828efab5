import type { Session } from '../environment/session.ts';
import { type ExitCode, exitCode } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import type { Added, Removed, ServerList, Servers } from '../targets/servers.ts';
import { table } from '../text/table.ts';
import type { Common, Context } from './command.ts';
import type { Output } from './output.ts';
import { usage } from './parse.ts';
import { earlyServers, environmentWithServers, none } from './server-environment.ts';
import { open } from './session.ts';

interface Asked {
  readonly word: string | undefined;
  readonly options: Common & {
    readonly install: boolean;
    readonly manager: boolean;
    readonly account: string | undefined;
    readonly advertise: string | undefined;
    readonly 'firewall-elsewhere': boolean;
    readonly dead: boolean;
    readonly volumes: boolean;
    readonly wait: number | undefined;
  };
  readonly context: Context;
}

/** What each action of `conductor server` does. */
export const actions = { list, add, drain, activate, remove };

async function list({ options, context }: Asked): Promise<ExitCode> {
  const { session, servers } = await opened(context, options.environment);
  const found = await servers.list();
  const { output } = context;
  if (options.json) output.result(JSON.stringify({ environment: session.name, ...found }));
  else for (const line of linesOf(found)) output.result(line);
  return exitCode.done;
}

async function add({ word, options, context }: Asked): Promise<ExitCode> {
  const { install, manager, account, advertise, json } = options;
  const { output } = context;
  if (word === undefined)
    throw usage({ name: 'server' }, 'add needs an address.', 'Such as ssh://root@203.0.113.10.');
  const environment = await environmentWithServers(context, options.environment, true);
  const order = {
    ...{ address: word, install, manager, account, advertise },
    firewall: !options['firewall-elsewhere'],
    signal: context.interrupt,
    found: (finding: Finding) => output.say(lineOf(finding, output)),
    doing: doing(output),
  };
  let added: Added;
  if (environment === undefined) {
    const early = await earlyServers(context);
    if (!early) throw none('There is no kind of target with servers of its own.');
    added = await early.add(order);
  } else {
    const { session, servers } = await opened(context, environment);
    added = await locked(session, options, context, `server add ${word}`, () => servers.add(order));
  }
  tell(added, word, environment, install, output);
  if (json) output.result(JSON.stringify({ environment: environment ?? null, address: word, ...added }));
  return added.ready ? exitCode.done : exitCode.checksFailed;
}

async function drain(asked: Asked): Promise<ExitCode> {
  const { output, interrupt } = asked.context;
  const moved = await change(asked, 'drain', (servers, server) =>
    servers.drain(server, { signal: interrupt, doing: doing(output) }),
  );
  output.say(
    moved.moved.length > 0
      ? `${moved.server} is drained: ${moved.moved.join(', ')} run elsewhere.`
      : `${moved.server} is drained: nothing ran there.`,
  );
  return exitCode.done;
}

async function activate(asked: Asked): Promise<ExitCode> {
  const { server } = await change(asked, 'activate', (servers, word) => servers.activate(word));
  asked.context.output.say(
    `${server} takes replicas again. Those that run elsewhere stay there until they are started anew, as by the next deploy.`,
  );
  return exitCode.done;
}

async function remove(asked: Asked): Promise<ExitCode> {
  const { dead, volumes } = asked.options;
  const { output, interrupt } = asked.context;
  const removed = await change(asked, 'remove', (servers, server) =>
    servers.remove(server, { dead, volumes, signal: interrupt, doing: doing(output) }),
  );
  for (const line of farewell(removed)) output.say(line);
  return exitCode.done;
}

/** Does something with one server, under the lock of the environment: a deploy that is under way counts on those that there are. */
async function change<T extends object>(
  { word, options, context }: Asked,
  what: string,
  work: (servers: Servers, server: string) => Promise<T>,
): Promise<T> {
  if (word === undefined)
    throw usage(
      { name: 'server' },
      `${what} needs a server.`,
      '`conductor server list production` names them.',
    );
  const { session, servers } = await opened(context, options.environment);
  const done = await locked(session, options, context, `server ${what} ${word}`, () => work(servers, word));
  if (options.json) context.output.result(JSON.stringify({ environment: session.name, ...done }));
  return done;
}

async function opened(
  context: Context,
  named: string | undefined,
): Promise<{ session: Session; servers: Servers }> {
  const environment = await environmentWithServers(context, named, false);
  const session = await open(context, environment, { look: true });
  const { servers } = session.target;
  if (!servers) throw none(`${session.name} has no servers of its own.`);
  return { session, servers };
}

async function locked<T>(
  session: Session,
  { wait }: Pick<Asked['options'], 'wait'>,
  { output, interrupt }: Context,
  reason: string,
  work: () => Promise<T>,
): Promise<T> {
  const { withLock } = await import('../engine/with-lock.ts');
  return withLock(session, { reason, wait: wait ?? 0, reporter: output.reporter(), interrupt }, work);
}

const doing = (output: Output) => (what: string) => output.say(output.colors.dim(`… ${what}`));

/** A finding in one line, and how it is mended below it. */
function lineOf({ level, title, fix }: Finding, { colors }: Output): string {
  const mark = { ok: colors.green('✓'), warning: colors.yellow('!'), failure: colors.red('✗') }[level];
  return [`${mark} ${title}`, ...(fix?.split('\n') ?? []).map((line) => `    ${line}`)].join('\n');
}

function tell(
  { ready, done, advertised, role, config }: Added,
  address: string,
  environment: string | undefined,
  install: boolean,
  output: Output,
): void {
  const { colors } = output;
  output.say();
  if (!ready) {
    output.say(`${colors.red('✗')} Something is missing, and it is not added.`);
    const where = environment === undefined ? '' : ` ${environment}`;
    if (!install) output.say(`  What can be done for you: conductor server add ${address}${where} --install`);
    return;
  }
  output.say(
    `${colors.green('✓')} ${done.length === 0 ? 'It is whole, and was added before: nothing was to be done.' : 'It is whole.'} ${
      role === 'manager' ? 'It takes orders' : 'It takes replicas'
    }, and other servers reach it at ${advertised}.`,
  );
  if (config.length === 0) return;
  output.say('  To be written in conductor.config.ts:');
  for (const line of config) output.say(`    ${line}`);
}

const linesOf = ({ servers, quorum }: ServerList): string[] => [
  ...table([
    ['server', 'address', 'role', 'state', 'Docker', 'runs'],
    ...servers.map(({ name, address, host, role, state, availability, engine, runs }) => [
      name,
      address,
      host ? `${role}, host` : role,
      availability === 'active' ? state : `${state}, ${availability}`,
      engine,
      runs
        .map(({ name: service, replicas }) => (replicas > 1 ? `${service} (${replicas})` : service))
        .join(', ') || '-',
    ]),
  ]),
  `${quorum[0]!.toUpperCase()}${quorum.slice(1)}.`,
];

function farewell({
  server,
  moved,
  lost,
  volumes,
  volumesRemoved,
  left,
  config,
  firewall,
}: Removed): string[] {
  return [
    `${server} is removed.${moved.length > 0 ? ` ${moved.join(', ')} run elsewhere.` : ''}`,
    ...(lost.length > 0
      ? [
          `  These could only run there, and their data with them are gone: ${lost.join(', ')}. The way back is the last backup.`,
        ]
      : []),
    ...(left ? [] : ['  Its engine could not be told. On that machine: docker swarm leave --force']),
    ...(volumes.length > 0
      ? [
          `  ${volumesRemoved ? 'Removed from' : 'Left on'} its disk: ${volumes.join(', ')}${volumesRemoved ? '' : ' (volumes; --volumes removes them, too)'}`,
        ]
      : []),
    ...(config === null ? [] : ['  To be written in conductor.config.ts:', `    ${config}`]),
    '  Where the firewalls of the others let it in, as root:',
    ...firewall.map((line) => `    ${line}`),
  ];
}
