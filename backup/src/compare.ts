import type { MongoClient } from 'mongodb';
import { type Namespace, nameOf } from './archive/format.ts';
import { differences } from './differences.ts';
import { readCatalog } from './mongo/catalog.ts';
import { recordOf } from './mongo/dump.ts';
import { openTarget } from './mongo/open-target.ts';
import { fingerprintOf } from './mongo/proof.ts';

/** Two collections of a server, as they are. */
export interface Compared {
  readonly one: string;
  readonly other: string;
  /** Documents; null where there is no such collection. */
  readonly documents: { readonly one: number | null; readonly other: number | null };
  /** In what they differ, one phrase each; none: they are the same, to the byte. */
  readonly differences: readonly string[];
}

/** Compares collections of a server with others of the same server: kind, options, indexes, and every byte of their documents. */
export async function compareCollections(
  url: string,
  pairs: readonly { readonly one: Namespace; readonly other: Namespace }[],
): Promise<Compared[]> {
  const client = await openTarget(url);
  try {
    const compared: Compared[] = [];
    for (const { one, other } of pairs) {
      const [first, second] = [await pictureOf(client, one), await pictureOf(client, other)];
      compared.push({
        one: nameOf(one),
        other: nameOf(other),
        documents: { one: first?.documents ?? null, other: second?.documents ?? null },
        differences:
          first && second ? differences([first], [{ ...second, ...one }]) : ['only one of them is there'],
      });
    }
    return compared;
  } finally {
    await client.close();
  }
}

async function pictureOf(client: MongoClient, place: Namespace) {
  const entry = (await readCatalog(client.db(place.db))).find(
    ({ collection }) => collection === place.collection,
  );
  return entry && recordOf(entry, await fingerprintOf(client, place));
}
