import type { DescribedStore } from '../config/description.ts';
import type { StoreKind } from '../model/store.ts';
import { replicaSet, replicaSetUrl, replicaSetVariables } from '../targets/replica-set.ts';
import { limits, literal, logging, variableName, wanted } from './compose-parts.ts';

/** How one kind of store runs from its official image: with a password, on a volume, and on the project's own network alone. */
interface ComposeStore {
  /** Where the image keeps the data. */
  readonly data: string;
  service(name: string): object;
  /** Its address for the services. @param database that they use */
  url(name: string, database: string): string;
}

const password = (name: string): string => wanted(`${variableName(name)}_PASSWORD`);

export const composeStores: Readonly<Record<StoreKind, ComposeStore>> = {
  // A replica set of one member, for transactions and change streams.
  mongodb: {
    data: replicaSet.data,
    service: (name) => ({
      image: replicaSet.image,
      command: replicaSet.command.map(literal),
      environment: {
        ...Object.fromEntries(
          Object.entries(replicaSetVariables()).map(([key, value]) => [key, literal(value)]),
        ),
        MONGO_PASSWORD: password(name),
        MONGO_REPLICA_SET_KEY: wanted(`${variableName(name)}_KEY`),
      },
      // It has a thread for each connection.
      ...limits(name, '1g', 2048),
      healthcheck: {
        // Ends well once the set and its user are there.
        test: ['CMD-SHELL', literal('mongosh --quiet --nodb --eval "$MONGO_PREPARE"')],
        interval: '10s',
        timeout: '10s',
        retries: 12,
      },
      stop_grace_period: '60s',
    }),
    url: (name, database) => replicaSetUrl(password(name), name).replace('27017/?', `27017/${database}?`),
  },
  redis: {
    data: '/data',
    service: (name) => ({
      image: 'docker.io/library/redis:8',
      // The password by a file that is read once, for arguments are seen by all of the machine. Queues lose jobs with any other policy, and
      // without a log on disk; what is full refuses, before the limit would end it.
      command: ['/bin/sh', '-c', literal(redisStart)],
      environment: { REDISCLI_AUTH: password(name) },
      ...limits(name, '512m'),
      healthcheck: {
        // redis-cli ends well, too, where it is refused.
        test: ['CMD-SHELL', 'redis-cli ping | grep -q PONG'],
        interval: '10s',
        timeout: '3s',
        retries: 12,
      },
      stop_grace_period: '30s',
    }),
    url: (name) => `redis://:${password(name)}@${name}:6379`,
  },
};

/** What runs Redis with the password of REDISCLI_AUTH, as the user that its image's own script gives it. */
export const redisStart = `
exec docker-entrypoint.sh redis-server - <<END
requirepass $REDISCLI_AUTH
appendonly yes
maxmemory 256mb
maxmemory-policy noeviction
END
`.trim();

/** A store of the project's own, as a service of the Compose file. */
export const storeService = ({ name, kind }: DescribedStore): object => ({
  ...composeStores[kind].service(name),
  restart: 'unless-stopped',
  volumes: [`${name}:${composeStores[kind].data}`],
  logging,
});
