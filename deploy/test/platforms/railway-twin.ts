import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import { buildSchema, GraphQLError, type GraphQLSchema, graphql, parse, validate } from 'graphql';
import { stored, storedJson } from './contracts/stored.ts';
import { type Behaviour, Twin, type TwinReply, type TwinRequest } from './twin.ts';

type Values = Record<string, { value?: string | null; isSealed?: boolean | null } | null>;
interface Config {
  source?: Record<string, unknown> | null;
  build?: Record<string, unknown> | null;
  deploy?: Record<string, unknown> | null;
  variables?: Values | null;
}

interface Deployment {
  readonly id: string;
  readonly serviceId: string;
  readonly createdAt: number;
  /** What it runs with: later changes of the service do not reach it. */
  readonly config: Config;
  readonly behaviour: Behaviour;
  /** Its words over time; the last one stays. */
  readonly course: readonly (readonly [at: number, status: string])[];
  /** Set when it was canceled or removed, or when a newer one took over. */
  ended?: { at: number; status: string };
  served: boolean;
}

interface Service {
  readonly id: string;
  readonly name: string;
  readonly madeAt: number;
  config: Config;
  autoDeploy: boolean;
  readonly deployments: Deployment[];
  readonly domains: { host: string; server: Server }[];
  readonly customDomains: { id: string; domain: string }[];
  volume?: { id: string; schedules: string[] };
}

interface Project {
  readonly id: string;
  readonly name: string;
  readonly madeAt: number;
  readonly workspace: string;
  /** Of other people. */
  stranger?: true;
  readonly environments: { id: string; name: string }[];
  readonly services: Service[];
  shared: Values;
  deletedAt: number | null;
}

/** The code that Railway gives to most of what it refuses, as to faults of its own (seen in public logs of its API, 2026-09). */
const lyingCode = { code: 'INTERNAL_SERVER_ERROR' };

/** Said to the caller, in Railway's words. Any other error of a resolver is a fault of the twin or of the call. */
class Refused extends GraphQLError {
  constructor(message: string) {
    super(message, { extensions: lyingCode });
  }
}
const notAuthorized: TwinReply = {
  status: 200,
  body: { data: null, errors: [{ message: 'Not Authorized', extensions: lyingCode }] },
};

const seconds = 1_000;
/** The workspace of the token. */
const ours = 'workspace-1';
const longestPage = 10;
const buildTime = 30 * seconds;
const startTime = 15 * seconds;

let schema: GraphQLSchema | undefined;
let environmentConfig: ValidateFunction | undefined;

/** The published schema. */
function load(): { schema: GraphQLSchema; environmentConfig: ValidateFunction } {
  schema ??= buildSchema(stored('railway.generated.graphql'));
  environmentConfig ??= new Ajv({ strict: false }).compile(
    storedJson('railway.environment-config.generated.json'),
  );
  return { schema, environmentConfig };
}

/** Railway as its published schema and its documentation describe it. */
export class RailwayTwin extends Twin {
  readonly projects: Project[] = [];
  readonly tokens = new Map<string, 'account' | 'project' | 'viewer'>([['railway-token', 'account']]);
  /** Most services in a project. */
  quota = 100;
  plan: 'FREE' | 'HOBBY' | 'PRO' = 'PRO';
  /** A template is made with the variables that it is given besides its own. */
  templatesTakeVariables = true;
  preferredRegion: string | null = 'us-west2';
  /** Milliseconds for which the image of a removed deployment is kept. */
  retention = 72 * 3600 * seconds;
  readonly foreignDomains = new Set<string>();
  /** Commits that the repository has. Empty: all. */
  readonly commits = new Set<string>();
  usageLimit: { softLimit: number; hardLimit: number | null } | null = null;
  readonly #schema = load();
  #staged: { id: string; patch: Record<string, unknown> } | null = null;
  readonly #patches = new Map<string, { status: string; lastAppliedError: string | null }>();

  revoke(): void {
    this.tokens.clear();
  }

