import { z } from 'zod';

/** An operation of Railway's GraphQL API: its document, and the part of the answer that we read. */
export interface Operation<Data> {
  readonly document: string;
  readonly data: z.ZodType<Data>;
  /** Doing it twice is the same as doing it once. */
  readonly repeatable: boolean;
}

const query = <Data>(document: string, data: z.ZodType<Data>): Operation<Data> => {
  return { document, data, repeatable: true };
};
/** A change that sets something to a value: doing it twice is doing it once. */
const set = query;
/** A change that makes something new each time. */
const make = <Data>(document: string, data: z.ZodType<Data>): Operation<Data> => {
  return { document, data, repeatable: false };
};

const edges = <Node extends z.ZodType>(node: Node) =>
  z
    .object({ edges: z.array(z.object({ node })) })
    .transform(({ edges }) => (edges as { node: z.output<Node> }[]).map((edge) => edge.node));
const named = z.object({ id: z.string(), name: z.string() });
const done = z.boolean();

const page = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });

/** Words of {@link deploymentSchema}.status that we know; Railway adds some without notice, so any string is taken. */
const deploymentSchema = z.object({
  id: z.string(),
  status: z.string(),
  createdAt: z.string(),
  canRollback: z.boolean(),
  deploymentStopped: z.boolean(),
  staticUrl: z.string().nullable(),
  instances: z.array(z.object({ status: z.string() })),
});
export type Deployment = z.output<typeof deploymentSchema>;
const deploymentFields = 'id status createdAt canRollback deploymentStopped staticUrl instances { status }';

const domainStatus = z.object({
  verified: z.boolean(),
  verificationDnsHost: z.string().nullable(),
  verificationToken: z.string().nullable(),
  certificateStatus: z.string(),
  certificateErrorMessage: z.string().nullable(),
  dnsRecords: z.array(
    z.object({
      fqdn: z.string(),
      zone: z.string(),
      recordType: z.string(),
      requiredValue: z.string(),
      purpose: z.string(),
    }),
  ),
});
const customDomain = z.object({ id: z.string(), domain: z.string(), status: domainStatus });
export type CustomDomain = z.output<typeof customDomain>;
const customDomainFields =
  'id domain status { verified verificationDnsHost verificationToken certificateStatus certificateErrorMessage dnsRecords { fqdn zone recordType requiredValue purpose } }';

const variable = z.object({ value: z.string().nullish(), isSealed: z.boolean().nullish() });
/** The parts of Railway's EnvironmentConfig that are ours to read; it is an untyped scalar in the API. */
export const environmentConfig = z.object({
  services: z
    .record(
      z.string(),
      z.looseObject({
        source: z.record(z.string(), z.unknown()).nullish(),
        build: z.record(z.string(), z.unknown()).nullish(),
        deploy: z.record(z.string(), z.unknown()).nullish(),
        variables: z.record(z.string(), variable.nullable()).nullish(),
      }),
    )
    .default({}),
  sharedVariables: z.record(z.string(), variable.nullable()).default({}),
});
export type EnvironmentConfig = z.output<typeof environmentConfig>;

/** What someone has changed in the dashboard and not deployed yet. */
const stagedChanges = z.object({ status: z.string(), patch: z.record(z.string(), z.unknown()) });

const log = z.object({ timestamp: z.string(), message: z.string() });

