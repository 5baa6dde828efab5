import { type Namespace, nameOf } from './archive/format.ts';
import { differences } from './differences.ts';
import { readCatalogs } from './mongo/catalog.ts';
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
    const there = await readCatalogs(
      client,
      pairs.flatMap(({ one, other }) => [one.db, other.db]),
    );
    const pictureOf = async (place: Namespace) => {
      const entry = there.get(nameOf(place));
      return entry && recordOf(entry, await fingerprintOf(client, place, entry.type));
    };
    const compared: Compared[] = [];
    for (const { one, other } of pairs) {
      const [first, second] = [await pictureOf(one), await pictureOf(other)];
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
