import type { Finding } from '../model/finding.ts';
import type { NameServer } from './name-server.ts';
import { canonical } from './names.ts';
import type { Ask } from './resolvers.ts';

/** Servers of a zone that are asked; more say the same. */
const most = 4;

/** The zone in which a host lies, and its own servers: what they say is what is published. */
export interface Zone {
  readonly name: string;
  /** Those that answer. */
  readonly servers: readonly NameServer[];
  readonly finding: Finding;
}

/** Finds the zone of a host by what the first of `servers` that answers says, and asks its own servers whether they do. Null: none is found. */
export async function findZone(host: string, servers: readonly NameServer[], ask: Ask): Promise<Zone | null> {
  const looks = await Promise.all(
    servers.map(async (server) => ({ server, found: await nameServersOf(server, host, ask) })),
  );
  const [heard] = looks.flatMap(({ server, found }) => (found === 'silent' ? [] : [{ server, found }]));
  if (!heard?.found) return null;
  const { name, names } = heard.found;
  return zoneOf(name, names.toSorted().slice(0, most), heard.server, ask);
}

async function nameServersOf(
  server: NameServer,
  host: string,
  ask: Ask,
): Promise<{ readonly name: string; readonly names: readonly string[] } | null | 'silent'> {
  const labels = canonical(host).split('.');
  for (let at = 0; at < labels.length - 1; at++) {
    const name = labels.slice(at).join('.');
    // An alias is no zone; the answer would be that of the name to which it leads.
    const alias = await ask(server, name, 'CNAME');
    if ('failed' in alias) return 'silent';
    if (alias.values.length > 0) continue;
    const answer = await ask(server, name, 'NS');
    if ('failed' in answer) return 'silent';
    if (answer.values.length > 0) return { name, names: answer.values };
  }
  return null;
}

async function zoneOf(name: string, names: readonly string[], server: NameServer, ask: Ask): Promise<Zone> {
  const asked = await Promise.all(
    names.map(async (own) => {
      const at = await ask(server, own, 'A');
      const address = 'values' in at ? at.values[0] : undefined;
      if (address === undefined) return { name: own, failed: 'has no address' };
      const it: NameServer = { name: `${own} (of the zone)`, address, zone: name };
      const answer = await ask(it, name, 'NS');
      return 'failed' in answer ? { name: own, failed: answer.failed } : { name: own, server: it };
    }),
  );
  const good = asked.flatMap((each) => (each.server ? [each] : []));
  const silent = asked.flatMap((each) => (each.server ? [] : [`${each.name}: ${each.failed}`]));
  const title = `Name servers of ${name}`;
  const said = good.length > 0 ? `asked themselves: ${good.map((each) => each.name).join(', ')}` : '';
  return {
    name,
    servers: good.flatMap((each) => (each.server ? [each.server] : [])),
    finding:
      silent.length === 0
        ? { level: 'ok', title, detail: said }
        : {
            level: 'warning',
            title,
            detail: [said, `cannot be asked from here: ${silent.join(', ')}`].filter(Boolean).join('; '),
            fix: 'Nothing to fix if this network lets no DNS out (port 53); else see them at the DNS provider.',
          },
  };
}

/** Asks the servers of a zone for what lies in it only, and `fallback` for the rest, such as the names to which its aliases lead. */
export const insideZone =
  (ask: Ask, fallback: NameServer | undefined): Ask =>
  async (server, host, type) => {
    if (server.zone === undefined || fallback === undefined) return ask(server, host, type);
    const name = canonical(host);
    if (name !== server.zone && !name.endsWith(`.${server.zone}`)) return ask(fallback, host, type);
    if (type !== 'CNAME' && type !== 'NS') {
      const alias = await ask(server, host, 'CNAME');
      if ('values' in alias && alias.values.length > 0) return ask(fallback, host, type);
    }
    return ask(server, host, type);
  };
