import type { MongoClient } from 'mongodb';

/** What the server is, as far as a backup needs to know. */
export interface ServerFacts {
  /** `7.0.14` */
  readonly version: string;
  readonly embedded: boolean;
  readonly replicaSet: string | null;
}

export async function readServerFacts(client: MongoClient): Promise<ServerFacts> {
  // First, so that a server that can't be reached is one error and not that of two commands.
  await client.connect();
  const admin = client.db('admin');
  const [build, hello] = await Promise.all([admin.command({ buildInfo: 1 }), admin.command({ hello: 1 })]);
  return { version: build.version, embedded: build.embedded === true, replicaSet: hello.setName ?? null };
}

export const describeServer = ({ version, embedded }: Pick<ServerFacts, 'version' | 'embedded'>): string =>
  `${embedded ? 'embedded-mongo' : 'mongod'} ${version}`;

/** Major and minor of a server's version; a suffix after `-` or `+` is not looked at. */
export function parseVersion(version: string): { major: number; minor: number } | undefined {
  const match = /^(\d+)\.(\d+)(?:\.|$|-|\+)/.exec(version);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}
