import { expect, test } from 'vitest';
import { withServer } from '../server.ts';
import { History } from './histories.ts';
import { history, picture, replay } from './replay.ts';
import { startWithOplog } from './server.ts';

const { client: target } = withServer();

test.each(
  Array.from({ length: 8 }, (_, seed) => [seed, seed % 2 === 0 ? 'once' : 'each entry twice'] as const),
)(
  'a history replayed into an empty server gives the same documents and indexes: seed %i, %s',
  async (seed, how) => {
    const { client, close } = await startWithOplog({ largestOplogEntry: 3000 });
    try {
      const name = `history${seed}`;
      const made = new History(client, name, seed);
      await made.make(400);
      // Most of what is tried is done, so that there is a history.
      expect(made.done).toBeGreaterThan(200);
      await replay(await history(client), target(), how === 'once' ? 1 : 2);
      expect(await picture(target(), name)).toEqual(await picture(client, name));
    } finally {
      await close();
    }
  },
  60_000,
);