  protected readonly limited = { 'retry-after': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5' };

  protected words(text: string): unknown {
    return { errors: [{ message: text }] };
  }

  override async close(): Promise<void> {
    for (const project of this.projects) {
      for (const { server } of project.services.flatMap(({ domains }) => domains)) {
        server.closeAllConnections();
        server.close();
      }
    }
    await super.close();
  }

  /** The project that is not deleted. */
  get project(): Project | undefined {
    return this.projects.find(({ deletedAt, stranger }) => deletedAt === null && !stranger);
  }

  /** Other people's things: projects that the token sees, one of them named like ours in another workspace, and one that was deleted. */
  addStrangers(name = 'crm'): void {
    const others = Array.from({ length: 30 }, (_, i) => this.#makeProject(`of-another-${i}`, 'production'));
    const alike = this.#makeProject(name, 'production', 'workspace-2');
    const deleted = this.#makeProject(name, 'production');
    deleted.deletedAt = this.clock.now();
    for (const project of [...others, alike, deleted]) project.stranger = true;
    this.#deploy(this.#strange(alike, 'backend'));
  }

  /** Someone makes a project by hand. */
  addProject(name: string): void {
    this.#makeProject(name, 'production');
  }

  /** Someone's own service in our project. */
  addStrangeService(name: string): void {
    this.#deploy(this.#strange(this.project!, name));
  }

  #strange(project: Project, name: string): Service {
    const service = this.#makeService(project, name);
    service.config = {
      source: { image: 'ghcr.io/another/thing:1' },
      deploy: { startCommand: 'run', multiRegionConfig: { 'us-east4-eqdc4a': { numReplicas: 1 } } },
      variables: { THEIRS: { value: 'theirs' }, CONDUCTOR_RELEASE: { value: 'theirs' } },
    };
    service.autoDeploy = true;
    return service;
  }

  /** What is not ours, as it is. */
  strangers(): unknown {
    const theirs = (service: Service) => 'THEIRS' in (service.config.variables ?? {});
    return this.projects
      .filter(({ stranger, services }) => stranger || services.some(theirs))
      .map(({ id, workspace, deletedAt, services }) => ({
        id,
        workspace,
        deletedAt,
        services: services
          .filter(theirs)
          .map(({ name, config, deployments, autoDeploy }) => [name, config, deployments.length, autoDeploy]),
      }));
  }

  /** Someone redeploys a service in the dashboard, as it was last deployed. */
  redeploy(name: string): void {
    const service = this.service(name);
    const newest = service.deployments[0];
    if (newest) this.#deploy(service, newest.config, newest.behaviour);
  }

  service(name: string): Service {
    const service = this.project?.services.find((one) => one.name === name);
    if (!service) throw new Error(`the twin has no service ${name}`);
    return service;
  }

  /** The version that a service runs for its visitors. */
  serving(name: string): string | null {
    const live = this.service(name).deployments.find((one) => this.#status(one) === 'SUCCESS');
    return live?.config.variables?.CONDUCTOR_RELEASE?.value ?? null;
  }

  /** Deployments of a service that have not come to an end. */
  underWay(name: string): number {
    return this.service(name).deployments.filter((one) => inProgress(this.#status(one))).length;
  }

  /** Someone makes MongoDB from Railway's template in the dashboard. */
  addTemplateMongo(): void {
    const project = this.project ?? this.#makeProject('crm', 'production');
    this.#makeDatabase(project, 'MongoDB', 'mongo');
  }

  /** Whether a MongoDB that runs has transactions: with its image, a key, a volume and a command that makes it a replica set. */
  hasTransactions(name: string): boolean {
    const { deployments, volume } = this.service(name);
    const running = deployments.find((one) => this.#status(one) === 'SUCCESS')?.config;
    const value = (variable: string) => running?.variables?.[variable]?.value ?? '';
    return (
      volume !== undefined &&
      String(running?.source?.image).includes('mongo') &&
      running?.deploy?.startCommand === `/bin/sh -c 'eval "$MONGO_START"'` &&
      /mongod --replSet rs0 --keyFile \S+/.test(value('MONGO_START')) &&
      value('MONGO_PREPARE').includes('replSetInitiate') &&
      ['MONGO_REPLICA_SET_KEY', 'MONGO_USER', 'MONGO_PASSWORD'].every(
        (variable) => value(variable).length > 5,
      )
    );
  }

  /** Someone sets a variable in the dashboard. */
  drift(name: string, variable: string, value: string): void {
    const service = this.service(name);
    const { config } = service;
    service.config = { ...config, variables: { ...config.variables, [variable]: { value } } };
  }

  /** A service dies, is stopped or falls asleep, without anyone deploying. */
  fell(name: string, status: 'CRASHED' | 'REMOVED' | 'SLEEPING'): void {
    const live = this.service(name).deployments.find((one) => this.#status(one) === 'SUCCESS');
    if (!live) throw new Error(`nothing of ${name} is live`);
    live.ended = { at: this.clock.now(), status };
  }

  /** Someone pushes to the repository. */
  push(): void {
    for (const service of this.project?.services ?? []) if (service.autoDeploy) this.#deploy(service);
  }

  /** Someone stages a change in the dashboard. */
  stageByHand(patch: Record<string, unknown>): void {
    this.#staged = { id: this.id('patch'), patch };
  }

  protected async handle({ headers, body, method, path }: TwinRequest): Promise<TwinReply> {
    if (method !== 'POST' || path !== '/')
      return this.#violated(`${method} ${path} is no address of the API`);
    const token = headers.authorization?.replace(/^Bearer /, '') ?? headers['project-access-token'];
    const kind = this.tokens.get(String(token));
    if (!kind) return notAuthorized;
    const { query, variables } = body as { query: string; variables?: Record<string, unknown> };
    if (kind === 'viewer' && /^\s*mutation/.test(query)) return notAuthorized;
    const problems = validate(this.#schema.schema, parse(query));
    if (problems.length) return this.#violated(problems.map(({ message }) => message).join('; '));
    const result = await graphql({
      schema: this.#schema.schema,
      source: query,
      rootValue: kind !== 'project' ? this.#account : { ...this.#account, ...this.#projectToken },
      variableValues: variables ?? {},
    });
    for (const { originalError, message } of result.errors ?? []) {
      if (!(originalError instanceof Refused)) this.violations.push(`${message}: ${query.slice(0, 80)}`);
    }
    return { status: 200, body: this.#withOddWords(JSON.parse(JSON.stringify(result))) };
  }

  #violated(text: string): TwinReply {
    this.violations.push(text);
    return { status: 400, body: this.words(text) };
  }

  /** Words that are not in the schema, as Railway adds some without notice: put in after the schema has been kept to. */
  #withOddWords(result: unknown): unknown {
    return JSON.parse(
      JSON.stringify(result)
        .replaceAll('"status":"WAITING"', '"status":"HIBERNATING"')
        .replaceAll('"status":"NEEDS_APPROVAL"', '"status":"CANCELLED"'),
    );
  }

  readonly #projectToken = {
    apiToken: () => {
      throw new Refused('Not Authorized');
    },
  };

  readonly #account = {
    apiToken: () => ({ workspaces: [{ id: 'workspace-1', name: 'Team' }] }),
    projectToken: () => {
      const project = this.#project(this.project?.id ?? '');
      const environment = project.environments[0]!;
      return { projectId: project.id, environmentId: environment.id, project, environment };
    },
    workspace: () => ({
      preferredRegion: this.preferredRegion,
      plan: this.plan,
      customer: { id: 'customer-1', usageLimit: this.usageLimit },
    }),
    usageLimitSet: ({ input }: { input: { softLimitDollars: number; hardLimitDollars?: number } }) => {
      this.usageLimit = { softLimit: input.softLimitDollars, hardLimit: input.hardLimitDollars ?? null };
      return true;
    },
    regions: () =>
      regionNames.map((name) => ({
        name,
        location: name,
        country: name,
      })),

    projects: ({
      first: asked = 10,
      after,
      workspaceId,
    }: {
      first?: number;
      after?: string | null;
      workspaceId?: string | null;
    }) => {
      const shown = this.projects.filter(
        ({ madeAt, workspace }) => this.shows(madeAt) && (!workspaceId || workspace === workspaceId),
      );
      // A page is as long as the platform likes.
      const first = Math.min(asked, longestPage);
      const from = after ? Number(after) : 0;
      return {
        edges: shown.slice(from, from + first).map((project) => ({ node: this.#projectNode(project) })),
        pageInfo: { hasNextPage: from + first < shown.length, endCursor: String(from + first) },
      };
    },
    project: ({ id }: { id: string }) => this.#projectNode(this.#project(id)),
    projectCreate: ({ input }: { input: { name: string; defaultEnvironmentName?: string } }) =>
      this.#projectNode(this.#makeProject(input.name, input.defaultEnvironmentName ?? 'production')),
    projectDelete: ({ id }: { id: string }) => {
      this.#project(id).deletedAt = this.clock.now();
      return true;
    },
    environmentCreate: ({ input }: { input: { projectId: string; name: string } }) => {
      const project = this.#project(input.projectId);
      if (project.environments.some(({ name }) => name === input.name)) {
        throw new Refused(`Environment ${input.name} already exists`);
      }
      const environment = { id: this.id('environment'), name: input.name };
      project.environments.push(environment);
      return environment;
    },
    environment: ({ id }: { id: string }) => this.#environmentNode(this.#projectOf(id)),

    serviceCreate: ({
      input,
    }: {
      input: { projectId: string; name: string; source?: object; variables?: Record<string, string> };
    }) => {
      const project = this.#project(input.projectId);
      if (project.services.some(({ name }) => name === input.name)) {
        throw new Refused(`A service named ${input.name} already exists in this project`);
      }
      const service = this.#makeService(project, input.name);
      const variables = Object.entries(input.variables ?? {}).map(([name, value]) => [name, { value }]);
      if (variables.length) service.config.variables = Object.fromEntries(variables);
      if (input.source) {
        service.config.source = { ...input.source };
        this.#deploy(service);
      }
      return { id: service.id, name: service.name };
    },
    serviceDelete: ({ id }: { id: string }) => {
      const project = this.project;
      const index = project?.services.findIndex((service) => service.id === id) ?? -1;
      if (index < 0) throw new Refused('Service not found');
      for (const { server } of project!.services[index]!.domains) {
        server.closeAllConnections();
        server.close();
      }
      project!.services.splice(index, 1);
      return true;
    },
    serviceInstanceAutoDeployUpdate: ({ input }: { input: { serviceId: string; enabled: boolean } }) => {
      this.#byId(input.serviceId).autoDeploy = input.enabled;
      return { enabled: input.enabled };
    },
    serviceInstanceAutoDeployStatus: ({ serviceId }: { serviceId: string }) => ({
      enabled: this.#byId(serviceId).autoDeploy,
      canEnable: true,
    }),

    environmentStagedChanges: ({ environmentId }: { environmentId: string }) =>
      this.#patchNode(environmentId, this.#staged?.id ?? 'patch-none', 'STAGED', this.#staged?.patch ?? {}),
    environmentStageChanges: ({
      environmentId,
      input,
    }: {
      environmentId: string;
      input: Record<string, unknown>;
    }) => {
      const { environmentConfig } = this.#schema;
      if (!environmentConfig(input)) throw new Error(JSON.stringify(environmentConfig.errors));
      this.#staged = { id: this.id('patch'), patch: input };
      this.#patches.set(this.#staged.id, { status: 'STAGED', lastAppliedError: null });
      return this.#patchNode(environmentId, this.#staged.id, 'STAGED', input);
    },
    environmentPatchCommitStaged: ({
      environmentId,
      skipDeploys,
    }: {
      environmentId: string;
      skipDeploys?: boolean;
    }) => {
      const staged = this.#staged;
      if (!staged || this.#changesNothing(staged.patch)) throw new Refused('No staged changes to commit');
      this.#staged = null;
      const refusal = this.#commit(this.#projectOf(environmentId), staged.patch, skipDeploys ?? false);
      this.#patches.set(staged.id, {
        status: refusal ? 'STAGED' : 'COMMITTED',
        lastAppliedError: refusal,
      });
      return staged.id;
    },
    environmentPatch: ({ id }: { id: string }) => {
      const patch = this.#patches.get(id);
      if (!patch) throw new Refused('Patch not found');
      return { ...patch, id };
    },
    variableCollectionUpsert: ({
      input,
    }: {
      input: {
        environmentId: string;
        serviceId?: string;
        variables: Record<string, string>;
        skipDeploys?: boolean;
      };
    }) => {
      const values = Object.fromEntries(
        Object.entries(input.variables).map(([name, value]) => [name, { value }]),
      );
      const project = this.#projectOf(input.environmentId);
      if (!input.serviceId) project.shared = { ...project.shared, ...values };
      else {
        const service = this.#byId(input.serviceId);
        service.config = { ...service.config, variables: { ...service.config.variables, ...values } };
      }
      if (!input.skipDeploys) for (const service of project.services) this.#deploy(service);
      return true;
    },

    serviceInstanceDeployV2: ({ serviceId, commitSha }: { serviceId: string; commitSha?: string | null }) => {
      const service = this.#byId(serviceId);
      if (!this.shows(service.madeAt)) throw new Refused('ServiceInstance not found');
      const { source } = service.config;
      if (!source?.repo && !source?.image) throw new Refused('Service has no source');
      if (source.repo && this.commits.size && !this.commits.has(String(commitSha))) {
        throw new Refused('Commit not found');
      }
      return this.#deploy(service).id;
    },
    deploymentRollback: ({ id }: { id: string }) => {
      const { service, deployment } = this.#deployment(id);
      if (!this.#canRollback(deployment)) throw new Refused('Deployment cannot be rolled back to');
      service.config = structuredClone(deployment.config);
      this.#deploy(service, deployment.config, deployment.behaviour);
      return true;
    },
    deploymentRedeploy: ({ id }: { id: string }) => {
      const { service, deployment } = this.#deployment(id);
      return this.#deploymentNode(this.#deploy(service, deployment.config, deployment.behaviour));
    },
    deploymentCancel: ({ id }: { id: string }) => {
      const { deployment } = this.#deployment(id);
      if (!inProgress(this.#status(deployment))) throw new Refused('Deployment cannot be canceled');
      deployment.ended = { at: this.clock.now(), status: 'REMOVED' };
      return true;
    },
    deploymentRemove: ({ id }: { id: string }) => {
      this.#deployment(id).deployment.ended ??= { at: this.clock.now(), status: 'REMOVED' };
      return true;
    },
    deployment: ({ id }: { id: string }) => {
      const { deployment } = this.#deployment(id);
      if (!this.shows(deployment.createdAt)) throw new Refused('Deployment not found');
      return this.#deploymentNode(deployment);
    },
    deployments: ({ input, first = 10 }: { input: { serviceId: string }; first?: number }) => ({
      edges: this.#shown(this.#byId(input.serviceId))
        .slice(0, first)
        .map((deployment) => ({ node: this.#deploymentNode(deployment), cursor: deployment.id })),
      pageInfo: { hasNextPage: false },
    }),
    deploymentEvents: ({ id }: { id: string }) => ({ edges: this.#events(id).map((node) => ({ node })) }),
    buildLogs: ({ deploymentId }: { deploymentId: string }) => {
      const { deployment } = this.#deployment(deploymentId);
      if (['rejected', 'skipped', 'fails-in-silence'].includes(deployment.behaviour)) return [];
      return [this.#log(deployment, 'building'), ...this.#complaints(deployment, ['build-fails'])];
    },
    deploymentLogs: ({ deploymentId, limit = 500 }: { deploymentId: string; limit?: number }) => {
      const { deployment } = this.#deployment(deploymentId);
      const secrets = Object.values(deployment.config.variables ?? {}).map((one) => one?.value);
      const lines = [
        this.#log(deployment, `started with ${secrets.join(' ')}`),
        ...this.#complaints(deployment, ['task-fails', 'health-fails', 'crashes']),
      ];
      return lines.slice(-limit);
    },

    template: ({ code }: { code: string }) => {
      const name = { mongo: 'MongoDB', redis: 'Redis' }[code];
      if (!name) throw new Refused('Template not found');
      return { id: `template-${code}`, serializedConfig: { services: { [`t-${code}`]: { name } } } };
    },
    templateDeployV2: ({
      input,
    }: {
      input: {
        environmentId: string;
        templateId: string;
        serializedConfig: {
          services: Record<string, { name: string; variables?: Record<string, { value?: string }> }>;
        };
      };
    }) => {
      const project = this.#projectOf(input.environmentId);
      for (const { name, variables = {} } of Object.values(input.serializedConfig.services)) {
        const made = this.#makeDatabase(
          project,
          name,
          input.templateId === 'template-mongo' ? 'mongo' : 'redis',
        );
        if (!this.templatesTakeVariables) continue;
        const given = Object.entries(variables).map(([key, { value }]) => [key, { value: value ?? '' }]);
        made.config.variables = { ...made.config.variables, ...Object.fromEntries(given) };
      }
      return { projectId: project.id, workflowId: this.id('workflow') };
    },
    volumeCreate: ({ input }: { input: { serviceId?: string; mountPath: string } }) => {
      const service = this.#byId(input.serviceId ?? '');
      if (service.volume) throw new Refused('Service already has a volume');
      service.volume = { id: this.id('volume'), schedules: [] };
      return { id: `of-${service.volume.id}` };
    },
    workflowStatus: () => ({ status: 'Complete' }),
    volumeInstanceBackupScheduleList: ({ volumeInstanceId }: { volumeInstanceId: string }) =>
      this.#volume(volumeInstanceId).schedules.map((kind) => ({
        id: kind,
        kind,
        name: kind,
        cron: '0 0 * * *',
        createdAt: iso(0),
      })),
    volumeInstanceBackupScheduleUpdate: ({
      volumeInstanceId,
      kinds,
    }: {
      volumeInstanceId: string;
      kinds: string[];
    }) => {
      this.#volume(volumeInstanceId).schedules = kinds;
      return true;
    },

    serviceDomainCreate: async ({ input }: { input: { serviceId: string } }) => {
      const service = this.#byId(input.serviceId);
      const server = createServer((_, response) => {
        const version = this.serving(service.name);
        response.writeHead(version ? 200 : 404, version ? this.saying(version) : {}).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      service.domains.push({ host, server });
      return this.#domainNode(host, service);
    },
    customDomainAvailable: ({ domain }: { domain: string }) => {
      const used = this.project?.services.some((one) => one.customDomains.some((d) => d.domain === domain));
      const available = !this.foreignDomains.has(domain) && !used;
      return { available, message: available ? 'available' : 'Domain is already in use' };
    },
    customDomainCreate: ({ input }: { input: { serviceId: string; domain: string } }) => {
      if (this.foreignDomains.has(input.domain)) throw new Refused('Domain is already in use');
      const service = this.#byId(input.serviceId);
      const domain = { id: this.id('domain'), domain: input.domain };
      service.customDomains.push(domain);
      return this.#customDomainNode(domain, service);
    },
    customDomainDelete: ({ id }: { id: string }) => {
      for (const service of this.project?.services ?? []) {
        const index = service.customDomains.findIndex((domain) => domain.id === id);
        if (index >= 0) service.customDomains.splice(index, 1);
      }
      return true;
    },
  };

  #project(id: string): Project {
    const project = this.projects.find((one) => one.id === id && one.deletedAt === null);
    if (!project) throw new Refused('Project not found');
    return project;
  }

  #projectOf(environment: string): Project {
    const project = this.projects.find(
      (one) => one.deletedAt === null && one.environments.some(({ id }) => id === environment),
    );
    if (!project) throw new Refused('Environment not found');
    return project;
  }

  #byId(id: string): Service {
    const service = this.project?.services.find((one) => one.id === id);
    if (!service) throw new Refused('Service not found');
    return service;
  }

  #volume(id: string) {
    const volume = this.project?.services.find((one) => one.volume?.id === id)?.volume;
    if (!volume) throw new Refused('Volume instance not found');
    return volume;
  }

  #deployment(id: string): { service: Service; deployment: Deployment } {
    for (const service of this.project?.services ?? []) {
      const deployment = service.deployments.find((one) => one.id === id);
      if (deployment) return { service, deployment };
    }
    throw new Refused('Deployment not found');
  }

  #makeProject(name: string, environment: string, workspace = ours): Project {
    const project: Project = {
      workspace,
      id: this.id('project'),
      name,
      madeAt: this.clock.now(),
      environments: [{ id: this.id('environment'), name: environment }],
      services: [],
      shared: {},
      deletedAt: null,
    };
    this.projects.push(project);
    return project;
  }

  /** A database from its template, as Railway's dashboard makes it: a second one of a kind gets another name, it is not refused. */
  #makeDatabase(project: Project, name: string, template: 'mongo' | 'redis'): Service {
    const taken = project.services.some((service) => service.name === name);
    const service = this.#makeService(project, taken ? `${name}-${this.id('copy')}` : name);
    service.config =
      template === 'mongo'
        ? {
            source: { image: 'mongo:7' },
            // Of no replica set, so without transactions.
            deploy: { startCommand: 'mongod --ipv6 --bind_ip ::,0.0.0.0' },
            variables: { MONGO_URL: { value: 'mongodb://user:pass@private' } },
          }
        : { source: { image: 'redis:8' }, variables: { REDIS_URL: { value: 'redis://user:pass@private' } } };
    service.volume = { id: this.id('volume'), schedules: [] };
    this.#deploy(service);
    return service;
  }

  #makeService(project: Project, name: string): Service {
    if (project.services.length >= this.quota) {
      throw new Refused('Resource provision limit exceeded. Please upgrade to provision more resources!');
    }
    const service: Service = {
      id: this.id('service'),
      name,
      madeAt: this.clock.now(),
      config: {},
      autoDeploy: false,
      deployments: [],
      domains: [],
      customDomains: [],
    };
    project.services.push(service);
    return service;
  }

  #changesNothing(patch: Record<string, unknown>): boolean {
    const { services = {}, sharedVariables } = patch as {
      services?: Record<string, Config>;
      sharedVariables?: Values;
    };
    return (
      isDeepStrictEqual(merged(this.project?.shared, sharedVariables ?? {}), this.project?.shared ?? {}) &&
      Object.entries(services).every(([id, config]) => {
        const there = this.project?.services.find((one) => one.id === id)?.config ?? {};
        return isDeepStrictEqual(merged(there, config), merged(there, {}));
      })
    );
  }

  /** Null when it is applied, else why not; then nothing of it is. */
  #commit(project: Project, patch: Record<string, unknown>, skipDeploys: boolean): string | null {
    const services = Object.entries((patch.services ?? {}) as Record<string, Config>);
    for (const [id, config] of services) {
      const service = project.services.find((one) => one.id === id);
      if (!service || !this.shows(service.madeAt)) return `Service ${id} not found in environment`;
      const unknown = Object.entries((config.deploy?.multiRegionConfig ?? {}) as Regions).find(
        ([name, region]) => region && !regionNames.includes(name),
      );
      if (unknown) return `Region ${unknown[0]} is not available`;
      if (this.plan === 'FREE' && replicasOf(config) > 1) {
        return 'Replicas are not part of the Free plan';
      }
      for (const [name, variable] of Object.entries(config.variables ?? {})) {
        const sealed = service.config.variables?.[name]?.isSealed;
        if (sealed && variable && !variable.isSealed) return `Variable ${name} is sealed`;
      }
    }
    project.shared = merged(project.shared, patch.sharedVariables ?? {}) as Values;
    for (const [id, config] of services) {
      const service = project.services.find((one) => one.id === id)!;
      const repo = config.source?.repo;
      // A repository that is connected anew deploys at every push until that is turned off.
      if (repo && service.config.source?.repo !== repo) service.autoDeploy = true;
      service.config = merged(service.config, config) as Config;
      if (!skipDeploys) this.#deploy(service);
    }
    return null;
  }

  #deploy(service: Service, config = service.config, past?: Behaviour): Deployment {
    const variables = Object.fromEntries(
      Object.entries(config.variables ?? {}).map(([name, variable]) => [name, variable?.value ?? '']),
    );
    const behaviour = past ?? this.behave(service.name, variables);
    const deployment: Deployment = {
      id: this.id('deployment'),
      serviceId: service.id,
      createdAt: this.clock.now(),
      config: structuredClone(config),
      behaviour,
      course: course(behaviour, this.clock.now()),
      served: false,
    };
    for (const older of service.deployments) {
      if (inProgress(this.#status(older))) older.ended = { at: this.clock.now(), status: 'REMOVED' };
    }
    service.deployments.unshift(deployment);
    return deployment;
  }

  /** The word of a deployment now. A deployment that becomes active ends the one before it. */
  #status(deployment: Deployment): string {
    const service = this.projects
      .flatMap(({ services }) => services)
      .find(({ id }) => id === deployment.serviceId)!;
    this.#takeOver(service);
    return deployment.ended?.status ?? wordAt(deployment, this.clock.now());
  }

  #takeOver(service: Service): void {
    const oldestFirst = [...service.deployments].reverse();
    for (const [i, deployment] of oldestFirst.entries()) {
      if (deployment.ended || deployment.served) continue;
      const activeAt = deployment.course.find(([, status]) => status === 'SUCCESS')?.[0];
      if (activeAt === undefined || activeAt > this.clock.now()) continue;
      deployment.served = true;
      for (const older of oldestFirst.slice(0, i)) older.ended ??= { at: activeAt, status: 'REMOVED' };
    }
  }

  #canRollback(deployment: Deployment): boolean {
    this.#status(deployment);
    const { ended, served } = deployment;
    return served && (!ended || this.clock.now() - ended.at < this.retention);
  }

  #shown(service: Service): Deployment[] {
    return service.deployments.filter(({ createdAt }) => this.shows(createdAt));
  }