export const operations = {
  account: query(
    'query Account { apiToken { workspaces { id name } } }',
    z.object({ apiToken: z.object({ workspaces: z.array(named) }) }),
  ),
  projectToken: query(
    'query ProjectToken { projectToken { project { id name } environment { id name } } }',
    z.object({ projectToken: z.object({ project: named, environment: named }) }),
  ),
  projects: query(
    'query Projects($workspaceId: String, $after: String) { projects(workspaceId: $workspaceId, first: 100, after: $after) { edges { node { id name deletedAt environments(first: 100) { edges { node { id name } } } } } pageInfo { hasNextPage endCursor } } }',
    z.object({
      projects: z.object({
        edges: z.array(
          z.object({
            node: z.object({
              id: z.string(),
              name: z.string(),
              deletedAt: z.string().nullable(),
              environments: edges(named),
            }),
          }),
        ),
        pageInfo: page,
      }),
    }),
  ),
  createProject: make(
    'mutation CreateProject($input: ProjectCreateInput!) { projectCreate(input: $input) { id name environments(first: 100) { edges { node { id name } } } } }',
    z.object({
      projectCreate: z.object({ id: z.string(), name: z.string(), environments: edges(named) }),
    }),
  ),
  createEnvironment: make(
    'mutation CreateEnvironment($input: EnvironmentCreateInput!) { environmentCreate(input: $input) { id name } }',
    z.object({ environmentCreate: named }),
  ),
  regions: query(
    'query Regions { regions { name location } }',
    z.object({ regions: z.array(z.object({ name: z.string(), location: z.string() })) }),
  ),
  state: query(
    `query State($project: String!, $environment: String!) {
      environmentStagedChanges(environmentId: $environment) { status patch }
      project(id: $project) { services(first: 200) { edges { node { id name } } } }
      environment(id: $environment, projectId: $project) {
        config(decryptVariables: true)
        serviceInstances(first: 200) { edges { node {
          serviceId
          latestDeployment { ${deploymentFields} }
          activeDeployments { ${deploymentFields} }
          domains { serviceDomains { domain } customDomains { ${customDomainFields} } }
        } } }
        volumeInstances(first: 200) { edges { node { id serviceId } } }
      }
    }`,
    z.object({
      environmentStagedChanges: stagedChanges,
      project: z.object({ services: edges(named) }),
      environment: z.object({
        config: environmentConfig,
        serviceInstances: edges(
          z.object({
            serviceId: z.string(),
            latestDeployment: deploymentSchema.nullable(),
            activeDeployments: z.array(deploymentSchema),
            domains: z.object({
              serviceDomains: z.array(z.object({ domain: z.string() })),
              customDomains: z.array(customDomain),
            }),
          }),
        ),
        volumeInstances: edges(z.object({ id: z.string(), serviceId: z.string().nullable() })),
      }),
    }),
  ),
  createService: make(
    'mutation CreateService($input: ServiceCreateInput!) { serviceCreate(input: $input) { id name } }',
    z.object({ serviceCreate: named }),
  ),
  deleteService: set(
    'mutation DeleteService($id: String!, $environment: String) { serviceDelete(id: $id, environmentId: $environment) }',
    z.object({ serviceDelete: done }),
  ),
  deleteProject: set(
    'mutation DeleteProject($id: String!) { projectDelete(id: $id) }',
    z.object({ projectDelete: done }),
  ),
  /** Two changes in one request, carried out one after the other: what is staged is committed at once, so that nobody's gets between. */
  commit: set(
    'mutation Commit($environment: String!, $patch: EnvironmentConfig!, $message: String) { environmentStageChanges(environmentId: $environment, input: $patch, merge: false) { id } environmentPatchCommitStaged(environmentId: $environment, skipDeploys: true, commitMessage: $message) }',
    z.object({
      environmentStageChanges: z.object({ id: z.string() }),
      environmentPatchCommitStaged: z.string(),
    }),
  ),
  patch: query(
    'query Patch($id: String!) { environmentPatch(id: $id) { status lastAppliedError } }',
    z.object({ environmentPatch: z.object({ status: z.string(), lastAppliedError: z.string().nullable() }) }),
  ),
  upsertVariables: set(
    'mutation UpsertVariables($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }',
    z.object({ variableCollectionUpsert: done }),
  ),
  autoDeploy: set(
    'mutation AutoDeploy($input: ServiceInstanceAutoDeployUpdateInput!) { serviceInstanceAutoDeployUpdate(input: $input) { enabled } }',
    z.object({ serviceInstanceAutoDeployUpdate: z.object({ enabled: z.boolean() }) }),
  ),
  autoDeployStatus: query(
    'query AutoDeployStatus($project: String!, $environment: String!, $service: String!) { serviceInstanceAutoDeployStatus(projectId: $project, environmentId: $environment, serviceId: $service) { enabled } }',
    z.object({ serviceInstanceAutoDeployStatus: z.object({ enabled: z.boolean() }) }),
  ),
  deploy: make(
    'mutation Deploy($service: String!, $environment: String!, $commit: String) { serviceInstanceDeployV2(serviceId: $service, environmentId: $environment, commitSha: $commit) }',
    z.object({ serviceInstanceDeployV2: z.string() }),
  ),
  rollback: make(
    'mutation Rollback($id: String!) { deploymentRollback(id: $id) }',
    z.object({ deploymentRollback: done }),
  ),
  redeploy: make(
    'mutation Redeploy($id: String!) { deploymentRedeploy(id: $id, usePreviousImageTag: true) { id } }',
    z.object({ deploymentRedeploy: z.object({ id: z.string() }) }),
  ),
  cancel: set(
    'mutation Cancel($id: String!) { deploymentCancel(id: $id) }',
    z.object({ deploymentCancel: done }),
  ),
  remove: set(
    'mutation Remove($id: String!) { deploymentRemove(id: $id) }',
    z.object({ deploymentRemove: done }),
  ),
  deployment: query(
    `query Deployment($id: String!) { deployment(id: $id) { ${deploymentFields} } }`,
    z.object({ deployment: deploymentSchema }),
  ),
  deployments: query(
    'query Deployments($input: DeploymentListInput!) { deployments(input: $input, first: 20) { edges { node { id createdAt } } } }',
    z.object({ deployments: edges(z.object({ id: z.string(), createdAt: z.string() })) }),
  ),
  events: query(
    'query Events($id: String!) { deployment(id: $id) { status } deploymentEvents(id: $id, first: 100) { edges { node { step payload { error reason } } } } }',
    z.object({
      deployment: z.object({ status: z.string() }),
      deploymentEvents: edges(
        z.object({
          step: z.string(),
          payload: z.object({ error: z.string().nullable(), reason: z.string().nullable() }).nullable(),
        }),
      ),
    }),
  ),
  buildLogs: query(
    'query BuildLogs($id: String!, $limit: Int) { buildLogs(deploymentId: $id, limit: $limit) { timestamp message } }',
    z.object({ buildLogs: z.array(log) }),
  ),
  logs: query(
    'query Logs($id: String!, $limit: Int, $startDate: DateTime) { deploymentLogs(deploymentId: $id, limit: $limit, startDate: $startDate) { timestamp message } }',
    z.object({ deploymentLogs: z.array(log) }),
  ),
  template: query(
    'query Template($code: String!) { template(code: $code) { id serializedConfig } }',
    z.object({ template: z.object({ id: z.string(), serializedConfig: z.unknown() }) }),
  ),
  deployTemplate: make(
    'mutation DeployTemplate($input: TemplateDeployV2Input!) { templateDeployV2(input: $input) { workflowId } }',
    z.object({ templateDeployV2: z.object({ workflowId: z.string().nullable() }) }),
  ),
  workflow: query(
    'query Workflow($id: String!) { workflowStatus(workflowId: $id) { status error } }',
    z.object({ workflowStatus: z.object({ status: z.string(), error: z.string().nullable() }) }),
  ),
  createVolume: make(
    'mutation CreateVolume($input: VolumeCreateInput!) { volumeCreate(input: $input) { id } }',
    z.object({ volumeCreate: z.object({ id: z.string() }) }),
  ),
  backupSchedules: query(
    'query BackupSchedules($id: String!) { volumeInstanceBackupScheduleList(volumeInstanceId: $id) { kind } }',
    z.object({ volumeInstanceBackupScheduleList: z.array(z.object({ kind: z.string() })) }),
  ),
  scheduleBackups: set(
    'mutation ScheduleBackups($id: String!, $kinds: [VolumeInstanceBackupScheduleKind!]!) { volumeInstanceBackupScheduleUpdate(volumeInstanceId: $id, kinds: $kinds) }',
    z.object({ volumeInstanceBackupScheduleUpdate: done }),
  ),
  createServiceDomain: make(
    'mutation CreateServiceDomain($input: ServiceDomainCreateInput!) { serviceDomainCreate(input: $input) { domain } }',
    z.object({ serviceDomainCreate: z.object({ domain: z.string() }) }),
  ),
  domainAvailable: query(
    'query DomainAvailable($domain: String!) { customDomainAvailable(domain: $domain) { available message } }',
    z.object({ customDomainAvailable: z.object({ available: z.boolean(), message: z.string() }) }),
  ),
  createDomain: make(
    `mutation CreateDomain($input: CustomDomainCreateInput!) { customDomainCreate(input: $input) { ${customDomainFields} } }`,
    z.object({ customDomainCreate: customDomain }),
  ),
  deleteDomain: set(
    'mutation DeleteDomain($id: String!) { customDomainDelete(id: $id) }',
    z.object({ customDomainDelete: done }),
  ),
  spending: query(
    'query Spending($workspace: String!) { workspace(workspaceId: $workspace) { plan customer { id usageLimit { softLimit hardLimit } } } }',
    z.object({
      workspace: z.object({
        plan: z.string(),
        customer: z.object({
          id: z.string(),
          usageLimit: z.object({ softLimit: z.number(), hardLimit: z.number().nullable() }).nullable(),
        }),
      }),
    }),
  ),
  preferredRegion: query(
    'query PreferredRegion($workspace: String!) { workspace(workspaceId: $workspace) { preferredRegion } }',
    z.object({ workspace: z.object({ preferredRegion: z.string().nullable() }) }),
  ),
  limitSpending: set(
    'mutation LimitSpending($input: UsageLimitSetInput!) { usageLimitSet(input: $input) }',
    z.object({ usageLimitSet: done }),
  ),
} as const;
