import type { KeptElsewhere } from '../config/elsewhere.ts';
import { lastLive } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Capsules } from './capsules.ts';

/**
 * What the release that was live last has of the secrets that are kept elsewhere, by their addresses: for commands that deploy no other one.
 * Nothing where that cannot be read here, for the same commands go on without.
 */
export async function valuesOfLive(
  all: readonly KeptElsewhere[],
  {
    ledger,
    capsules,
  }: { readonly ledger: Pick<Ledger, 'history'>; readonly capsules: Pick<Capsules, 'find'> },
): Promise<Record<string, string>> {
  if (all.length === 0) return {};
  const history = await ledger.history();
  const version = lastLive(history) ?? history.releases.at(-1)?.version;
  const capsule = version && (await capsules.find(version).catch(() => undefined));
  if (!capsule) return {};
  return Object.fromEntries(
    all.flatMap(({ address, name, of }) => {
      if (of === null) return [];
      const value = 'store' in of ? capsule.stores[of.store] : capsule.services[of.service]?.[name];
      return value === undefined ? [] : [[address, value]];
    }),
  );
}
