import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenApi } from './openapi.ts';
import { type Behaviour, Twin, type TwinReply, type TwinRequest } from './twin.ts';

type Json = Record<string, unknown>;

interface Deploy {
  readonly id: string;
  readonly createdAt: number;
  readonly behaviour: Behaviour;
  readonly trigger: string;
  readonly course: readonly (readonly [at: number, status: string])[];
  /** What it runs with. */
  readonly variables: Readonly<Record<string, string>>;
  ended?: { at: number; status: string };
  served: boolean;
}

/** A one-off job of a service. */
interface Job {
  readonly job: { readonly id: string } & Json;
  readonly service: Service;
  /** Times that it was looked at. */
  asked: number;
  status: string;
}

interface Service {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly environmentId: string | undefined;
  readonly madeAt: number;
  readonly type: string;
  body: Json;
  details: Json;
  autoDeploy: string;
  numInstances: number;
  suspended: boolean;
  variables: Record<string, string>;
  readonly deploys: Deploy[];
  readonly domains: Json[];
  readonly server?: Server;
}

interface Project {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly madeAt: number;
  readonly environments: Json[];
}

interface KeyValue {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly madeAt: number;
  readonly body: Json;
}

/** Said to the caller, in Render's words. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const second = 1_000;
const buildTime = 30 * second;
const startTime = 15 * second;
/** Things that are listed when no limit is given. */
const usualPage = 20;
/** Part of the id of everything that is not ours: whoever writes to it has gone wrong. */
const others = 'of-others';
const detailsOf: Readonly<Record<string, string>> = {
  web_service: 'webServiceDetails',
  private_service: 'privateServiceDetails',
  background_worker: 'backgroundWorkerDetails',
};

let api: OpenApi | undefined;
const load = (): OpenApi => {
  api ??= new OpenApi('render.openapi.generated.json', '/v1');
  return api;
};

/** Render as its published OpenAPI and its documentation describe it. */
export class RenderTwin extends Twin {
  /** Workspaces that the key sees; ours is the last one. */
  readonly owners = [
    { id: 'tea-0', name: 'Another team', email: 'others@example.com', type: 'team' },
    { id: 'tea-1', name: 'Team', email: 'team@example.com', type: 'team' },
  ];
  readonly services: Service[] = [];
  readonly keyValues: KeyValue[] = [];
  readonly groups: Json[] = [];
  readonly projects: Project[] = [];
  readonly keys = new Set(['render-key']);
  /** Keys that may read only. */
  readonly readers = new Set<string>();
  quota = 100;
  regions: readonly string[] = ['frankfurt', 'oregon', 'ohio', 'singapore', 'virginia'];
  plans: readonly string[] = ['starter', 'standard', 'pro'];
  readonly foreignDomains = new Set<string>();
  readonly foreignNames = new Set<string>();
  readonly commits = new Set<string>();
  /** Every n-th deploy is only queued: 202 without a body. 0: none. */
  queuedEvery = 0;
  /** Deploys whose artifact is kept for a rollback, counted from the newest. */
  kept = 15;
  readonly jobs: Job[] = [];
  /** How jobs end. */
  jobsEnd = 'succeeded';
  readonly #api = load();
  #deploys = 0;

  /** Someone deletes a service in the dashboard. */
  deleteByHand(name: string): void {
    const service = this.service(name);
    service.server?.closeAllConnections();
    service.server?.close();
    this.services.splice(this.services.indexOf(service), 1);
  }

  revoke(): void {
    this.keys.clear();
  }

