import type { Names } from './names.ts';

/** ms in which an address that was found not to be the edge's stays so: whoever asks with it must not make a lookup of each request. */
const pauseMs = 250;

/**
 * Tells the addresses of the edge, which has a name, from all others. One that is not known to be the edge's is looked for again before
 * that is said: the edge may have been started a moment ago, and its first visitors must not be taken for it.
 */
export function edgeOf(names: Names, name: string): (address: string) => boolean | Promise<boolean> {
  let asked = Number.NEGATIVE_INFINITY;
  return (address) => {
    if (names.of(name).includes(address)) return true;
    if (performance.now() - asked < pauseMs) return false;
    const isAmong = (addresses: readonly string[]) => addresses.includes(address);
    // A lookup that was under way may have begun before the edge was there.
    return names.latest(name).then(async (addresses) => {
      const found = isAmong(addresses) || isAmong(await names.latest(name));
      asked = performance.now();
      return found;
    });
  };
}
