import { z } from 'zod';
import { get, make, none, set } from '../rest.ts';

/** The parts of a service of Render that we read. */
export const renderServiceSchema = z.object({
  id: z.string(),
  name: z.string(),
  ownerId: z.string(),
  environmentId: z.string().nullish(),
  type: z.string(),
  slug: z.string(),
  autoDeploy: z.string(),
  suspended: z.string(),
  repo: z.string().nullish(),
  branch: z.string().nullish(),
  imagePath: z.string().nullish(),
  registryCredential: z.object({ id: z.string() }).nullish(),
  rootDir: z.string(),
  serviceDetails: z.looseObject({
    url: z.string().nullish(),
    plan: z.string().nullish(),
    region: z.string().nullish(),
    runtime: z.string().nullish(),
    numInstances: z.number().nullish(),
    healthCheckPath: z.string().nullish(),
    preDeployCommand: z.string().nullish(),
    maxShutdownDelaySeconds: z.number().nullish(),
    maintenanceMode: z.object({ enabled: z.boolean(), uri: z.string() }).nullish(),
    envSpecificDetails: z.looseObject({
      dockerCommand: z.string().nullish(),
      dockerfilePath: z.string().nullish(),
      preDeployCommand: z.string().nullish(),
    }),
  }),
});
export type RenderService = z.output<typeof renderServiceSchema>;
const service = renderServiceSchema;

/** Words of the status that we know; a newer one is taken as any string and is never success. */
const deploy = z.object({
  id: z.string(),
  status: z.string().default('created'),
  trigger: z.string().nullish(),
  createdAt: z.string().default(''),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
});
export type RenderDeploy = z.output<typeof deploy>;

/** Words of its status that we know: pending, running, succeeded, failed, canceled. */
const job = z.object({
  id: z.string(),
  status: z.string().default('pending'),
  finishedAt: z.string().nullish(),
});
export type RenderJob = z.output<typeof job>;

const keyValue = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  environmentId: z.string().nullish(),
});
export type KeyValue = z.output<typeof keyValue>;

const customDomain = z.object({
  id: z.string(),
  name: z.string(),
  domainType: z.string(),
  redirectForName: z.string().nullish(),
  verificationStatus: z.string(),
});
export type RenderDomain = z.output<typeof customDomain>;

const envVar = z.object({ key: z.string(), value: z.string() });

/** Where a list goes on after an item. */
const cursor = z.string();
const named = z.object({ id: z.string(), name: z.string() });

/** Operations of Render's published OpenAPI, by what we use them for. */
export const operations = {
  owners: get('list-owners', '/owners', z.array(z.object({ owner: named, cursor }))),
  projects: get('list-projects', '/projects', z.array(z.object({ project: named, cursor }))),
  createProject: make(
    'create-project',
    'POST',
    '/projects',
    named.extend({ environmentIds: z.array(z.string()).default([]) }),
  ),
  deleteProject: set('delete-project', 'DELETE', '/projects/{projectId}', none),
  environments: get('list-environments', '/environments', z.array(z.object({ environment: named, cursor }))),
  createEnvironment: make('create-environment', 'POST', '/environments', named),
  moveInto: set('add-resources-to-environment', 'POST', '/environments/{environmentId}/resources', none),
  services: get('list-services', '/services', z.array(z.object({ service, cursor }))),
  createService: make(
    'create-service',
    'POST',
    '/services',
    z.object({ service, deployId: z.string().optional() }),
  ),
  updateService: set('update-service', 'PATCH', '/services/{serviceId}', service),
  deleteService: set('delete-service', 'DELETE', '/services/{serviceId}', none),
  scale: set('scale-service', 'POST', '/services/{serviceId}/scale', none),
  suspend: set('suspend-service', 'POST', '/services/{serviceId}/suspend', none),
  resume: set('resume-service', 'POST', '/services/{serviceId}/resume', none),
  variables: get(
    'get-env-vars-for-service',
    '/services/{serviceId}/env-vars',
    z.array(z.object({ envVar, cursor })),
  ),
  replaceVariables: set('update-env-vars-for-service', 'PUT', '/services/{serviceId}/env-vars', none),
  setVariable: set('update-env-var', 'PUT', '/services/{serviceId}/env-vars/{envVarKey}', none),
  deploys: get('list-deploys', '/services/{serviceId}/deploys', z.array(z.object({ deploy }))),
  deploy: get('retrieve-deploy', '/services/{serviceId}/deploys/{deployId}', deploy),
  createDeploy: make('create-deploy', 'POST', '/services/{serviceId}/deploys', deploy.nullable()),
  cancel: set('cancel-deploy', 'POST', '/services/{serviceId}/deploys/{deployId}/cancel', deploy),
  rollback: make('rollback-deploy', 'POST', '/services/{serviceId}/rollback', deploy),
  createJob: make('post-job', 'POST', '/services/{serviceId}/jobs', job),
  job: get('retrieve-job', '/services/{serviceId}/jobs/{jobId}', job),
  cancelJob: set('cancel-job', 'POST', '/services/{serviceId}/jobs/{jobId}/cancel', job),
  keyValues: get('list-key-value', '/key-value', z.array(z.object({ keyValue, cursor }))),
  createKeyValue: make('create-key-value', 'POST', '/key-value', keyValue),
  connection: get(
    'retrieve-key-value-connection-info',
    '/key-value/{keyValueId}/connection-info',
    z.object({ internalConnectionString: z.string() }),
  ),
  deleteKeyValue: set('delete-key-value', 'DELETE', '/key-value/{keyValueId}', none),
  domains: get(
    'list-custom-domains',
    '/services/{serviceId}/custom-domains',
    z.array(z.object({ customDomain, cursor })),
  ),
  createDomain: make(
    'create-custom-domain',
    'POST',
    '/services/{serviceId}/custom-domains',
    z.array(customDomain),
  ),
  deleteDomain: set(
    'delete-custom-domain',
    'DELETE',
    '/services/{serviceId}/custom-domains/{customDomainIdOrName}',
    none,
  ),
  groups: get(
    'list-env-groups',
    '/env-groups',
    z.array(named.extend({ environmentId: z.string().nullish() })),
  ),
  group: get('retrieve-env-group', '/env-groups/{envGroupId}', z.object({ envVars: z.array(envVar) })),
  createGroup: make('create-env-group', 'POST', '/env-groups', z.object({ id: z.string() })),
  deleteGroup: set('delete-env-group', 'DELETE', '/env-groups/{envGroupId}', none),
  logs: get(
    'list-logs',
    '/logs',
    z.object({
      hasMore: z.boolean(),
      nextStartTime: z.string(),
      nextEndTime: z.string(),
      logs: z.array(z.object({ id: z.string(), message: z.string(), timestamp: z.string() })),
    }),
  ),
} as const;
