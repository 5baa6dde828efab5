import { randomBytes } from 'node:crypto';
import type { Store, StoreKind } from '../../model/store.ts';
import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import { replicaSet, replicaSetUrl, replicaSetVariables } from '../replica-set.ts';
import { ensureNetworks } from './base.ts';
import { exec } from './exec.ts';
import { ensureImage } from './images.ts';
import { label, labelsOf, networkName, storeName } from './names.ts';
import { containerHere, isOurs, scale, serviceNamed } from './services.ts';
import { settingsName, settingsText, withSettings } from './settings-file.ts';
import type { Site } from './site.ts';
import { logs, nanoseconds, type ServiceSpec } from './spec.ts';
import { ensureFile, keepService } from './specification.ts';

/** How a store of each kind runs from its official image. */
interface Recipe {
  /** Its secret variables, made anew for each store. */
  readonly secrets: readonly string[];
  /** The one that clients need. */
  readonly password: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Where the image keeps its data. */
  readonly data: string;
  /** Ends with 0 when it takes requests. */
  readonly ready: readonly string[];
  readonly url: (password: string, host: string) => string;
}

const recipes: Readonly<Record<StoreKind, Recipe>> = {
  mongodb: {
    secrets: ['MONGO_PASSWORD', 'MONGO_REPLICA_SET_KEY'],
    password: 'MONGO_PASSWORD',
    variables: replicaSetVariables(),
    command: replicaSet.command,
    data: replicaSet.data,
    ready: ['/bin/sh', '-c', 'mongosh --quiet --nodb --eval "$MONGO_PREPARE"'],
    url: replicaSetUrl,
  },
  redis: {
    secrets: ['REDIS_PASSWORD'],
    password: 'REDIS_PASSWORD',
    variables: {
      // A file, because words show in the list of processes. Queues lose jobs with any other policy, and without a log on disk.
      REDIS_START:
        'printf "requirepass %s\\n" "$REDIS_PASSWORD" >/tmp/redis.conf; exec docker-entrypoint.sh redis-server /tmp/redis.conf --appendonly yes --maxmemory-policy noeviction',
    },
    command: ['/bin/sh', '-c', 'eval "$REDIS_START"'],
    data: '/data',
    ready: ['/bin/sh', '-c', 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
    url: (password, host) => `redis://:${password}@${host}:6379`,
  },
};

/** Milliseconds in which a store is up: MongoDB prepares its replica set the first time. */
const patience = 180_000;

/** The store runs, takes requests, and this is its address for the services. */
export async function ensureStore(site: Site, store: Pick<Store, 'name' | 'kind'>): Promise<string> {
  const { context } = site;
  const recipe = recipes[store.kind];
  const name = storeName(context, store.name);
  await ensureNetworks(site);
  const found = await serviceNamed(site, name);
  if (found?.Spec.Labels[label.role] !== 'store') await make(site, store, name);
  else await scale(site, found.ID, 1);
  const container = await waitFor(site, name, recipe);
  const password = await passwordOf(site, container, recipe);
  return recipe.url(encodeURIComponent(password), name);
}

/** A store that runs: where its clients find it, and its address for those who find it elsewhere. Null: it does not run. */
export async function runningStore(
  site: Site,
  { name, kind }: Pick<Store, 'name' | 'kind'>,
): Promise<{ readonly at: string; addressBy(port: number): string } | null> {
  const full = storeName(site.context, name);
  const service = await serviceNamed(site, full);
  if (!service || !isOurs(site, service)) return null;
  const container = await containerHere(site, service.ID);
  if (!container) return null;
  const recipe = recipes[kind];
  const password = encodeURIComponent(await passwordOf(site, container, recipe));
  const address = (host: string) => new URL(recipe.url(password, host));
  return {
    at: address(full).host,
    addressBy: (port) => Object.assign(address('127.0.0.1'), { port: String(port) }).href,
  };
}

async function make(site: Site, store: Pick<Store, 'name' | 'kind'>, name: string): Promise<void> {
  const { context } = site;
  const recipe = recipes[store.kind];
  const labels = labelsOf(context, 'store', {
    [label.name]: store.name,
    [label.image]: context.settings.images[store.kind],
  });
  const secrets = Object.fromEntries(
    recipe.secrets.map((secret) => [secret, randomBytes(32).toString('base64url').replaceAll(/[-_]/g, 'x')]),
  );
  const secret = await ensureFile(site, 'secret', name, settingsText(secrets), labels);
  const image = await ensureImage(site, context.settings.images[store.kind]);
  const spec: ServiceSpec = {
    Name: name,
    Labels: labels,
    TaskTemplate: {
      ContainerSpec: {
        Image: image.reference,
        Command: withSettings(recipe.command),
        Env: Object.entries(recipe.variables).map(([key, value]) => `${key}=${value}`),
        Init: true,
        // A database that is cut off in the middle has to repair itself at its next start.
        StopGracePeriod: nanoseconds(60),
        HealthCheck: { Test: ['NONE'] },
        Mounts: [{ Type: 'volume', Source: name, Target: recipe.data }],
        Secrets: [
          {
            SecretID: secret,
            SecretName: name,
            File: { Name: settingsName, UID: '0', GID: '0', Mode: 0o400 },
          },
        ],
      },
      RestartPolicy: { Condition: 'any', Delay: nanoseconds(1) },
      // A volume does not move: elsewhere it would start with an empty one.
      Placement: { Constraints: [`node.id==${site.node}`] },
      Networks: [{ Target: networkName(context) }],
      LogDriver: logs,
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: 'dnsrr' },
    // Never two on one volume.
    UpdateConfig: { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause', Monitor: nanoseconds(5) },
  };
  await keepService(site, spec);
}

const takesRequests = async (site: Site, container: string, { ready }: Recipe): Promise<boolean> =>
  (await exec(site, container, withSettings(ready))).exit === 0;

/** Whether a store takes requests in this container. */
export const storeIsReady = (site: Site, container: string, kind: StoreKind): Promise<boolean> =>
  takesRequests(site, container, recipes[kind]);

async function waitFor(site: Site, name: string, recipe: Recipe): Promise<string> {
  const service = await serviceNamed(site, name);
  const ready = async () => {
    const container = service && (await containerHere(site, service.ID));
    return container && (await takesRequests(site, container, recipe)) ? container : null;
  };
  const pace = { first: 250, factor: 1.5, most: 3_000 };
  const container = await poll(ready, { clock: site.clock, within: patience, pace });
  if (container) return container;
  throw new PlatformRefusal('Docker', 'unreachable', { said: `the store ${name} does not take requests` });
}

/** The engine gives no secret back, but the store that has it does: so any machine of the team knows it, and no file has to hold it. */
async function passwordOf(site: Site, container: string, { password }: Recipe): Promise<string> {
  const { stdout, exit } = await exec(
    site,
    container,
    withSettings(['/bin/sh', '-c', `printf %s "$${password}"`]),
  );
  if (exit !== 0 || stdout === '')
    throw new PlatformRefusal('Docker', 'strange', { said: 'a store does not know its own password' });
  site.seen.add(password, stdout);
  site.context.learn?.(stdout, password);
  return stdout;
}
