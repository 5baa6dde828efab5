import type { Release } from '../../src/model/release.ts';
import type { Service, Variable } from '../../src/model/service.ts';
import type { Store } from '../../src/model/store.ts';
import type { Traits } from '../../src/model/traits.ts';
import { type Plan, planOf } from '../../src/plan/plan.ts';
import type { TargetContext } from '../../src/targets/kind.ts';
import type { Progress, Target } from '../../src/targets/target.ts';
import type { Twin } from './twin.ts';

/** Conductor CRM in small, as the platform targets get it: four services, two stores, sixty variables. */

export const canary = 'canary-5d1c0e77aa914b02';
export const commit = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';
export const first = 'v20261123_120000';
export const second = 'v20261123_130000';
export const third = 'v20261123_140000';

const plain = (value: string): Variable => ({ kind: 'plain', value });

/** Fifteen variables: thirteen plain ones or references, two secrets. */
const variables = (service: string): Record<string, Variable> => ({
  ...Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`${service.toUpperCase()}_SETTING_${i}`, plain(`value ${i}`)]),
  ),
  LOG_LEVEL: plain('info'),
  MONGO_URL: { kind: 'store', store: 'mongodb', property: 'url' },
  REDIS_URL: { kind: 'store', store: 'redis', property: 'url' },
  BACKEND_URL: { kind: 'service', service: 'backend', property: 'url' },
  SECRET_KEY: { kind: 'secret', value: `${canary}-${service}` },
  SMTP_PASSWORD: { kind: 'secret', value: `${canary}-smtp` },
});

const service = (name: string, part: Partial<Service> = {}): Service => ({
  name,
  root: '.',
  dockerfile: 'docker/backend/Dockerfile',
  start: ['node', `backend/src/${name}.ts`],
  paths: [],
  health: { path: '/health', deadline: 60 },
  replicas: 1,
  drain: 30,
  singleton: false,
  variables: variables(name),
  ...part,
});

export const stores: readonly Store[] = [
  { name: 'mongodb', kind: 'mongodb' },
  { name: 'redis', kind: 'redis' },
];

export const services: readonly Service[] = [
  service('backend', { paths: ['/api'], health: { path: '/api/v1/health/ready', deadline: 60 } }),
  service('worker'),
  service('scheduler', { singleton: true }),
  service('frontend', { paths: ['/'], dockerfile: 'docker/frontend/Dockerfile' }),
];

/** The same from images by digest. */
export const withImages = (all: readonly Service[]): Service[] =>
  all.map((one) => ({ ...one, image: `ghcr.io/example/crm-${one.name}@sha256:${'ab12'.repeat(16)}` }));

export const release = (version: string, part: Partial<Release> = {}): Release => ({
  version,
  commit,
  dirty: false,
  environment: 'production',
  createdAt: '2026-11-23T12:00:00.000Z',
  task: { service: 'backend', command: ['node', 'backend/src/release.ts'], deadline: 120 },
  stores,
  ...part,
});

/** The services with one variable changed in each. */
export const withSetting = (name: string, value: string, all = services): Service[] =>
  all.map((one) => ({ ...one, variables: { ...one.variables, [name]: plain(value) } }));

/** What was last deployed by each version. */
const deployed = new Map<string, { release: Release; services: readonly Service[] }>();

export function contextOf<Settings>(
  settings: Settings,
  credentials: Readonly<Record<string, string>>,
  part: Partial<TargetContext<Settings>> = {},
): TargetContext<Settings> {
  return {
    project: 'crm',
    environment: 'production',
    root: '/nowhere',
    state: '/nowhere/state',
    settings,
    stores,
    services,
    domains: {},
    credential: async (name) => credentials[name],
    released: async (version) => deployed.get(version) ?? null,
    fingerprint: (name, value) => `fingerprint of ${name}, ${value.length} long, ${value.at(-1)}`,
    ...part,
  };
}

const { fingerprint } = contextOf({}, {});

/** What a deploy of the CRM would do on a target, without a release that is recorded. */
export const planFor = async (
  target: Target,
  { wanted = services, adopt = [], traits = target.traits }: PlanTest = {},
): Promise<Plan> =>
  planOf({
    wanted: { services: wanted, stores, domains: {}, commit: null, dirty: false },
    observed: await target.inspect(),
    record: undefined,
    traits,
    fingerprint,
    adopt: new Set(adopt),
  });

interface PlanTest {
  wanted?: readonly Service[];
  adopt?: readonly string[];
  traits?: Traits;
}

const never = new AbortController().signal;

export interface DeployTest {
  services?: readonly Service[];
  release?: Release;
  proven?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Deploys a release and gathers what is said, with the last state of each service. */
export async function deploy(
  target: Target,
  version: string,
  options: DeployTest = {},
): Promise<{ states: Record<string, string>; seen: Progress[] }> {
  const seen: Progress[] = [];
  const all = options.services ?? services;
  deployed.set(version, { release: options.release ?? release(version), services: all });
  for await (const progress of target.deploy(
    options.release ?? release(version),
    all,
    options.signal ?? never,
    { proven: options.proven ?? false },
  )) {
    seen.push(progress);
    options.onProgress?.(progress);
  }
  const states = all.map(({ name }) => [name, seen.findLast((one) => one.service === name)?.state ?? 'none']);
  return { states: Object.fromEntries(states), seen };
}

export const allLive = { backend: 'live', worker: 'live', scheduler: 'live', frontend: 'live' };

/** A platform that is not ours alone. */
export interface Rudeness {
  /** Other people's things, made before ours; left out where the twin begins with them. */
  addStrangers?(): void;
  /** A thing of somebody else's in the midst of ours. */
  addStrangeService(name: string): void;
  /** All of that, as it is. */
  strangers(): unknown;
  /** A service dies; left out where all of them are one thing. */
  fall?(service: string): void;
  /** Someone deploys a service by hand, as it was last deployed. */
  redeploy(service: string): void;
  /** Names of all things of ours, each as often as it is there. */
  made(): readonly string[];
}

/** A platform of the tests: its twin, and targets for it. */
export interface Platform {
  readonly twin: Twin & { serving(service: string): string | null };
  target(surroundings?: { fetch?: typeof fetch; deadline?: number }): Promise<Target>;
  /** What exists on the platform, in words that two runs of one story have in common. */
  inventory(): unknown;
  /** Someone sets a variable in the dashboard. */
  drift(service: string, name: string, value: string): void;
  /** What other people have and do on the platform, where the twin knows it. */
  readonly rude?: Rudeness;
  /** Nothing of ours is there. */
  isEmpty(): boolean;
  close(): Promise<void>;
}