  /**
   * What others have: a team whose names are ours, with more of everything than a page shows, and in our own workspace an environment
   * whose names begin like ours.
   */
  addOthers(): this {
    const crowd = Array.from({ length: 101 }, (_, i) => `something-${i}`);
    for (const name of [...crowd, 'crm']) this.#addProject(name, 'tea-0', ['production']);
    const eu = this.#addProject('crm-eu', 'tea-1', ['production-eu']);
    const ours = ['backend', 'worker', 'scheduler', 'frontend', 'mongodb'];
    const mark = (environment: string) => ({ CONDUCTOR_PROJECT: 'crm', CONDUCTOR_ENVIRONMENT: environment });
    for (const name of [...crowd, ...ours.map((one) => `crm-production-${one}`)])
      this.addService(name, mark('production'), { ownerId: 'tea-0', kind: others });
    for (const name of ours) {
      const home = { environmentId: String(eu.environments[0]!.id), kind: others };
      this.addService(`crm-production-eu-${name}`, mark('production-eu'), home);
    }
    for (const name of [...crowd, 'crm-production-redis']) this.#addKeyValue(name, 'tea-0');
    this.#addKeyValue('crm-production-eu-redis', 'tea-1');
    for (const ownerId of ['tea-0', 'tea-1'])
      this.#addGroup(
        { name: 'crm-production-way-back', ownerId, envVars: [{ key: 'THEIRS', value: 'yes' }] },
        others,
      );
    return this;
  }

  /** Someone makes a service in the dashboard; `kind` begins its id. */
  addService(
    name: string,
    variables: Readonly<Record<string, string>>,
    {
      ownerId = 'tea-1',
      environmentId,
      kind = 'by-hand',
      type = 'background_worker',
    }: { ownerId?: string; environmentId?: string; kind?: string; type?: string } = {},
  ): Service {
    const service: Service = {
      id: this.id(`srv-${kind}`),
      name,
      ownerId,
      environmentId,
      madeAt: 0,
      type,
      body: { repo: 'https://github.com/example/other', branch: 'main' },
      details: { runtime: 'docker', plan: 'starter', region: 'frankfurt' },
      autoDeploy: 'yes',
      numInstances: 1,
      suspended: false,
      variables: { ...variables },
      deploys: [],
      domains: [],
    };
    this.services.push(service);
    this.#deploy(service, 'other', 'good');
    return service;
  }

  /** What is not ours, as it is. */
  strangers(): unknown {
    const theirs = ({ id, variables }: { readonly id?: unknown; readonly variables?: object }) =>
      String(id).includes(others) || 'THEIRS' in (variables ?? {});
    return {
      services: this.services
        .filter(theirs)
        .map(({ id, name, body, details, variables, autoDeploy, numInstances, deploys }) => {
          return { id, name, body, details, variables, autoDeploy, numInstances, deploys: deploys.length };
        }),
      keyValues: this.keyValues.filter(theirs),
      projects: this.projects.filter(theirs),
      groups: this.groups.filter(theirs),
    };
  }

  /** Someone deploys a service in the dashboard, as it is set. */
  redeploy(name: string): void {
    this.#deploy(this.service(name), 'manual');
  }

  #addProject(name: string, ownerId: string, environments: readonly string[]): Project {
    const project: Project = {
      id: this.id(`prj-${others}`),
      name,
      ownerId,
      madeAt: 0,
      environments: environments.map((one) => ({ id: this.id(`evm-${others}`), name: one })),
    };
    this.projects.push(project);
    return project;
  }

  #addKeyValue(name: string, ownerId: string): void {
    const body = { plan: 'starter', region: 'frankfurt', maxmemoryPolicy: 'noeviction' };
    this.keyValues.push({ id: this.id(`red-${others}`), name, ownerId, madeAt: 0, body });
  }

  #addGroup(body: Json, kind = ''): Json {
    const at = iso(this.clock.now());
    const group = {
      id: this.id(`evg-${kind}`),
      name: body.name,
      ownerId: body.ownerId,
      ...(body.environmentId === undefined ? {} : { environmentId: body.environmentId }),
      createdAt: at,
      updatedAt: at,
      serviceLinks: [],
      envVars: body.envVars,
      secretFiles: [],
    };
    this.groups.push(group);
    return group;
  }

  /** Without what is not ours. */
  get ours() {
    const mine = ({ id }: { readonly id?: unknown }) => !String(id).includes(others);
    return {
      services: this.services.filter(mine),
      keyValues: this.keyValues.filter(mine),
      projects: this.projects.filter(mine),
      groups: this.groups.filter(mine),
    };
  }

  protected readonly limited = {
    'ratelimit-remaining': '0',
    'ratelimit-reset': '7',
    'ratelimit-limit': '30',
  };

  protected words(text: string): unknown {
    return { id: 'error', message: text };
  }

  override async close(): Promise<void> {
    for (const { server } of this.services) {
      server?.closeAllConnections();
      server?.close();
    }
    await super.close();
  }

  /** By our name, without the prefix of project and environment. */
  service(name: string): Service {
    const service = this.ours.services.find((one) => one.name.endsWith(`-${name}`));
    if (!service) throw new Error(`the twin has no service ${name}`);
    return service;
  }

  serving(name: string): string | null {
    const service = this.service(name);
    if (service.suspended) return null;
    return this.#live(service)?.variables.CONDUCTOR_RELEASE ?? null;
  }

  underWay(name: string): number {
    return this.service(name).deploys.filter((one) => inProgress(this.#status(one, this.service(name))))
      .length;
  }

  /** Someone sets a variable in the dashboard. */
  drift(name: string, variable: string, value: string): void {
    this.service(name).variables[variable] = value;
  }

  push(): void {
    for (const service of this.ours.services)
      if (service.autoDeploy === 'yes') this.#deploy(service, 'new_commit');
  }

  protected async handle(request: TwinRequest): Promise<TwinReply> {
    const key = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (!this.keys.has(key) && !this.readers.has(key))
      return { status: 401, body: this.words('Unauthorized') };
    if (this.readers.has(key) && request.method !== 'GET') {
      return { status: 403, body: this.words('Forbidden') };
    }
    const call = this.#api.call(request);
    if (typeof call === 'string') return this.#violated(call);
    if (request.method !== 'GET' && request.path.includes(others))
      this.violations.push(`${request.method} ${request.path} touches what is somebody else's`);
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
    'list-owners': (_path, _body, query) =>
      page(this.owners, query, (owner) => ({ owner, cursor: owner.id })),
    'list-projects': (_path, _body, query) =>
      page(
        this.projects.filter(
          (one) =>
            this.shows(one.madeAt) && asked(query, 'name', one.name) && asked(query, 'ownerId', one.ownerId),
        ),
        query,
        (one) => ({ project: this.#project(one), cursor: one.id }),
      ),
    'create-project': (_path, body) => {
      const project = {
        id: this.id('prj'),
        name: String(body.name),
        ownerId: this.#owner(body).id,
        madeAt: this.clock.now(),
        environments: (body.environments as Json[]).map(({ name }) => ({ id: this.id('evm'), name })),
      };
      this.projects.push(project);
      return made(this.#project(project));
    },
    'delete-project': ({ projectId }) => {
      this.projects.splice(
        this.projects.findIndex(({ id }) => id === projectId),
        1,
      );
      return { status: 204 };
    },
    'list-environments': (_path, _body, query) => {
      const project = this.projects.find(({ id }) => id === query.get('projectId'));
      return page(
        (project?.environments ?? []).filter(
          (one) => this.shows(project!.madeAt) && asked(query, 'name', String(one.name)),
        ),
        query,
        (one) => ({ environment: environment(one, project!.id), cursor: String(one.id) }),
      );
    },
    'create-environment': (_path, body) => {
      const project = this.projects.find(({ id }) => id === body.projectId);
      if (!project) throw new Refused(404, 'project not found');
      const one = { id: this.id('evm'), name: body.name };
      project.environments.push(one);
      return made(environment(one, project.id));
    },

    'add-resources-to-environment': ({ environmentId }, body) => {
      const project = this.projects.find((one) => one.environments.some(({ id }) => id === environmentId));
      const home = project?.environments.find(({ id }) => id === environmentId);
      if (!project || !home) throw new Refused(404, `environment not found: ${environmentId}`);
      for (const one of this.keyValues)
        if ((body.resourceIds as string[]).includes(one.id)) one.body.environmentId = environmentId;
      return ok(environment(home, project.id));
    },

    'list-services': (_path, _body, query) =>
      page(
        this.services.filter(
          (one) =>
            this.shows(one.madeAt) &&
            asked(query, 'name', one.name) &&
            asked(query, 'ownerId', one.ownerId) &&
            asked(query, 'environmentId', one.environmentId),
        ),
        query,
        (one) => ({ service: this.#service(one), cursor: one.id }),
      ),
    'create-service': async (_path, body) => {
      const service = await this.#create(body);
      const deploy = this.#deploy(service, 'other');
      return made({ service: this.#service(service), deployId: deploy.id });
    },
    'update-service': ({ serviceId }, body) => {
      const service = this.#find(serviceId!);
      this.#checkDetails(service.type, body.serviceDetails as Json | undefined, 'PATCH');
      const {
        serviceDetails = {},
        autoDeploy,
        ...rest
      } = body as { serviceDetails?: Json; autoDeploy?: string };
      const { envSpecificDetails = {}, ...others } = serviceDetails as {
        envSpecificDetails?: Json;
        plan?: string;
      };
      if (others.plan && !this.plans.includes(String(others.plan))) {
        throw new Refused(402, `payment information is needed for plan ${others.plan}`);
      }
      service.body = { ...service.body, ...rest };
      service.details = {
        ...service.details,
        ...others,
        envSpecificDetails: { ...(service.details.envSpecificDetails as Json), ...envSpecificDetails },
      };
      service.autoDeploy = autoDeploy ?? service.autoDeploy;
      return ok(this.#service(service));
    },
    'delete-service': ({ serviceId }) => {
      const service = this.#find(serviceId!);
      service.server?.closeAllConnections();
      service.server?.close();
      this.services.splice(this.services.indexOf(service), 1);
      return { status: 204 };
    },
    'scale-service': ({ serviceId }, body) => {
      this.#find(serviceId!).numInstances = Number(body.numInstances);
      return { status: 202 };
    },
    'suspend-service': ({ serviceId }) => {
      this.#find(serviceId!).suspended = true;
      return { status: 202 };
    },
    'resume-service': ({ serviceId }) => {
      const service = this.#find(serviceId!);
      if (service.suspended) this.#deploy(service, 'service_resumed');
      service.suspended = false;
      return { status: 202 };
    },

    'get-env-vars-for-service': ({ serviceId }, _body, query) =>
      page(
        Object.entries(this.#find(serviceId!).variables).map(([key, value]) => ({ id: key, key, value })),
        query,
        ({ key, value }) => ({ envVar: { key, value }, cursor: key }),
      ),
    'update-env-vars-for-service': ({ serviceId }, body) => {
      const service = this.#find(serviceId!);
      service.variables = variablesOf(body as unknown as Json[]);
      return ok(
        Object.entries(service.variables).map(([key, value]) => ({ envVar: { key, value }, cursor: key })),
      );
    },
    'update-env-var': ({ serviceId, envVarKey }, body) => {
      const service = this.#find(serviceId!);
      service.variables = { ...service.variables, [envVarKey!]: String(body.value) };
      return ok({ key: envVarKey!, value: String(body.value) });
    },

    'list-deploys': ({ serviceId }, _body, query) => {
      const service = this.#find(serviceId!);
      return page(
        service.deploys.filter((one) => this.shows(one.createdAt)),
        query,
        (one) => ({ deploy: this.#deployNode(one, service), cursor: one.id }),
      );
    },
    'retrieve-deploy': ({ serviceId, deployId }) => {
      const { service, deploy } = this.#findDeploy(serviceId!, deployId!);
      if (!this.shows(deploy.createdAt)) throw new Refused(404, 'deploy not found');
      return ok(this.#deployNode(deploy, service));
    },
    'create-deploy': ({ serviceId }, body) => {
      const service = this.#find(serviceId!);
      if (service.suspended) throw new Refused(400, 'cannot deploy suspended service');
      if (body.commitId && this.commits.size && !this.commits.has(String(body.commitId))) {
        throw new Refused(404, 'commit not found');
      }
      if (body.imageUrl) {
        const configured = String((service.body.image as Json | undefined)?.imagePath ?? '');
        if (repositoryOf(configured) !== repositoryOf(String(body.imageUrl))) {
          throw new Refused(400, 'imageUrl must match the configured image');
        }
      }
      const deploy = this.#deploy(service, 'api');
      const queued = this.queuedEvery > 0 && this.#deploys % this.queuedEvery === 0;
      return queued ? { status: 202 } : made(this.#deployNode(deploy, service));
    },
    'cancel-deploy': ({ serviceId, deployId }) => {
      const { service, deploy } = this.#findDeploy(serviceId!, deployId!);
      if (!inProgress(this.#status(deploy, service))) throw new Refused(409, 'deploy is not in progress');
      deploy.ended = { at: this.clock.now(), status: 'canceled' };
      return ok(this.#deployNode(deploy, service));
    },
    'rollback-deploy': ({ serviceId }, body) => {
      const { service, deploy } = this.#findDeploy(serviceId!, String(body.deployId));
      this.#status(deploy, service);
      const age = service.deploys.filter((one) => one.served).indexOf(deploy);
      if (age < 0 || age >= this.kept) throw new Refused(400, 'the build of this deploy is no longer kept');
      return made(this.#deployNode(this.#deploy(service, 'rollback', deploy.behaviour), service));
    },

    'list-key-value': (_path, _body, query) =>
      page(
        this.keyValues.filter(
          (one) =>
            this.shows(one.madeAt) &&
            asked(query, 'name', one.name) &&
            asked(query, 'ownerId', one.ownerId) &&
            asked(query, 'environmentId', one.body.environmentId),
        ),
        query,
        (one) => ({ keyValue: this.#keyValue(one, true), cursor: one.id }),
      ),
    'create-key-value': (_path, body) => {
      this.#region(body);
      const ownerId = this.#owner(body).id;
      this.#environment(body);
      const one = { id: this.id('red'), name: String(body.name), ownerId, madeAt: this.clock.now(), body };
      this.keyValues.push(one);
      return made(this.#keyValue(one, false));
    },
    'retrieve-key-value-connection-info': ({ keyValueId }) =>
      ok({
        internalConnectionString: `redis://${keyValueId}:6379`,
        externalConnectionString: `rediss://user:pass@${keyValueId}.example.com:6379`,
        cliCommand: 'redis-cli',
      }),
    'delete-key-value': ({ keyValueId }) => {
      const index = this.keyValues.findIndex(({ id }) => id === keyValueId);
      this.keyValues.splice(index, 1);
      return { status: 204 };
    },

    'list-env-groups': (_path, _body, query) =>
      page(
        this.groups.filter(
          ({ name, ownerId }) => asked(query, 'name', name) && asked(query, 'ownerId', ownerId),
        ),
        query,
        ({ envVars: _, secretFiles: __, ...meta }) => meta,
      ),
    'retrieve-env-group': ({ envGroupId }) => {
      const group = this.groups.find(({ id }) => id === envGroupId);
      if (!group) throw new Refused(404, 'env group not found');
      return ok(group);
    },
    'create-env-group': (_path, body) => {
      this.#owner(body);
      this.#environment(body);
      return made(this.#addGroup(body));
    },
    'delete-env-group': ({ envGroupId }) => {
      const index = this.groups.findIndex(({ id }) => id === envGroupId);
      if (index < 0) throw new Refused(404, 'env group not found');
      this.groups.splice(index, 1);
      return { status: 204 };
    },

    'list-custom-domains': ({ serviceId }, _body, query) =>
      page(this.#find(serviceId!).domains, query, (one) => ({
        customDomain: {
          ...one,
          verificationStatus: this.published.has(String(one.name)) ? 'verified' : 'unverified',
        },
        cursor: String(one.id),
      })),
    'create-custom-domain': ({ serviceId }, body) => {
      const service = this.#find(serviceId!);
      const name = String(body.name);
      if (this.foreignDomains.has(name) || service.domains.some((one) => one.name === name)) {
        throw new Refused(409, `domain ${name} already exists`);
      }
      const names = name.split('.').length === 2 ? [name, `www.${name}`] : [name];
      const domains = names.map((one) => ({
        id: this.id('cdm'),
        name: one,
        domainType: one.split('.').length === 2 ? 'apex' : 'subdomain',
        publicSuffix: one.split('.').at(-1),
        redirectForName: one === name ? '' : name,
        verificationStatus: 'unverified',
        createdAt: iso(this.clock.now()),
      }));
      service.domains.push(...domains);
      return made(domains);
    },
    'delete-custom-domain': ({ serviceId, customDomainIdOrName }) => {
      const { domains } = this.#find(serviceId!);
      const index = domains.findIndex(({ id, name }) => [id, name].includes(customDomainIdOrName));
      if (index >= 0) domains.splice(index, 1);
      return { status: 204 };
    },

    'post-job': ({ serviceId }, body) => {
      const service = this.#find(serviceId!);
      const job = {
        id: `job-${String(this.jobs.length).padStart(20, '0')}`,
        serviceId,
        startCommand: body.startCommand,
        createdAt: iso(this.clock.now()),
      };
      this.jobs.push({ job, service, asked: 0, status: 'pending' });
      return made({ ...job, planId: 'plan-srv-006' });
    },
    'retrieve-job': ({ jobId }) => ok(this.#job(jobId!)),
    'cancel-job': ({ jobId }) => {
      const found = this.jobs.find(({ job }) => job.id === jobId);
      if (found) found.status = 'canceled';
      return ok(this.#job(jobId!));
    },

    'list-logs': (_path, _body, query) => {
      const job = this.jobs.find((one) => one.job.id === query.get('resource'));
      if (job)
        return ok({ hasMore: false, nextStartTime: iso(0), nextEndTime: iso(0), logs: this.#jobLines(job) });
      const service = this.#find(query.get('resource')!);
      const from = Date.parse(query.get('startTime') ?? iso(0));
      const type = query.get('type');
      const lines = service.deploys
        .filter(({ createdAt }) => createdAt >= from)
        .flatMap((deploy) => this.#lines(deploy, type ?? 'app'))
        .slice(0, Number(query.get('limit') ?? 20));
      return ok({ hasMore: false, nextStartTime: iso(0), nextEndTime: iso(0), logs: lines });
    },
  };

  /** A job runs at the second look at it and has ended at the third, as `jobsEnd` says. */
  #job(id: string): Json {
    const found = this.jobs.find(({ job }) => job.id === id);
    if (!found) throw new Refused(404, `job not found: ${id}`);
    found.asked++;
    if (found.status !== 'canceled')
      found.status = found.asked === 1 ? 'pending' : found.asked === 2 ? 'running' : this.jobsEnd;
    const over = !['pending', 'running'].includes(found.status);
    return {
      ...found.job,
      planId: 'plan-srv-006',
      status: found.status,
      ...(over && { finishedAt: iso(this.clock.now()) }),
    };
  }

  #jobLines({ job, service, asked }: Job): Json[] {
    const lines = [`$ ${job.startCommand}`, `knows ${Object.keys(service.variables).length} variables`];
    const secret = service.variables.SECRET_KEY;
    if (secret) lines.push(`says ${secret}`);
    return lines.slice(0, asked).map((message, i) => ({
      id: `${job.id}-${i}`,
      message,
      timestamp: iso(this.clock.now()),
      labels: [],
    }));
  }

  #lines(deploy: Deploy, type: string): Json[] {
    const line = (message: string): Json => ({
      id: `${deploy.id}-${message.slice(0, 12)}`,
      message,
      timestamp: iso(deploy.createdAt),
      labels: [{ name: 'type', value: type }],
    });
    if (type === 'build') return deploy.behaviour === 'build-fails' ? [line('error: build-fails')] : [];
    const trouble = ['task-fails', 'health-fails', 'crashes'].includes(deploy.behaviour);
    return [
      ...(trouble ? [line(`error: ${deploy.behaviour}`)] : []),
      line(`started with ${Object.values(deploy.variables).join(' ')}`),
    ];
  }

  #owner({ ownerId }: Json) {
    const owner = this.owners.find(({ id }) => id === ownerId);
    if (!owner) throw new Refused(404, `owner not found: ${ownerId}`);
    return owner;
  }

  #region({ region }: Json): void {
    if (!this.regions.includes(String(region))) throw new Refused(400, `invalid region: ${region}`);
  }

  /** Where something is to lie; refused where there is no such environment in the workspace. */
  #environment({ ownerId, environmentId }: Json): string | undefined {
    if (environmentId === undefined) return undefined;
    const inside = ({ environments, ...project }: Project) =>
      project.ownerId === ownerId && environments.some(({ id }) => id === environmentId);
    if (!this.projects.some(inside)) throw new Refused(404, `environment not found: ${environmentId}`);
    return String(environmentId);
  }

  #find(id: string): Service {
    const service = this.services.find((one) => one.id === id);
    if (!service) throw new Refused(404, `service not found: ${id}`);
    return service;
  }

  #findDeploy(serviceId: string, deployId: string): { service: Service; deploy: Deploy } {
    const service = this.#find(serviceId);
    const deploy = service.deploys.find(({ id }) => id === deployId);
    if (!deploy) throw new Refused(404, 'deploy not found');
    return { service, deploy };
  }

  async #create(body: Json): Promise<Service> {
    const type = String(body.type);
    const name = String(body.name);
    this.#checkDetails(type, body.serviceDetails as Json, 'POST');
    const details = body.serviceDetails as Json;
    this.#region(details);
    const ownerId = this.#owner(body).id;
    const environmentId = this.#environment(body);
    const taken = this.services.some((one) => one.name === name && one.ownerId === ownerId);
    if (taken || this.foreignNames.has(name)) {
      throw new Refused(409, `service name ${name} is already in use`);
    }
    if (this.ours.services.length >= this.quota) throw new Refused(400, 'the limit of services is reached');
    if (!this.plans.includes(String(details.plan))) {
      throw new Refused(402, `payment information is needed for plan ${details.plan}`);
    }
    let server: Server | undefined;
    if (type === 'web_service') {
      server = createServer((_, response) => {
        const { enabled } = (service.details.maintenanceMode as { enabled?: boolean } | undefined) ?? {};
        if (enabled) return response.writeHead(503).end();
        const version =
          this.services.includes(service) && !service.suspended ? this.#live(service) : undefined;
        const release = version?.variables.CONDUCTOR_RELEASE;
        return response.writeHead(release ? 200 : 404, release ? this.saying(release) : {}).end();
      });
      await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    }
    const service: Service = {
      id: this.id('srv'),
      name,
      ownerId,
      environmentId,
      madeAt: this.clock.now(),
      type,
      body,
      details,
      autoDeploy: String(body.autoDeploy ?? 'yes'),
      numInstances: Number(details.numInstances ?? 1),
      suspended: false,
      variables: variablesOf((body.envVars ?? []) as Json[]),
      deploys: [],
      domains: [],
      ...(server ? { server } : {}),
    };
    this.services.push(service);
    return service;
  }

  /** The branch of the overlapping `oneOf` that counts for this type of service. */
  #checkDetails(type: string, details: Json | undefined, verb: 'POST' | 'PATCH'): void {
    const name = `${detailsOf[type]}${verb}`;
    if (details) this.violations.push(...this.#api.named(name, details).map((one) => `${name}: ${one}`));
    const docker = details?.envSpecificDetails as Json | undefined;
    const schema = `dockerDetails${verb}`;
    if (docker) this.violations.push(...this.#api.named(schema, docker).map((one) => `${schema}: ${one}`));
  }

  #deploy(service: Service, trigger: string, past?: Behaviour): Deploy {
    const behaviour = past ?? this.behave(service.name.replace(/^crm-production-/, ''), service.variables);
    const deploy: Deploy = {
      id: this.id('dep'),
      createdAt: this.clock.now(),
      behaviour,
      trigger,
      course: course(behaviour, this.clock.now()),
      variables: { ...service.variables },
      served: false,
    };
    this.#deploys++;
    // The default policy of a workspace: a new deploy takes the place of one that is on its way.
    for (const older of service.deploys) {
      if (inProgress(this.#status(older, service)))
        older.ended = { at: this.clock.now(), status: 'canceled' };
    }
    service.deploys.unshift(deploy);
    return deploy;
  }

  #live(service: Service): Deploy | undefined {
    return service.deploys.find((one) => this.#status(one, service) === 'live');
  }

  #status(deploy: Deploy, service: Service): string {
    for (const [i, one] of [...service.deploys].reverse().entries()) {
      const liveAt = one.course.find(([, status]) => status === 'live')?.[0];
      if (one.ended || one.served || liveAt === undefined || liveAt > this.clock.now()) continue;
      one.served = true;
      for (const older of [...service.deploys].reverse().slice(0, i)) {
        older.ended ??= { at: liveAt, status: 'deactivated' };
      }
    }
    return deploy.ended?.status ?? deploy.course.findLast(([at]) => at <= this.clock.now())?.[1] ?? 'created';
  }

  #project({ id, name, ownerId, environments, madeAt }: Project): Json {
    const at = iso(madeAt);
    return {
      id,
      name,
      owner: this.#owner({ ownerId }),
      environmentIds: environments.map((one) => one.id),
      createdAt: at,
      updatedAt: at,
    };
  }

  #service(service: Service): Json {
    const { body, details, type } = service;
    const docker = details.envSpecificDetails as Json | undefined;
    const node: Json = {
      id: service.id,
      name: service.name,
      ownerId: service.ownerId,
      ...(service.environmentId === undefined ? {} : { environmentId: service.environmentId }),
      type,
      createdAt: iso(service.madeAt),
      updatedAt: iso(service.madeAt),
      dashboardUrl: `https://dashboard.render.com/${service.id}`,
      suspended: service.suspended ? 'suspended' : 'not_suspended',
      suspenders: service.suspended ? ['user'] : [],
      autoDeploy: service.autoDeploy,
      notifyOnFail: 'default',
      slug: service.name,
      rootDir: '',
      ...(body.image
        ? {
            imagePath: (body.image as Json).imagePath,
            ...((body.image as Json).registryCredentialId
              ? { registryCredential: { id: (body.image as Json).registryCredentialId, name: 'registry' } }
              : {}),
          }
        : { repo: body.repo, branch: body.branch }),
      serviceDetails: {
        env: details.runtime,
        runtime: details.runtime,
        plan: details.plan,
        region: details.region,
        numInstances: service.numInstances,
        buildPlan: 'starter',
        maxShutdownDelaySeconds: details.maxShutdownDelaySeconds ?? 30,
        ...(type === 'web_service'
          ? {
              healthCheckPath: details.healthCheckPath ?? '',
              maintenanceMode: details.maintenanceMode ?? { enabled: false, uri: '' },
            }
          : {}),
        ...(type === 'background_worker' ? {} : { openPorts: [], url: this.#url(service) }),
        envSpecificDetails: {
          dockerCommand: docker?.dockerCommand ?? '',
          dockerContext: docker?.dockerContext ?? '.',
          dockerfilePath: docker?.dockerfilePath ?? './Dockerfile',
          preDeployCommand: details.preDeployCommand ?? '',
        },
      },
    };
    const schema = detailsOf[type]!;
    this.violations.push(...this.#api.named(schema, node.serviceDetails).map((one) => `${schema}: ${one}`));
    return node;
  }

  #url({ server, name }: Service): string {
    return server ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : `http://${name}:10000`;
  }

  #deployNode(deploy: Deploy, service: Service): Json {
    const status = this.#status(deploy, service);
    return {
      id: deploy.id,
      // A word that came after this schema; the check of the answer does not see it.
      status: status === 'odd' ? undefined : status,
      trigger: deploy.trigger,
      createdAt: iso(deploy.createdAt),
      updatedAt: iso(deploy.createdAt),
      startedAt: iso(deploy.createdAt),
    };
  }

  #keyValue({ id, name, ownerId, madeAt, body }: KeyValue, listed: boolean): Json {
    const at = iso(madeAt);
    return {
      id,
      name,
      createdAt: at,
      updatedAt: at,
      status: this.clock.now() >= madeAt + 60 * second ? 'available' : 'creating',
      region: body.region,
      plan: body.plan,
      owner: this.#owner({ ownerId }),
      ...(body.environmentId === undefined ? {} : { environmentId: body.environmentId }),
      options: { maxmemoryPolicy: body.maxmemoryPolicy },
      ipAllowList: [],
      version: '8',
      ...(listed ? { dashboardUrl: 'https://dashboard.render.com' } : {}),
    };
  }
}

const ok = (body: unknown): TwinReply => ({ status: 200, body });
const made = (body: unknown): TwinReply => ({ status: 201, body });
const iso = (at: number): string => new Date(at).toISOString();

/** A filter of a list: absent, or one of several values. */
const asked = (query: URLSearchParams, name: string, value: unknown): boolean =>
  !query.has(name) ||
  query
    .getAll(name)
    .flatMap((one) => one.split(','))
    .includes(String(value));

/** One page of a list: what comes after the cursor, no more than the limit. */
function page<One extends { readonly id?: unknown }>(
  all: readonly One[],
  query: URLSearchParams,
  node: (one: One) => unknown,
): TwinReply {
  const cursor = query.get('cursor');
  const from = cursor === null ? 0 : all.findIndex(({ id }) => String(id) === cursor) + 1;
  return ok(all.slice(from, from + Number(query.get('limit') ?? usualPage)).map(node));
}

const environment = ({ id, name }: Json, projectId: string): Json => ({
  id,
  name,
  projectId,
  databasesIds: [],
  redisIds: [],
  serviceIds: [],
  envGroupIds: [],
  protectedStatus: 'unprotected',
  networkIsolationEnabled: false,
});

const variablesOf = (list: readonly Json[]): Record<string, string> =>
  Object.fromEntries(list.map(({ key, value }) => [String(key), String(value ?? 'generated by Render')]));

const repositoryOf = (image: string): string => image.replace(/[@:][^/]*$/, '');

const inProgress = (status: string): boolean =>
  ['created', 'queued', 'build_in_progress', 'pre_deploy_in_progress', 'update_in_progress', 'odd'].includes(
    status,
  );

function course(behaviour: Behaviour, start: number): [number, string][] {
  const built = start + buildTime;
  const up = built + startTime;
  const build: [number, string][] = [
    [start, 'created'],
    [start + second, 'queued'],
    [start + 2 * second, 'build_in_progress'],
  ];
  const release: [number, string][] = [...build, [built, 'pre_deploy_in_progress']];
  const update: [number, string][] = [...release, [built + 5 * second, 'update_in_progress']];
  switch (behaviour) {
    case 'rejected':
      return [
        [start, 'created'],
        [start + second, 'build_failed'],
      ];
    case 'build-fails':
    case 'fails-in-silence':
      return [...build, [built, 'build_failed']];
    case 'skipped':
    case 'canceled':
      return [...build, [built, 'canceled']];
    case 'task-fails':
      return [...release, [built + 5 * second, 'pre_deploy_failed']];
    case 'health-fails':
      return [...update, [up + 15 * 60 * second, 'update_failed']];
    case 'crashes':
      return [...update, [up, 'live'], [up + 2 * second, 'update_failed']];
    case 'stuck':
      return build;
    case 'odd-word':
      return [...build, [built, 'odd']];
    default:
      return [...update, [up, 'live']];
  }
}
