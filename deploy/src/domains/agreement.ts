import type { NameServer } from './name-server.ts';

/**
 * What several name servers say together. `spreading`: it is published, and not all have it yet. The zone's own servers decide, where
 * they were asked: what only caches still say is over.
 */
export function agreement<T extends { readonly server: NameServer }>(
  heard: readonly T[],
  isRight: (each: T) => boolean,
): 'right' | 'spreading' | 'wrong' {
  if (heard.every(isRight)) return 'right';
  const own = heard.filter(({ server }) => server.zone !== undefined);
  const deciding = own.length > 0 ? own : heard;
  return deciding.some(isRight) ? 'spreading' : 'wrong';
}
