import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenApi } from './openapi.ts';
import { type Behaviour, Twin, type TwinReply, type TwinRequest } from './twin.ts';

type Json = Record<string, unknown>;

interface Env {
  key: string;
  value?: string;
  type?: string;
}
interface Component {
  name: string;
  envs?: Env[];
  instance_count?: number;
  [field: string]: unknown;
}
interface Spec {
  name: string;
  services?: Component[];
  workers?: Component[];
  jobs?: Component[];
  domains?: { domain: string; type?: string }[];
  ingress?: { rules?: { component?: { name: string } }[] };
  maintenance?: { archive?: boolean };
  [field: string]: unknown;
}

interface Deployment {
  readonly id: string;
  readonly madeAt: number;
  readonly spec: Spec;
  readonly behaviour: Behaviour;
  /** The component that does not come up. */
  readonly culprit: string;
  readonly course: readonly (readonly [at: number, phase: string])[];
  ended?: { at: number; phase: string };
  served: boolean;
}

interface App {
  readonly id: string;
  readonly madeAt: number;
  spec: Spec;
  readonly deployments: Deployment[];
  readonly server: Server;
  pinned: string | null;
}

interface Cluster {
  readonly id: string;
  readonly madeAt: number;
  readonly body: Json;
  rules: Json[];
}

/** Said to the caller, in DigitalOcean's form. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const second = 1_000;
/** Part of the id of everything that is not ours: whoever writes to it has gone wrong. */
const others = '0007e125';
const buildTime = 20 * second;
const startTime = 20 * second;

let api: OpenApi | undefined;
function load(): OpenApi {
  api ??= new OpenApi('digitalocean.openapi.generated.json');
  return api;
}

/** DigitalOcean App Platform as its published OpenAPI and its documentation describe it. */
export class DigitalOceanTwin extends Twin {
  readonly apps: App[] = [];
  readonly clusters: Cluster[] = [];
  readonly tokens = new Set(['do-token']);
  /** Tokens without the right to write. */
  readonly readers = new Set<string>();
  /** Tokens without any scope for databases. */
  readonly withoutDatabases = new Set<string>();
  /** Regions in which apps run. */
  appRegions: readonly string[] = ['fra', 'nyc', 'lon', 'ams'];
  /** Most apps of the account. */
  appQuota = 100;
  /** Names of apps of other accounts. */
  readonly foreignNames = new Set<string>();
  readonly foreignDomains = new Set<string>();
  /** Apps on a page of the list, whatever is asked for: the links say where it goes on. */
  longestPage = 2;
  /** Most clusters of the account. */
  quota = 100;
  /** Sizes that the account may use; empty: all. */
  readonly sizes = new Set<string>();
  databaseRegions: readonly string[] = ['nyc1', 'nyc3', 'sfo3', 'ams3', 'fra1', 'lon1'];
  /** Successful deployments to which one can go back. */
  kept = 10;
  readonly #api = load();
  readonly #secrets = new Map<string, string>();

  /** Someone deletes the app in the dashboard. */
  deleteByHand(): void {
    const { app } = this;
    app.server.closeAllConnections();
    app.server.close();
    this.apps.splice(this.apps.indexOf(app), 1);
  }

  revoke(): void {
    this.tokens.clear();
  }

  protected get limited(): Readonly<Record<string, string>> {
    return {
      'retry-after': '3',
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(Math.ceil(this.clock.now() / 1000) + 3),
    };
  }

  /** What others have in the account: apps and clusters whose names begin like ours. */
  addOthers(): this {
    const mark = (environment: string) => [
      { key: 'CONDUCTOR_PROJECT', value: 'crm' },
      { key: 'CONDUCTOR_ENVIRONMENT', value: environment },
      { key: 'CONDUCTOR_RELEASE', value: 'v20260101_000000' },
    ];
    for (const name of ['blog', 'shop', 'metrics'])
      this.addApp({ name, services: [{ name: 'backend' }] }, others);
    this.addApp(
      { name: 'crm-production-eu', services: [{ name: 'backend', envs: mark('production-eu') }] },
      others,
    );
    for (const name of ['orders', 'crm-production-eu-mongodb', 'crm-production-eu-redis'])
      this.addCluster({ name, tags: ['conductor', 'conductor-environment:production-eu'] }, others);
    return this;
  }