  #projectNode(project: Project) {
    return {
      id: project.id,
      name: project.name,
      deletedAt: project.deletedAt === null ? null : iso(project.deletedAt),
      environments: () => ({ edges: project.environments.map((node) => ({ node })) }),
      services: () => ({
        edges: project.services
          .filter(({ madeAt }) => this.shows(madeAt))
          .map(({ id, name }) => ({ node: { id, name } })),
      }),
    };
  }

  #environmentNode(project: Project) {
    const shown = project.services.filter(({ madeAt }) => this.shows(madeAt));
    return {
      config: () => {
        const config = {
          services: Object.fromEntries(shown.map((service) => [service.id, readable(service.config)])),
          sharedVariables: project.shared,
        };
        const { environmentConfig } = this.#schema;
        if (!environmentConfig(config)) throw new Error(JSON.stringify(environmentConfig.errors));
        return config;
      },
      serviceInstances: {
        edges: shown.map((service) => {
          const deployments = this.#shown(service);
          return {
            node: {
              serviceId: service.id,
              latestDeployment: deployments[0] ? this.#deploymentNode(deployments[0]) : null,
              activeDeployments: deployments
                .filter((one) => ['SUCCESS', 'CRASHED', 'SLEEPING'].includes(this.#status(one)))
                .map((one) => this.#deploymentNode(one)),
              domains: {
                serviceDomains: service.domains.map(({ host }) => this.#domainNode(host, service)),
                customDomains: service.customDomains.map((one) => this.#customDomainNode(one, service)),
              },
            },
          };
        }),
      },
      volumeInstances: {
        edges: shown.flatMap((service) =>
          service.volume ? [{ node: { id: service.volume.id, serviceId: service.id } }] : [],
        ),
      },
    };
  }

  #deploymentNode(deployment: Deployment) {
    const status = this.#status(deployment);
    const replicas = replicasOf(deployment.config);
    return {
      id: deployment.id,
      status,
      createdAt: iso(deployment.createdAt),
      canRollback: this.#canRollback(deployment),
      deploymentStopped: false,
      staticUrl: null,
      instances:
        status === 'SUCCESS'
          ? [
              // One that was moved to another machine stays in the list.
              { id: 'instance-moved', status: 'REMOVED' },
              ...Array.from({ length: replicas }, (_, i) => ({ id: `instance-${i}`, status: 'RUNNING' })),
            ]
          : status === 'SLEEPING'
            ? [{ id: 'instance-0', status: 'STOPPED' }]
            : [],
    };
  }

  #patchNode(_environment: string, id: string, status: string, patch: unknown) {
    return { id, status, patch };
  }

  #domainNode(host: string, service: Service) {
    return { id: host, domain: host, serviceId: service.id };
  }

  #customDomainNode({ id, domain }: { id: string; domain: string }, service: Service) {
    const zone = domain.split('.').slice(-2).join('.');
    return {
      id,
      domain,
      serviceId: service.id,
      status: {
        verified: this.published.has(domain),
        verificationDnsHost: `_railway-verify.${domain}`,
        verificationToken: `railway-verify=${id}`,
        certificateStatus: this.published.has(domain)
          ? 'CERTIFICATE_STATUS_TYPE_VALID'
          : 'CERTIFICATE_STATUS_TYPE_VALIDATING_OWNERSHIP',
        dnsRecords: [
          {
            fqdn: domain,
            hostlabel: domain.replace(`.${zone}`, ''),
            zone,
            recordType: 'DNS_RECORD_TYPE_CNAME',
            requiredValue: `${id}.up.railway.app`,
            currentValue: '',
            status: 'DNS_RECORD_STATUS_REQUIRES_UPDATE',
            purpose: 'DNS_RECORD_PURPOSE_TRAFFIC_ROUTE',
          },
        ],
      },
    };
  }

  #events(id: string) {
    const { deployment } = this.#deployment(id);
    const step = (name: string, error: string | null) => ({
      id: `${id}-${name}`,
      step: name,
      createdAt: iso(deployment.createdAt),
      payload: { error },
    });
    const failed = ['FAILED', 'CRASHED'].includes(this.#status(deployment));
    const error = (behaviour: Behaviour, text: string) =>
      failed && deployment.behaviour === behaviour ? text : null;
    if (['rejected', 'skipped', 'fails-in-silence'].includes(deployment.behaviour)) return [];
    const build = [step('BUILD_IMAGE', error('build-fails', 'exit code 1'))];
    if (deployment.behaviour === 'build-fails') return build;
    return [
      ...build,
      step('PRE_DEPLOY_COMMAND', error('task-fails', 'the command ended with 1')),
      step('CREATE_CONTAINER', null),
      step('HEALTHCHECK', error('health-fails', 'never healthy')),
    ];
  }

  #log({ createdAt }: Deployment, message: string) {
    return { timestamp: iso(createdAt), message, attributes: [] };
  }

  #complaints(deployment: Deployment, behaviours: readonly Behaviour[]) {
    return behaviours.includes(deployment.behaviour)
      ? [this.#log(deployment, `error: ${deployment.behaviour}`)]
      : [];
  }
}

