import { randomBytes } from 'node:crypto';
import { ConductorError, exitCode } from '../../errors.ts';
import type { ObservedStore } from '../../model/observed.ts';
import type { Store } from '../../model/store.ts';
import { findOrCreate } from '../create.ts';
import { type Pace, poll } from '../poll.ts';
import { isOfficialMongo, replicaSet, replicaSetVariables, startsReplicaSet } from '../replica-set.ts';
import { commandLine } from '../shell-words.ts';
import { readingOf } from './deployments.ts';
import type { VariablesPatch } from './desired.ts';
import type { RailwayService } from './environment.ts';
import { mongoReference } from './mongo-address.ts';
import { operations } from './operations.ts';
import { ensureServices } from './services.ts';
import type { Site } from './site.ts';
import { findStore, storeServiceName } from './store-names.ts';

/** Milliseconds that its image may take to be fetched and to start. */
const patience = 300_000;
/** How often it is asked: Railway counts requests. */
const startPace: Pace = { first: 10_000, factor: 1.5, most: 20_000 };

/**
 * Makes MongoDB a service of its own with a volume, as a replica set of one, and waits until it runs. One that is set up is never set up
 * again: its password is in its data.
 */
export async function ensureMongo(store: Store, site: Site): Promise<RailwayService> {
  const { environment, clock } = site;
  const find = async () => findStore((await environment.read()).services, store);
  const there = await find();
  if (there && runs(there)) return there;
  const service = there ?? (await make(store, site));
  await ensureVolume(service, site);
  if (!service.config?.source?.image) await setUp(service, site);
  const failed = service.latest && readingOf(service.latest).state === 'failed' ? service.latest.id : null;
  const begun = async () => {
    const now = await find();
    return now?.latest && now.latest.id !== failed ? { ...now, id: now.latest.id, latest: now.latest } : null;
  };
  await findOrCreate<{ id: string }>({
    find: begun,
    create: () => start(service, site),
    clock,
    doubles: there !== undefined,
  });
  const running = await poll(
    async () => {
      const now = await begun();
      const state = now && readingOf(now.latest).state;
      return state === 'live' || state === 'failed' ? state : null;
    },
    { clock, within: patience, pace: startPace },
  );
  const made = await find();
  if (running === 'live' && made) return made;
  throw new ConductorError({
    code: 'railway.store-not-made',
    message: `MongoDB does not run on Railway: ${running ? 'its start failed' : 'not up within 5 minutes'}.`,
    hint: `Look at the log of ${service.name} in the dashboard, then run the command again; what is there already is used.`,
    exit: exitCode.deployFailed,
    fault: 'platform',
  });
}

/** What the MongoDB that is there can do: known of the official image only, by how it is started. */
export function mongoCan({ config }: RailwayService): ObservedStore['can'] {
  const values = Object.entries(config?.variables ?? {}).map(([name, one]) => [name, one?.value] as const);
  const command = config?.deploy?.startCommand;
  const line = typeof command === 'string' ? command : null;
  if (startsReplicaSet(line, Object.fromEntries(values))) return ['transactions'];
  return isOfficialMongo(String(config?.source?.image ?? '')) ? [] : 'unknown';
}

/** It has been set up and started before. */
const runs = ({ active, volumes }: RailwayService): boolean => active.length > 0 && volumes.length > 0;

async function make(store: Store, site: Site): Promise<RailwayService> {
  await ensureServices(site, [{ name: storeServiceName(store) }]);
  const made = findStore((await site.environment.read()).services, store);
  if (!made) throw new Error(`the service of ${store.name} was made and is gone`);
  return made;
}

/** Before the first start: what is written without a volume is lost. */
async function ensureVolume(service: RailwayService, site: Site): Promise<void> {
  const { api, place, environment, context, clock } = site;
  const { region } = context.settings;
  const find = async () => {
    const now = (await environment.read()).services.find(({ id }) => id === service.id);
    return now?.volumes[0];
  };
  await findOrCreate({
    find,
    create: async () => {
      const input = {
        projectId: place.project,
        environmentId: place.environment,
        serviceId: service.id,
        mountPath: replicaSet.data,
        ...(region ? { region } : {}),
      };
      return (await api(operations.createVolume, { input })).volumeCreate.id;
    },
    clock,
  });
}

/** Image, command and variables. The password is readable there, as in Railway's own template, because references to it have to work. */
async function setUp(service: RailwayService, { environment, context }: Site): Promise<void> {
  const { region } = context.settings;
  const plain = Object.entries({
    ...replicaSetVariables({ ipv6: true }),
    MONGO_PASSWORD: randomBytes(24).toString('hex'),
    MONGO_URL: mongoReference,
  });
  const variables: VariablesPatch = {
    ...Object.fromEntries(plain.map(([name, value]) => [name, { value }])),
    MONGO_REPLICA_SET_KEY: { value: randomBytes(32).toString('hex'), isSealed: true },
  };
  const config = {
    source: { image: replicaSet.image },
    deploy: {
      startCommand: commandLine(replicaSet.command),
      ...(region ? { multiRegionConfig: { [region]: { numReplicas: 1 } } } : {}),
      requiredMountPath: replicaSet.data,
      // Two of them cannot have one volume; and mongod takes a moment to end well.
      overlapSeconds: 0,
      drainingSeconds: 30,
      restartPolicyType: 'ON_FAILURE',
      restartPolicyMaxRetries: 10,
    },
    variables,
  };
  await environment.commit({ services: { [service.id]: config } }, await environment.read());
}

async function start(service: RailwayService, { api, place }: Site): Promise<{ id: string }> {
  const input = { service: service.id, environment: place.environment, commit: null };
  return { id: (await api(operations.deploy, input)).serviceInstanceDeployV2 };
}