  /** Someone makes an app in the dashboard, and it serves. */
  addApp(spec: Spec, kind = ''): App {
    const server = createServer();
    const app: App = { id: this.#uuid(kind), madeAt: 0, spec, deployments: [], server, pinned: null };
    this.apps.push(app);
    this.#deploy(app, 'good');
    Object.assign(app.deployments[0]!, { served: true, course: [[0, 'ACTIVE']] });
    return app;
  }

  addCluster(body: Json, kind = ''): Cluster {
    const usual = { engine: 'mongodb', num_nodes: 1, size: 'db-s-1vcpu-1gb', region: 'fra1' };
    const cluster = { id: this.#uuid(kind), madeAt: 0, body: { ...usual, ...body }, rules: [] };
    this.clusters.push(cluster);
    return cluster;
  }

  /** Someone adds a service of their own to our app, and it serves there. */
  addStrangeService(name: string): void {
    const shop = { name, image: { registry_type: 'GHCR', registry: 'another', repository: 'thing' } };
    const specs = [this.app.spec, ...this.app.deployments.map(({ spec }) => spec)];
    for (const spec of specs) spec.services = [...(spec.services ?? []), structuredClone(shop)];
  }

  /** What is not ours, as it is. */
  strangers(): unknown {
    const theirs = ({ id }: { readonly id: string }) => id.includes(others);
    const own = new Set(['backend', 'worker', 'scheduler', 'frontend']);
    return {
      apps: this.apps.filter(theirs).map(({ id, spec, deployments }) => [id, spec, deployments.length]),
      clusters: this.clusters.filter(theirs),
      components: this.ours.apps.flatMap(({ spec }) =>
        componentsOf(spec).filter(({ name }) => !own.has(name)),
      ),
    };
  }

  /** Someone deploys the app in the dashboard, as it is set. */
  redeploy(): void {
    this.#deploy(this.app);
  }

  #uuid(kind: string): string {
    return this.id('made').replace(/^0{8}/, kind || '00000000');
  }

  /** Without what is not ours. */
  get ours() {
    const mine = ({ id }: { readonly id: string }) => !id.includes(others);
    return { apps: this.apps.filter(mine), clusters: this.clusters.filter(mine) };
  }

  /** Ids are UUIDs, and the schema says so. */
  protected override id(kind: string): string {
    const number = super.id(kind).replace(/\D/g, '');
    return `00000000-0000-4000-8000-${number.padStart(12, '0')}`;
  }

  protected words(text: string): unknown {
    return { id: 'error', message: text };
  }

  override async close(): Promise<void> {
    for (const { server } of this.apps) {
      server.closeAllConnections();
      server.close();
    }
    await super.close();
  }

  get app(): App {
    const [app] = this.ours.apps;
    if (!app) throw new Error('the twin has no app');
    return app;
  }

  serving(name: string): string | null {
    const [app] = this.ours.apps;
    const active = app && !app.spec.maintenance?.archive ? this.#active(app) : undefined;
    if (!active || this.#sick(active)) return null;
    const component = componentsOf(active.spec).find((one) => one.name === name);
    return component?.envs?.find(({ key }) => key === 'CONDUCTOR_RELEASE')?.value ?? null;
  }

  underWay(): number {
    const { app } = this;
    return app.deployments.filter((one) => inProgress(this.#phase(one, app))).length;
  }

  /** Someone sets a variable in the dashboard. */
  drift(name: string, variable: string, value: string): void {
    const component = componentsOf(this.app.spec).find((one) => one.name === name);
    const env = component?.envs?.find(({ key }) => key === variable);
    if (env) env.value = value;
  }

  /** Someone rolls back in the dashboard and decides nothing. */
  pin(): void {
    this.app.pinned = this.app.deployments[0]!.id;
  }

  protected async handle(request: TwinRequest): Promise<TwinReply> {
    if (request.path.startsWith('/signed-logs/')) return this.#signedLog(request);
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (!this.tokens.has(token) && !this.readers.has(token)) {
      return { status: 401, body: { id: 'Unauthorized', message: 'Unable to authenticate you' } };
    }
    const call = this.#api.call(request);
    if (typeof call === 'string') return this.#violated(call);
    if (this.readers.has(token) && request.method !== 'GET' && call.id !== 'apps_validate_appSpec') {
      return { status: 403, body: { id: 'Forbidden', message: 'You are missing the required permission' } };
    }
    if (request.method !== 'GET' && request.path.includes(others))
      this.violations.push(`${request.method} ${request.path} touches what is somebody else's`);
    if (this.withoutDatabases.has(token) && call.id.startsWith('databases_')) {
      return {
        status: 403,
        body: { id: 'Forbidden', message: 'You are missing the required permission database:read' },
      };
    }
    const act = this.#calls[call.id];
    if (!act) return this.#violated(`the twin does not know ${call.id}`);
    try {
      const reply = await act(call.path, (request.body ?? {}) as Json, request.query);
      this.violations.push(...this.#api.answer(call.id, reply));
      return reply;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { status: error.status, body: this.words(error.message) };
    }
  }

  #violated(text: string): TwinReply {
    this.violations.push(text);
    return { status: 400, body: this.words(text) };
  }

  readonly #calls: Readonly<
    Record<
      string,
      (
        path: Readonly<Record<string, string>>,
        body: Json,
        query: URLSearchParams,
      ) => TwinReply | Promise<TwinReply>
    >
  > = {
    account_get: () =>
      ok({
        account: {
          droplet_limit: 25,
          floating_ip_limit: 5,
          email: 'team@example.com',
          uuid: 'account',
          email_verified: true,
          status: 'active',
          status_message: '',
        },
      }),
    apps_list: (_path, _body, query) => {
      const shown = this.apps.filter(({ madeAt }) => this.shows(madeAt));
      const page = Number(query.get('page') ?? 1);
      const most = Math.min(this.longestPage, Number(query.get('per_page') ?? 20));
      const next = page * most < shown.length ? { next: `${this.url}/v2/apps?page=${page + 1}` } : {};
      return ok({
        apps: shown.slice((page - 1) * most, page * most).map((app) => this.#app(app)),
        links: { pages: next },
        meta: { total: shown.length },
      });
    },
    apps_get: ({ id }) => ok({ app: this.#app(this.#find(id!)) }),
    apps_validate_appSpec: (_path, body) => {
      const spec = body.spec as Spec;
      this.#refuse(spec);
      return ok({
        app_name_available: !this.foreignNames.has(spec.name),
        app_name_suggestion: `${spec.name}-2`,
        app_cost: 48,
      });
    },
    apps_create: async (_path, body) => {
      const spec = body.spec as Spec;
      this.#refuse(spec);
      if (this.apps.some((app) => app.spec.name === spec.name) || this.foreignNames.has(spec.name)) {
        throw new Refused(409, `app name ${spec.name} already exists`);
      }
      if (this.ours.apps.length >= this.appQuota)
        throw new Refused(403, 'You have reached the maximum number of apps for your account');
      const server = createServer((_, response) => {
        const version = this.serving(componentsOf(app.spec)[0]?.name ?? '');
        response.writeHead(version ? 200 : 503, version ? this.saying(version) : {}).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const app: App = {
        id: this.id('app'),
        madeAt: this.clock.now(),
        spec,
        deployments: [],
        server,
        pinned: null,
      };
      this.apps.push(app);
      this.#put(app, spec);
      return ok({ app: this.#app(app) });
    },
    apps_update: ({ id }, body) => {
      const app = this.#find(id!);
      if (app.pinned) throw new Refused(409, 'app is pinned');
      this.#refuse(body.spec as Spec);
      this.#put(app, body.spec as Spec);
      return ok({ app: this.#app(app) });
    },
    apps_list_deployments: ({ app_id }) => {
      const app = this.#find(app_id!);
      const shown = app.deployments.filter(({ madeAt }) => this.shows(madeAt));
      return ok({
        deployments: shown.map((one) => this.#deployment(one, app)),
        links: {},
        meta: { total: shown.length },
      });
    },
    apps_get_deployment: ({ app_id, deployment_id }) => {
      const app = this.#find(app_id!);
      return ok({ deployment: this.#deployment(this.#byId(app, deployment_id!), app) });
    },
    apps_cancel_deployment: ({ app_id, deployment_id }) => {
      const app = this.#find(app_id!);
      const deployment = this.#byId(app, deployment_id!);
      if (!inProgress(this.#phase(deployment, app))) throw new Refused(400, 'deployment is already finished');
      deployment.ended = { at: this.clock.now(), phase: 'CANCELED' };
      return ok({ deployment: this.#deployment(deployment, app) });
    },
    apps_get_health: ({ app_id }) => {
      const active = this.#active(this.#find(app_id!));
      return ok({
        app_health: {
          components: componentsOf(active?.spec).map(({ name, instance_count = 1 }) => {
            const sick = active && this.#sick(active) && active.culprit === name;
            return {
              name,
              state: sick ? 'UNHEALTHY' : 'HEALTHY',
              replicas_desired: instance_count,
              replicas_ready: sick ? 0 : instance_count,
            };
          }),
        },
      });
    },
    apps_validate_rollback: ({ app_id }, body) => {
      const app = this.#find(app_id!);
      const code = this.#rollbackProblem(app, String(body.deployment_id));
      return ok(
        code
          ? { valid: false, error: { code, message: code, components: [] }, warnings: [] }
          : { valid: true, warnings: [] },
      );
    },
    apps_create_rollback: ({ app_id }, body) => {
      const app = this.#find(app_id!);
      const earlier = this.#byId(app, String(body.deployment_id));
      const code = this.#rollbackProblem(app, earlier.id);
      if (code) throw new Refused(400, code);
      app.spec = structuredClone(earlier.spec);
      const deployment = this.#deploy(app, earlier.behaviour);
      if (!body.skip_pin) app.pinned = deployment.id;
      return ok({ deployment: this.#deployment(deployment, app) });
    },
    apps_get_logs: ({ app_id, deployment_id, component_name }, _body, query) => ({
      status: 200,
      body: {
        live_url: `${this.url}/signed-logs/live`,
        historic_urls: [
          `${this.url}/signed-logs/${app_id}/${deployment_id}/${component_name}/${query.get('type')}`,
        ],
      },
    }),

    databases_list_clusters: () =>
      ok({
        databases: this.clusters.filter(({ madeAt }) => this.shows(madeAt)).map((one) => this.#cluster(one)),
      }),
    databases_create_cluster: (_path, body) => {
      if (!this.databaseRegions.includes(String(body.region))) {
        throw new Refused(422, `region ${body.region} is not valid`);
      }
      if (this.clusters.some((one) => one.body.name === body.name)) {
        throw new Refused(422, `a cluster with the name ${body.name} already exists`);
      }
      if (this.ours.clusters.length >= this.quota) throw new Refused(422, 'cluster limit exceeded');
      const cluster = { id: this.id('db'), madeAt: this.clock.now(), body, rules: [] };
      this.clusters.push(cluster);
      return { status: 201, body: { database: this.#cluster(cluster) } };
    },
    databases_update_evictionPolicy: () => ({ status: 204 }),
    databases_destroy_cluster: ({ database_cluster_uuid: id }) => {
      this.clusters.splice(
        this.clusters.findIndex((one) => one.id === id),
        1,
      );
      return { status: 204 };
    },
    databases_list_firewall_rules: ({ database_cluster_uuid: id }) =>
      ok({ rules: this.#clusterById(id!).rules }),
    databases_update_firewall_rules: ({ database_cluster_uuid: id }, body) => {
      this.#clusterById(id!).rules = (body.rules as Json[]).map((rule) => ({
        ...rule,
        uuid: this.id('rule'),
        cluster_uuid: id,
        created_at: iso(this.clock.now()),
      }));
      return { status: 204 };
    },
  };

  #find(id: string): App {
    const app = this.apps.find((one) => one.id === id);
    if (!app) throw new Refused(404, 'app not found');
    return app;
  }

  #byId(app: App, id: string): Deployment {
    const deployment = app.deployments.find((one) => one.id === id);
    if (!deployment) throw new Refused(404, 'deployment not found');
    return deployment;
  }

  #clusterById(id: string): Cluster {
    const cluster = this.clusters.find((one) => one.id === id);
    if (!cluster) throw new Refused(404, 'cluster not found');
    return cluster;
  }

  #refuse(spec: Spec): void {
    if (spec.region !== undefined && !this.appRegions.includes(String(spec.region)))
      throw new Refused(400, `error validating app spec: region ${spec.region} is not available`);
    const all = [...componentsOf(spec), ...(spec.jobs ?? [])].map(({ name }) => name);
    const twice = all.find((name, i) => all.indexOf(name) !== i);
    if (twice) throw new Refused(400, `error validating app spec: component ${twice} is there twice`);
    const lost = spec.ingress?.rules?.find(({ component }) => component && !all.includes(component.name));
    if (lost)
      throw new Refused(400, `error validating app spec: rule leads to no component ${lost.component!.name}`);
    if ((spec.domains ?? []).filter(({ type }) => type === 'PRIMARY').length > 1)
      throw new Refused(400, 'error validating app spec: there can be one primary domain');
    const taken = spec.domains?.find(({ domain }) => this.foreignDomains.has(domain));
    if (taken) throw new Refused(400, `domain ${taken.domain} is already in use by another account`);
    for (const { instance_size_slug: size } of componentsOf(spec)) {
      if (this.sizes.size && !this.sizes.has(String(size))) {
        throw new Refused(400, `instance size ${size} is not available on the tier of this account`);
      }
    }
  }

  /** Takes a whole new spec, encrypts its secrets and begins a deployment, even when nothing has changed. */
  #put(app: App, spec: Spec): void {
    const stored = structuredClone(spec);
    for (const component of [...componentsOf(stored), ...(stored.jobs ?? [])]) {
      for (const env of component.envs ?? []) {
        if (env.type !== 'SECRET' || env.value?.startsWith('EV[')) continue;
        const encrypted = `EV[1:${this.#secrets.size}:${component.name}]`;
        this.#secrets.set(encrypted, env.value ?? '');
        env.value = encrypted;
      }
    }
    app.spec = stored;
    this.#deploy(app);
  }

  #deploy(app: App, past?: Behaviour): Deployment {
    for (const older of app.deployments) {
      if (inProgress(this.#phase(older, app))) older.ended = { at: this.clock.now(), phase: 'SUPERSEDED' };
    }
    const behaviours = componentsOf(app.spec).map(({ name, envs = [] }) => {
      const variables = envs.map(({ key, value = '' }) => [key, this.#secrets.get(value) ?? value]);
      return { name, behaviour: this.behave(name, Object.fromEntries(variables)) };
    });
    const worst = behaviours.find(({ behaviour }) => behaviour !== 'good');
    const behaviour = past ?? worst?.behaviour ?? 'good';
    const deployment: Deployment = {
      id: this.id('deployment'),
      madeAt: this.clock.now(),
      spec: structuredClone(app.spec),
      behaviour,
      culprit: worst?.name ?? '',
      course: course(behaviour, this.clock.now()),
      served: false,
    };
    app.deployments.unshift(deployment);
    return deployment;
  }

  #phase(deployment: Deployment, app: App): string {
    const oldestFirst = [...app.deployments].reverse();
    for (const [i, one] of oldestFirst.entries()) {
      const activeAt = one.course.find(([, phase]) => phase === 'ACTIVE')?.[0];
      if (one.ended || one.served || activeAt === undefined || activeAt > this.clock.now()) continue;
      one.served = true;
      for (const older of oldestFirst.slice(0, i)) {
        if (older.served) older.ended ??= { at: activeAt, phase: 'SUPERSEDED' };
      }
    }
    return (
      deployment.ended?.phase ??
      deployment.course.findLast(([at]) => at <= this.clock.now())?.[1] ??
      'PENDING_BUILD'
    );
  }

  #active(app: App): Deployment | undefined {
    return app.deployments.find((one) => this.#phase(one, app) === 'ACTIVE');
  }

  /** It became active and fell over two seconds later. */
  #sick({ behaviour, course }: Deployment): boolean {
    return behaviour === 'crashes' && this.clock.now() >= course.at(-1)![0] + 2 * second;
  }

  #rollbackProblem(app: App, id: string): string | null {
    if (app.pinned) return 'app_pinned';
    const deployment = this.#byId(app, id);
    this.#phase(deployment, app);
    if (!deployment.served) return 'incompatible_phase';
    const age = app.deployments.filter(({ served }) => served).indexOf(deployment);
    return age < this.kept ? null : 'exceeded_revision_limit';
  }

  #app(app: App): Json {
    const newest = app.deployments[0]!;
    const phase = this.#phase(newest, app);
    const active = this.#active(app);
    const primary = app.spec.domains?.find(({ type }) => type === 'PRIMARY');
    const address = app.server.address() as AddressInfo | null;
    const url = address ? `http://127.0.0.1:${address.port}` : `https://${app.spec.name}.ondigitalocean.app`;
    return {
      id: app.id,
      spec: app.spec,
      created_at: iso(app.madeAt),
      updated_at: iso(app.madeAt),
      default_ingress: active ? url : '',
      live_url: active ? (primary ? `https://${primary.domain}` : url) : '',
      ...(active ? { active_deployment: this.#deployment(active, app) } : {}),
      ...(['PENDING_BUILD', 'UNKNOWN'].includes(phase)
        ? { pending_deployment: this.#deployment(newest, app) }
        : {}),
      ...(['BUILDING', 'PENDING_DEPLOY', 'DEPLOYING'].includes(phase)
        ? { in_progress_deployment: this.#deployment(newest, app) }
        : {}),
      ...(app.pinned ? { pinned_deployment: this.#deployment(this.#byId(app, app.pinned), app) } : {}),
      domains: (app.spec.domains ?? []).map((spec) => ({
        id: spec.domain,
        spec,
        phase: this.published.has(spec.domain) ? 'ACTIVE' : 'PENDING',
      })),
    };
  }

  #deployment(deployment: Deployment, app: App): Json {
    const phase = this.#phase(deployment, app);
    const failed = phase === 'ERROR';
    const { behaviour, culprit } = deployment;
    return {
      id: deployment.id,
      spec: deployment.spec,
      phase,
      created_at: iso(deployment.madeAt),
      updated_at: iso(deployment.madeAt),
      cause: 'api',
      progress: {
        total_steps: 1,
        error_steps: failed ? 1 : 0,
        success_steps: phase === 'ACTIVE' ? 1 : 0,
        steps: [
          {
            name: behaviour === 'build-fails' ? 'build' : 'deploy',
            status: failed ? 'ERROR' : 'RUNNING',
            steps: failed
              ? [
                  {
                    name: behaviour === 'build-fails' ? 'build' : 'deploy',
                    status: 'ERROR',
                    component_name: culprit,
                    reason: { code: reasons[behaviour] ?? 'Unknown', message: behaviour },
                  },
                ]
              : [],
          },
        ],
      },
    };
  }

  #cluster({ id, madeAt, body }: Cluster): Json {
    return {
      id,
      name: body.name,
      engine: body.engine,
      version: '8',
      num_nodes: body.num_nodes,
      size: body.size,
      region: body.region,
      tags: body.tags ?? null,
      status: this.clock.now() >= madeAt + 120 * second ? 'online' : 'creating',
      created_at: iso(madeAt),
    };
  }

  /** Signed addresses need no token; one that comes along would be given to a stranger. */
  #signedLog({ path, headers }: TwinRequest): TwinReply {
    if (headers.authorization) this.violations.push(`the token was sent to ${path}`);
    const [, , appId, deploymentId, component] = path.split('/');
    const app = this.apps.find(({ id }) => id === appId);
    const deployment = app?.deployments.find(({ id }) => id === deploymentId);
    const envs = componentsOf(deployment?.spec).find(({ name }) => name === component)?.envs ?? [];
    const values = envs.map(({ value = '' }) => this.#secrets.get(value) ?? value);
    const trouble = deployment?.culprit === component ? `\nerror: ${deployment?.behaviour}` : '';
    return { status: 200, body: `started with ${values.join(' ')}${trouble}` };
  }
}

const reasons: Readonly<Partial<Record<Behaviour, string>>> = {
  'build-fails': 'BuildJobExitNonZero',
  'task-fails': 'PreDeployJobFailed',
  'health-fails': 'DeployContainerHealthChecksFailed',
};

const ok = (body: unknown): TwinReply => ({ status: 200, body });
const iso = (at: number): string => new Date(at).toISOString();
const componentsOf = (spec: Spec | undefined): Component[] => [
  ...(spec?.services ?? []),
  ...(spec?.workers ?? []),
];
const inProgress = (phase: string): boolean =>
  ['UNKNOWN', 'PENDING_BUILD', 'BUILDING', 'PENDING_DEPLOY', 'DEPLOYING'].includes(phase);

function course(behaviour: Behaviour, start: number): [number, string][] {
  const built = start + buildTime;
  const up = built + startTime;
  const build: [number, string][] = [
    [start, 'PENDING_BUILD'],
    [start + second, 'BUILDING'],
  ];
  const deploy: [number, string][] = [...build, [built, 'PENDING_DEPLOY'], [built + second, 'DEPLOYING']];
  switch (behaviour) {
    case 'rejected':
      return [
        [start, 'PENDING_BUILD'],
        [start + second, 'ERROR'],
      ];
    case 'build-fails':
    case 'fails-in-silence':
      return [...build, [built, 'ERROR']];
    case 'skipped':
    case 'canceled':
      return [...build, [built, 'CANCELED']];
    case 'task-fails':
    case 'health-fails':
      return [...deploy, [up + 60 * second, 'ERROR']];
    case 'stuck':
      return build;
    case 'odd-word':
      return [...build, [built, 'UNKNOWN']];
    default:
      return [...deploy, [up, 'ACTIVE']];
  }
}
