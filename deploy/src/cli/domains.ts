import { setTimeout as wait } from 'node:timers/promises';
import type { DomainOptions, DomainReport } from '../domains/domain.ts';
import { type NameServer, nameServerAt } from '../domains/name-server.ts';
import { exitCode } from '../errors.ts';
import { table } from '../text/table.ts';
import { defineCommand, type Option } from './command.ts';
import { duration, flag } from './options.ts';
import type { Colors } from './output.ts';
import { open } from './session.ts';

const resolver: Option<readonly NameServer[]> = {
  what: 'Ask this name server in place of the public ones, and visit the site where it says; may be given several times.',
  value: 'ADDRESS[:PORT]',
  repeats: true,
  parse: (given) => [nameServerAt(given)],
  default: [],
};

/** Seconds between two looks with --watch. */
const often = 15;

export default defineCommand({
  name: 'domains',
  summary: 'The DNS records to publish for each domain, and what is still in the way of its visitors.',
  details: `Compares what the target asks for with what name servers answer, those of the zone itself included, and asks the site as its
visitors do: certificate, TLS versions, HTTP/2, HTTP → HTTPS, www ↔ apex, whether the live release answers (X-Release), through a proxy
such as Cloudflare's too, HSTS and the other headers. Changes nothing. docs/DOMAIN_SETUP.md leads through it.
Ends with 0 when all is good (warnings may be left), with 3 when something is not or --for has passed, with 130 when interrupted.
--json: {environment, good, domains: [{host, service, records: [{type, host, value, ttl, purpose}], findings: [{level, title, detail, fix}]}]}.`,
  args: [],
  options: {
    watch: flag(`Look again every ${often} s until all is good.`),
    for: duration('With --watch: give up after this time.'),
    resolver,
  },
  async run(_, { environment, watch, for: limit, resolver, json }, context) {
    const { isGood, surveyDomains } = await import('../domains/survey.ts');
    const { servingOf } = await import('../engine/serving.ts');
    const { output, interrupt } = context;
    const session = await open(context, environment, { look: true });
    if (Object.keys(session.environment.domains).length === 0) {
      output.say(`${session.name} has no domains: name them under \`domains\` in conductor.config.ts.`);
    }
    const end = limit === undefined ? Number.POSITIVE_INFINITY : Date.now() + limit * 1000;
    let shown = '';
    for (;;) {
      const { domains } = session.environment;
      const serving = servingOf(session, await session.ledger.history());
      const reports = await surveyDomains(domains, await session.target.inspect(), {
        ...(await asSeenBy(resolver, context.domains)),
        serving,
      });
      const good = isGood(reports);
      const text = describe(reports, output.colors);
      if (!json && text !== shown) output.result(text);
      shown = text;
      if (good || !watch || Date.now() + often * 1000 > end) {
        if (json) output.result(JSON.stringify({ environment: session.name, good, domains: reports }));
        return good ? exitCode.done : exitCode.checksFailed;
      }
      if (await pause(interrupt)) continue;
      if (json) output.result(JSON.stringify({ environment: session.name, good, domains: reports }));
      return exitCode.interrupted;
    }
  },
});

/** With name servers of the person's: those are asked in place of the public ones, and the site is visited where the first says. */
async function asSeenBy(servers: readonly NameServer[], given: DomainOptions = {}): Promise<DomainOptions> {
  if (servers.length === 0) return given;
  const { askOverNetwork } = await import('../domains/resolvers.ts');
  const { lookupBy } = await import('../domains/lookup.ts');
  const ask = askOverNetwork();
  return { ...given, servers, ask, where: { ...given.where, lookup: lookupBy(servers[0]!, ask) } };
}

/** False when the person wants it stopped. */
async function pause(signal: AbortSignal): Promise<boolean> {
  try {
    await wait(often * 1000, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

function describe(reports: readonly DomainReport[], colors: Colors): string {
  const mark = { ok: colors.green('✓'), warning: colors.yellow('!'), failure: colors.red('✗') };
  return reports
    .flatMap(({ host, service, records, findings }) => [
      `${colors.bold(host)} → ${service}`,
      ...(records.length > 0 ? ['  Records to publish:'] : []),
      ...table(records.map(({ type, host, value, ttl }) => [`  ${type}`, host, value, `TTL ${ttl}`])),
      ...findings.flatMap(({ level, title, detail, fix }) => [
        `  ${mark[level]} ${title}${detail ? `: ${detail}` : ''}`,
        ...(fix ? [`      ${fix}`] : []),
      ]),
    ])
    .join('\n');
}
