import type { StoreKind } from '../model/store.ts';
import type { NotCarried, Variable } from './found.ts';
import type { Surroundings } from './setting.ts';
import { storeOfName } from './stores.ts';

const host = /_?(HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$/i;
const part = /(^|_)(HOST|HOSTNAME|PORT|PASS|PASSWORD|USER|USERNAME|TLS|SSL|AUTH_?SOURCE|INITDB_\w+)$/i;
const besideHost = /^_?(PORT|PASS|PASSWORD|USER|USERNAME|NAME|DATABASE|AUTH_?SOURCE)$/i;

/** Variables that are parts of a store's address, such as REDIS_HOST, or DB_USER beside `DB_HOST=mongo`: with the store of each. */
export function partsOfAddresses(
  variables: readonly Variable[],
  { stores, hosts = {} }: Pick<Surroundings, 'stores' | 'hosts'>,
): Map<string, StoreKind> {
  const found = new Map<string, StoreKind>();
  for (const { name, value } of variables) {
    const data = part.test(name) ? storeOfName(name) : undefined;
    if (data && 'store' in data && stores.includes(data.store)) found.set(name, data.store);
    const kind = value !== undefined && Object.hasOwn(hosts, value.trim()) ? hosts[value.trim()] : undefined;
    if (kind === undefined) continue;
    found.set(name, kind);
    const prefix = name.replace(host, '');
    for (const { name: other } of variables) {
      if (prefix !== '' && other.startsWith(prefix) && besideHost.test(other.slice(prefix.length)))
        found.set(other, kind);
    }
  }
  return found;
}

/** Says what to read in place of the parts. */
export const readWhole = (kind: StoreKind, names: readonly string[]): NotCarried => ({
  what: names.join(', '),
  why: `Conductor gives the address of a store as one URL, with its password: read ${usualName[kind]} in ${names.length > 1 ? 'their' : 'its'} place.`,
});

/** The setting in which a store's address is looked for where nothing says in which. */
export const usualName: Readonly<Record<StoreKind, string>> = { mongodb: 'MONGO_URL', redis: 'REDIS_URL' };
