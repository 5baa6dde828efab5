import { z } from 'zod';
import { get, make, none, set } from '../rest.ts';

const variable = z.looseObject({
  key: z.string(),
  value: z.string().optional(),
  type: z.string().optional(),
});
const component = z.looseObject({
  name: z.string(),
  envs: z.array(variable).optional(),
  instance_count: z.number().optional(),
});
export type Component = z.output<typeof component>;

const rule = z.looseObject({
  match: z
    .looseObject({
      path: z.looseObject({ prefix: z.string().optional() }).optional(),
      authority: z.unknown().optional(),
    })
    .optional(),
  component: z.looseObject({ name: z.string().optional() }).optional(),
});
export type Rule = z.output<typeof rule>;

/** The spec of an app: whole, with what is not ours, because an update replaces all of it. */
const spec = z.looseObject({
  name: z.string(),
  region: z.string().optional(),
  services: z.array(component).optional(),
  workers: z.array(component).optional(),
  jobs: z.array(component).optional(),
  static_sites: z.array(z.looseObject({ name: z.string() })).optional(),
  functions: z.array(z.looseObject({ name: z.string() })).optional(),
  ingress: z.looseObject({ rules: z.array(rule).optional() }).optional(),
  domains: z.array(z.looseObject({ domain: z.string() })).optional(),
  databases: z.array(z.looseObject({ name: z.string(), cluster_name: z.string().optional() })).optional(),
});
export type Spec = z.output<typeof spec>;

interface Step {
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly component_name?: string | undefined;
  readonly reason?: { readonly code?: string | undefined; readonly message?: string | undefined } | undefined;
  readonly steps?: readonly Step[] | undefined;
}
const step: z.ZodType<Step> = z.lazy(() =>
  z.object({
    name: z.string().optional(),
    status: z.string().optional(),
    component_name: z.string().optional(),
    reason: z.object({ code: z.string().optional(), message: z.string().optional() }).optional(),
    steps: z.array(step).optional(),
  }),
);

export type { Step };

const deployment = z.object({
  id: z.string(),
  phase: z.string().default('UNKNOWN'),
  created_at: z.string().default(''),
  spec: spec.optional(),
  progress: z.object({ steps: z.array(step).optional() }).optional(),
});
export type Deployment = z.output<typeof deployment>;

const domain = z.object({
  phase: z.string().default('UNKNOWN'),
  spec: z.object({ domain: z.string() }),
  validations: z
    .array(z.object({ txt_name: z.string().optional(), txt_value: z.string().optional() }))
    .optional(),
  certificate_expires_at: z.string().optional(),
});
export type AppDomain = z.output<typeof domain>;

const app = z.object({
  id: z.string(),
  spec,
  active_deployment: deployment.nullish(),
  in_progress_deployment: deployment.nullish(),
  pending_deployment: deployment.nullish(),
  pinned_deployment: deployment.nullish(),
  default_ingress: z.string().nullish(),
  live_url: z.string().nullish(),
  domains: z.array(domain).nullish(),
});
export type App = z.output<typeof app>;

const cluster = z.object({
  id: z.string(),
  name: z.string(),
  engine: z.string(),
  status: z.string(),
  region: z.string().optional(),
  tags: z.array(z.string()).nullish(),
});
export type Cluster = z.output<typeof cluster>;
const trusted = z.looseObject({ type: z.string(), value: z.string() });
const pages = z.object({ pages: z.object({ next: z.string().optional() }).optional() }).optional();

/** Operations of DigitalOcean's published OpenAPI, by what we use them for. */
export const operations = {
  account: get('account_get', '/v2/account', z.object({ account: z.object({ status: z.string() }) })),
  apps: get('apps_list', '/v2/apps', z.object({ apps: z.array(app).nullish(), links: pages })),
  app: get('apps_get', '/v2/apps/{id}', z.object({ app })),
  propose: set(
    'apps_validate_appSpec',
    'POST',
    '/v2/apps/propose',
    z.object({
      app_name_available: z.boolean().optional(),
      app_name_suggestion: z.string().optional(),
      app_cost: z.number().optional(),
    }),
  ),
  createApp: make('apps_create', 'POST', '/v2/apps', z.object({ app })),
  // Each one starts a deployment, even with the same content.
  updateApp: make('apps_update', 'PUT', '/v2/apps/{id}', z.object({ app })),
  deployments: get(
    'apps_list_deployments',
    '/v2/apps/{app_id}/deployments',
    z.object({ deployments: z.array(deployment).nullish() }),
  ),
  deployment: get(
    'apps_get_deployment',
    '/v2/apps/{app_id}/deployments/{deployment_id}',
    z.object({ deployment }),
  ),
  cancel: set(
    'apps_cancel_deployment',
    'POST',
    '/v2/apps/{app_id}/deployments/{deployment_id}/cancel',
    z.object({ deployment }),
  ),
  health: get(
    'apps_get_health',
    '/v2/apps/{app_id}/health',
    z.object({
      app_health: z.object({
        components: z
          .array(
            z.object({
              name: z.string(),
              state: z.string().default('UNKNOWN'),
              replicas_desired: z.number().default(0),
              replicas_ready: z.number().default(0),
            }),
          )
          .nullish(),
      }),
    }),
  ),
  validateRollback: set(
    'apps_validate_rollback',
    'POST',
    '/v2/apps/{app_id}/rollback/validate',
    z.object({
      valid: z.boolean(),
      error: z.object({ code: z.string().optional(), message: z.string().optional() }).nullish(),
    }),
  ),
  rollback: make('apps_create_rollback', 'POST', '/v2/apps/{app_id}/rollback', z.object({ deployment })),
  logs: get(
    'apps_get_logs',
    '/v2/apps/{app_id}/deployments/{deployment_id}/components/{component_name}/logs',
    z.object({ historic_urls: z.array(z.string()).nullish() }),
  ),
  clusters: get(
    'databases_list_clusters',
    '/v2/databases',
    z.object({ databases: z.array(cluster).nullish() }),
  ),
  createCluster: make('databases_create_cluster', 'POST', '/v2/databases', z.object({ database: cluster })),
  evictionPolicy: set(
    'databases_update_evictionPolicy',
    'PUT',
    '/v2/databases/{database_cluster_uuid}/eviction_policy',
    none,
  ),
  destroyCluster: set('databases_destroy_cluster', 'DELETE', '/v2/databases/{database_cluster_uuid}', none),
  rules: get(
    'databases_list_firewall_rules',
    '/v2/databases/{database_cluster_uuid}/firewall',
    z.object({ rules: z.array(trusted).nullish() }),
  ),
  replaceRules: set(
    'databases_update_firewall_rules',
    'PUT',
    '/v2/databases/{database_cluster_uuid}/firewall',
    none,
  ),
} as const;