type Regions = Readonly<Record<string, { numReplicas?: number } | null>>;

const regionNames = ['us-west2', 'us-east4-eqdc4a', 'europe-west4-drams3a', 'asia-southeast1-eqsg3a'];

/** Replicas that run, in all regions together; the old field counts where there is no region. */
function replicasOf({ deploy }: Config): number {
  const regions = Object.values((deploy?.multiRegionConfig ?? {}) as Regions);
  const placed = regions.reduce((sum, one) => sum + (one ? (one.numReplicas ?? 1) : 0), 0);
  return placed || Number(deploy?.numReplicas ?? 1);
}

/** A patch goes into what is there, key by key: what it does not name stays, and null takes away. */
function merged(there: unknown, patch: unknown): unknown {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(patch)) return patch;
  const result = { ...(isObject(there) ? there : {}) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

const iso = (at: number): string => new Date(at).toISOString();

const inProgress = (status: string): boolean =>
  ['QUEUED', 'INITIALIZING', 'WAITING', 'BUILDING', 'DEPLOYING', 'NEEDS_APPROVAL'].includes(status);

/** A sealed variable is not readable by anyone. */
function readable(config: Config): Config {
  const variables = Object.entries(config.variables ?? {}).map(([name, variable]) => [
    name,
    variable?.isSealed ? { isSealed: true } : variable,
  ]);
  return { ...config, variables: Object.fromEntries(variables) };
}

function wordAt({ course }: Deployment, now: number): string {
  return course.findLast(([at]) => at <= now)?.[1] ?? 'QUEUED';
}

/** The words of a deployment over time. */
function course(behaviour: Behaviour, start: number): [number, string][] {
  const deploying = start + buildTime;
  const up = deploying + startTime;
  const begin: [number, string][] = [
    [start, 'QUEUED'],
    [start + seconds, 'INITIALIZING'],
    [start + 3 * seconds, 'BUILDING'],
  ];
  switch (behaviour) {
    case 'rejected':
      return [
        [start, 'QUEUED'],
        [start + seconds, 'FAILED'],
      ];
    case 'build-fails':
    case 'fails-in-silence':
      return [...begin, [deploying, 'FAILED']];
    case 'skipped':
      return [
        [start, 'QUEUED'],
        [start + seconds, 'SKIPPED'],
      ];
    case 'canceled':
      return [...begin, [deploying, 'NEEDS_APPROVAL']];
    case 'task-fails':
    case 'health-fails':
      return [...begin, [deploying, 'DEPLOYING'], [up + 60 * seconds, 'FAILED']];
    case 'crashes':
      return [...begin, [deploying, 'DEPLOYING'], [up, 'SUCCESS'], [up + 2 * seconds, 'CRASHED']];
    case 'stuck':
      return begin;
    case 'odd-word':
      return [...begin, [deploying, 'WAITING']];
    default:
      return [...begin, [deploying, 'DEPLOYING'], [up, 'SUCCESS']];
  }
}
