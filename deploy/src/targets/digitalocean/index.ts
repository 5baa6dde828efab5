import { z } from 'zod';
import { defineTarget, reference } from '../kind.ts';

const regions = ['atl', 'nyc', 'sfo', 'tor', 'ams', 'fra', 'lon', 'blr', 'sgp', 'syd'] as const;

const settings = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/,
      'is not a name of an app: small letters, digits and -, at most 32',
    )
    .optional()
    .describe('Name of the app. Default: project and environment, `crm-production`.'),
  region: z.enum(regions).default('fra').describe('Where it runs.'),
  size: z
    .string()
    .default('apps-s-1vcpu-1gb')
    .describe('Size of each replica; more than one needs `apps-s-1vcpu-1gb` or larger.'),
  databases: z
    .strictObject({
      region: z.string().default('fra1').describe('Region of the clusters, which has another name: `fra1`.'),
      size: z.string().default('db-s-1vcpu-1gb').describe('Size of each node.'),
      nodes: z.int().min(1).max(3).default(1).describe('Nodes of each cluster.'),
    })
    .prefault({})
    .describe('Managed clusters that are the stores.'),
  registryCredentials: z
    .string()
    .optional()
    .describe(
      'Name of the credential that holds `user:token` for a private registry other than DigitalOcean’s own.',
    ),
  api: z.url().default('https://api.digitalocean.com').describe('Address of the API, to go through a proxy.'),
});
export type DigitalOceanSettings = z.output<typeof settings>;

/** DigitalOcean App Platform: one app an environment, from images by digest, with managed MongoDB and Valkey. */
export const digitaloceanTarget = defineTarget({
  kind: 'digitalocean',
  settings,
  create: async (context) => (await import('./target.ts')).createDigitalOcean(context),
});

export const digitalocean = reference(digitaloceanTarget);
