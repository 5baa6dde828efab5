import { wayOut } from 'conductor-backup/closest';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { releaseOf } from '../ledger/history.ts';
import type { Origin, ReleaseRecord } from '../ledger/record.ts';
import { isLink, type ServiceCommand } from '../model/service-command.ts';
import { commandLine } from '../targets/shell-words.ts';
import { type OpenLink, openLink } from './secret-link.ts';
import { type LockOptions, withLock } from './with-lock.ts';

/** A command that people can ask for, as the release that is live has it. */
export interface Offered {
  readonly service: string;
  readonly name: string;
  readonly command: ServiceCommand;
  /** Who asked for it last; null when nobody has. */
  readonly last: { readonly at: string; readonly by: Origin } | null;
}

/** What the release that is live lets people ask for. */
export interface Offer {
  readonly version: string;
  readonly services: readonly string[];
  readonly commands: readonly Offered[];
}

/**
 * What can be asked for in an environment: by the release that is live there, whatever the config says by now.
 * @throws {ConductorError} `run.nothing-live` (exit 2).
 */
export async function offerOf(session: Session): Promise<Offer> {
  const { version, services } = await liveRecord(session);
  const { ran } = await session.ledger.history();
  const commands = services.flatMap(({ name: service, commands = {} }) =>
    Object.entries(commands).map(([name, command]): Offered => {
      const last = ran.find((each) => each.service === service && each.command === name);
      return { service, name, command, last: last ? { at: last.at, by: last.by } : null };
    }),
  );
  return { version, services: services.map(({ name }) => name), commands };
}

async function liveRecord({ target, ledger, name: environment }: Session): Promise<ReleaseRecord> {
  const { live } = await target.inspect();
  const record = live === null ? undefined : releaseOf(await ledger.history(), live);
  if (record) return record;
  throw new ConductorError({
    code: 'run.nothing-live',
    message:
      live === null
        ? `Nothing is live on ${environment}.`
        : `Nobody here knows the release ${live} that is live.`,
    hint: `See how it is: conductor status ${environment}`,
    exit: exitCode.usage,
  });
}

/** One command and the words that it gets. */
export interface Asked {
  readonly service: string;
  readonly command: string;
  readonly words: readonly string[];
  /** Takes what it writes to stdout; left out, it writes to this process's own. */
  readonly output?: (text: string) => void;
  /** While it runs, Ctrl-C is for it. */
  readonly handOver?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What a command came to: the exit code of what ran, or a link. */
export type Answer =
  | { readonly version: string; readonly code: number }
  | { readonly version: string; readonly link: OpenLink };

/**
 * Does what people ask a service for by a name, and writes down that they did: who, when and what, neither its words nor its output.
 * @throws {ConductorError} exit 2 for what there is not, and where the place cannot run it; what {@link withLock} and `Target.run` throw.
 */
export async function runCommand(
  session: Session,
  { service, command: name, words, output, handOver = (work) => work() }: Asked,
  lock: Omit<LockOptions, 'reason'>,
): Promise<Answer> {
  const offer = await offerOf(session);
  const { version } = offer;
  const command = find(session, offer, service, name);
  if (isLink(command)) {
    if (words.length > 0) throw noWords(service, name);
    await writeDown(session, { version, service, command: name }, lock);
    return { version, link: await openLink(session, { version, service, link: command }) };
  }
  const line = [...command, ...words];
  const { target } = session;
  if (!target.run) throw await notHere(session, service, line);
  await writeDown(session, { version, service, command: name }, lock);
  const order = { service, version, words: line, signal: lock.interrupt, ...(output && { output }) };
  const code = await handOver(() => target.run!(order));
  return { version, code };
}

/** @throws {ConductorError} `run.unknown-service` or `run.unknown-command` (exit 2), saying what there is. */
function find(
  { name: environment, project }: Session,
  { version, services, commands }: Offer,
  service: string,
  name: string,
): ServiceCommand {
  const own = commands.filter((each) => each.service === service);
  const found = own.find((each) => each.name === name);
  if (found) return found.command;
  const isNew = Object.hasOwn(project.services[service]?.commands ?? {}, name);
  const hint = isNew
    ? `The config has it, and what is live is older: conductor deploy ${environment}`
    : own.length > 0
      ? `Of ${service}, ${wayOut(
          name,
          own.map((each) => each.name),
        )}`
      : `${service} declares none. See what there is: conductor run ${environment}`;
  throw new ConductorError({
    code: services.includes(service) ? 'run.unknown-command' : 'run.unknown-service',
    message: services.includes(service)
      ? `${service} of ${version}, which is live on ${environment}, has no command "${name}".`
      : `${version}, which is live on ${environment}, has no service "${service}".`,
    hint,
    exit: exitCode.usage,
  });
}

const writeDown = (
  session: Session,
  what: { readonly version: string; readonly service: string; readonly command: string },
  lock: Omit<LockOptions, 'reason'>,
): Promise<void> =>
  withLock(session, { ...lock, reason: `run ${what.service} ${what.command}` }, (held) =>
    session.ledger.append({ type: 'ran', at: new Date().toISOString(), by: session.by, ...what }, held),
  );

const noWords = (service: string, name: string) =>
  new ConductorError({
    code: 'run.no-words',
    message: `${name} of ${service} is a link and takes no words.`,
    exit: exitCode.usage,
  });

async function notHere({ target, name }: Session, service: string, words: readonly string[]) {
  const lines = (await target.byHand?.command?.({ service, words })) ?? [];
  return new ConductorError({
    code: 'run.not-here',
    message: `${name} is a place where Conductor can run nothing beside a service.`,
    hint:
      lines.length > 0
        ? `By hand:\n${lines.map((line) => `    ${line}`).join('\n')}`
        : `Run it there by hand, as ${service} runs: ${commandLine(words)}`,
    exit: exitCode.usage,
  });
}
