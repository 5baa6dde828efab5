import { restore } from '../environment/release-record.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { releaseOf } from '../ledger/history.ts';
import type { ReleaseRecord } from '../ledger/record.ts';
import { isLink, type SecretLink } from '../model/service-command.ts';
import { passOf } from './maintenance.ts';

/** A link of the release that is live. */
export interface DeclaredLink {
  readonly version: string;
  /** The service that declares it. */
  readonly service: string;
  readonly link: SecretLink;
}

/** A link that works, or what to say of one that does no more. */
export type OpenLink =
  | { readonly state: 'open' /** A secret. */; readonly url: string }
  | { readonly state: 'used'; readonly why: string };

/** Milliseconds for the question whether a link still works. */
const patience = 10_000;

/**
 * A link with its secret, after asking whether it still works.
 * @param seen public addresses of the services, where they were looked at just now.
 * @throws {ConductorError} `link.no-address` (exit 7) where the service has no address or does not answer; `link.no-secret` (exit 2)
 * where the release has none; that of `restore` where the secrets of the release are out of reach here.
 */
export async function openLink(
  session: Session,
  declared: DeclaredLink,
  seen?: Readonly<Record<string, string>>,
): Promise<OpenLink> {
  const { link, service, version } = declared;
  const urls = seen ?? (await session.target.urls?.()) ?? (await session.target.inspect()).urls;
  if (!(await stillWorks(session, declared, urls))) return { state: 'used', why: link.otherwise };
  // People come by the domain, also while the place does not serve it yet.
  const domain = session.environment.domains[link.page]?.[0];
  const there = urls[link.page];
  // Where it does, with the port that it has there.
  const served = there !== undefined && new URL(there).hostname === domain;
  const page = domain === undefined || served ? there : `https://${domain}`;
  if (page === undefined) throw noAddress(session, link.page);
  const record = releaseOf(await session.ledger.history(), version);
  const { services } = await restore(record!, session.name, session.capsules);
  const token = services.find(({ name }) => name === service)?.variables[link.token];
  if (token?.kind !== 'secret' && token?.kind !== 'plain') throw noSecret(session, declared);
  return {
    state: 'open',
    url: `${page.replace(/\/$/, '')}${link.path}#token=${encodeURIComponent(token.value)}`,
  };
}

/** The links that a release declares, by their names. */
export const linksIn = ({ version, services }: ReleaseRecord): (DeclaredLink & { readonly name: string })[] =>
  services.flatMap(({ name: service, commands = {} }) =>
    Object.entries(commands).flatMap(([name, link]) =>
      isLink(link) ? [{ version, service, name, link }] : [],
    ),
  );

/** Whether it can be used, as the service that declares it answers everybody. */
async function stillWorks(
  session: Session,
  { link, service }: Pick<DeclaredLink, 'link' | 'service'>,
  urls: Readonly<Record<string, string>>,
): Promise<boolean> {
  const base = urls[service];
  if (base === undefined) throw noAddress(session, service);
  const url = `${base.replace(/\/$/, '')}${link.while.path}`;
  try {
    const headers = await passOf(session);
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(patience), redirect: 'error' });
    if (answer.ok) return (await answer.text()).includes(link.while.contains);
    throw new Error(`it answered ${answer.status}`);
  } catch (cause) {
    throw new ConductorError({
      code: 'link.no-answer',
      message: `${url} does not say whether the link still works: ${cause instanceof Error ? cause.message : cause}`,
      hint: `See how ${service} is: conductor status ${session.name}`,
      exit: exitCode.unknown,
      cause,
    });
  }
}

const noAddress = ({ name: environment }: Session, service: string) =>
  new ConductorError({
    code: 'link.no-address',
    message: `${service} has no public address on ${environment} yet.`,
    hint: `See how it is: conductor status ${environment}`,
    exit: exitCode.unknown,
  });

const noSecret = ({ name: environment }: Session, { version, link, service }: DeclaredLink) =>
  new ConductorError({
    code: 'link.no-secret',
    message: `${link.token}, which the link needs, has no value in ${service} of ${version}.`,
    hint: `Give it one and deploy: conductor deploy ${environment}`,
    exit: exitCode.usage,
  });
