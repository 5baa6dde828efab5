import { systemClock } from 'conductor-backup/retry';
import type { TargetContext } from '../../kind.ts';
import { SecretsSeen } from '../../secrets-seen.ts';
import type { Servers } from '../../servers.ts';
import type { SwarmSettings } from '../index.ts';
import type { Site } from '../site.ts';
import type { SwarmSurroundings } from '../target.ts';
import { addServer } from './add.ts';
import { listServers } from './list.ts';
import type { Described } from './members.ts';
import { activateServer, drainServer } from './move.ts';
import { removeServer } from './remove.ts';

/** Of which environment the servers are; none is described yet where there is no context. */
export interface Place extends Pick<Site, 'clock' | 'seen'> {
  readonly context: TargetContext<SwarmSettings> | null;
  readonly surroundings: SwarmSurroundings;
}

/** What is done with the servers of an environment, or with the first one before there is an environment. */
export function serversOf(
  context: Place['context'],
  surroundings: SwarmSurroundings = {},
  seen = new SecretsSeen(),
): Servers {
  const place: Place = { context, surroundings, seen, clock: surroundings.clock ?? systemClock };
  /** Of an environment only. */
  const described = (): Described => {
    if (context) return { ...place, context };
    throw new Error('There is no environment whose servers these are.');
  };
  return {
    add: (order) => addServer(place, order),
    list: async () => listServers(described()),
    drain: async (server, order) => drainServer(described(), server, order),
    activate: async (server) => activateServer(described(), server),
    remove: async (server, order) => removeServer(described(), server, order),
  };
}
