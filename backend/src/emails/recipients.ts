import type { AnyDocument } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { Problem } from '../problem.ts';
import type { EmailDocument } from './email.ts';
import { Suppressions } from './suppressions.ts';

/** Everybody a letter goes to, each once. */
export const everybody = ({ to, cc, bcc }: Pick<EmailDocument, 'to' | 'cc' | 'bcc'>): string[] => [
  ...new Set([...to, ...cc, ...bcc]),
];

/** What people said of letters to their address, wherever they are kept. */
export interface Wishes {
  /** They ended letters themselves. */
  suppressed: string[];
  /** They want nothing that is sent to many. */
  optedOut: string[];
  /** They do not want to be measured. */
  untracked: boolean;
}

export async function wishesOf(mongo: Mongo, orgId: string, addresses: readonly string[]): Promise<Wishes> {
  const places = [
    ['contacts', 'emails.value'],
    ['leads', 'email'],
  ] as const;
  const [suppressed, ...records] = await Promise.all([
    new Suppressions(mongo).among(orgId, addresses),
    ...places.map(([name, path]) =>
      mongo.db
        .collection<AnyDocument>(name)
        .find({ orgId, [path]: { $in: [...addresses] }, deletedAt: null } as never, {
          projection: { consent: 1, email: 1, 'emails.value': 1 },
        })
        .toArray(),
    ),
  ]);
  const known = records.flat() as unknown as Person[];
  const of = (person: Person) => [
    ...(person.email ? [person.email] : []),
    ...(person.emails ?? []).map(({ value }) => value),
  ];
  const optedOut = known.filter(({ consent }) => consent?.marketingOptOut).flatMap(of);
  return {
    suppressed: suppressed!,
    optedOut: addresses.filter((address) => optedOut.includes(address)),
    untracked: known.some(({ consent }) => consent?.trackingOptOut),
  };
}

interface Person {
  email?: string | null;
  emails?: { value: string }[];
  consent?: { marketingOptOut?: boolean; trackingOptOut?: boolean };
}

/** Refuses a letter that a recipient does not want: none to whoever ended them, and nothing from a template to whoever opted out. */
export function refuseUnwanted({ suppressed, optedOut }: Wishes, fromTemplate: boolean): void {
  const unwanted = [
    ...suppressed.map((address) => ({
      address,
      code: 'recipient.suppressed',
      why: 'asked for no more letters',
    })),
    ...(fromTemplate
      ? optedOut.map((address) => ({
          address,
          code: 'recipient.opted-out',
          why: 'wants no letters from templates',
        }))
      : []),
  ];
  if (unwanted.length > 0)
    throw new Problem('recipient-opted-out', {
      detail: unwanted.map(({ address, why }) => `${address} ${why}.`).join(' '),
      errors: unwanted.map(({ address, code, why }) => ({
        pointer: '#/to',
        code,
        detail: `${address} ${why}`,
      })),
    });
}
