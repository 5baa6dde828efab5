import { z } from 'zod';
import { cloudflareRanges } from '../../domains/proxy-ranges.ts';
import { defineTarget } from '../kind.ts';

const regions = ['atl', 'nyc', 'sfo', 'tor', 'ams', 'fra', 'lon', 'blr', 'sgp', 'syd'] as const;

/** The data center that belongs to each region, by DigitalOcean's list of app regions; of two, the one with every product. */
export const dataCenters: Readonly<Record<(typeof regions)[number], string>> = {
  atl: 'atl1',
  nyc: 'nyc3',
  sfo: 'sfo3',
  tor: 'tor1',
  ams: 'ams3',
  fra: 'fra1',
  lon: 'lon1',
  blr: 'blr1',
  sgp: 'sgp1',
  syd: 'syd1',
};

const settings = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/,
      'is not a name of an app: small letters, digits and -, at most 32',
    )
    .optional()
    .describe(
      'Name of the app. Default: project and environment, `crm-production`; cut, with a hash of the whole, where that is too long.',
    ),
  region: z
    .enum(regions)
    .default('fra')
    .describe('Where it runs. What exists stays where it is, and a check says so.'),
  size: z
    .string()
    .default('apps-s-1vcpu-1gb')
    .describe('Size of each replica; more than one needs `apps-s-1vcpu-1gb` or larger.'),
  databases: z
    .strictObject({
      region: z
        .string()
        .optional()
        .describe(
          'Data center of the clusters. Default: the one of the `region`, `fra1` for `fra`, `nyc3` for `nyc`. ATL1 has no MongoDB.',
        ),
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
  // Its own proxies speak from private networks, and stand behind Cloudflare.
  proxies: ['10.0.0.0/8', '100.64.0.0/10', ...cloudflareRanges],
  settings,
  create: async (context) => (await import('./target.ts')).createDigitalOcean(context),
});
