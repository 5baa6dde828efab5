import { z } from 'zod';
import { defineTarget } from '../kind.ts';

const settings = z.strictObject({
  name: z.string().min(1).optional().describe("Name of the project on Railway. Default: the project's name."),
  workspace: z
    .string()
    .optional()
    .describe('Name or id of the workspace. Needed only when the token sees several.'),
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'is not owner/repository')
    .optional()
    .describe('GitHub repository that is deployed, `owner/repository`. Not needed when services run images.'),
  region: z
    .string()
    .optional()
    .describe('Where it runs, such as `europe-west4-drams3a`. Default: what the workspace prefers.'),
  overlap: z
    .int()
    .min(1)
    .max(600)
    .default(10)
    .describe('Seconds that the old deployment goes on beside the new one. Railway itself would take 0.'),
  cpus: z.number().positive().optional().describe('Most vCPUs that a replica may use.'),
  memory: z.number().positive().optional().describe('Most GB of memory that a replica may use.'),
  spending: z
    .strictObject({ warn: z.int().positive(), stop: z.int().positive().optional() })
    .optional()
    .describe('US dollars a month after which Railway warns, and stops everything, in the whole workspace.'),
  backups: z
    .array(z.enum(['daily', 'weekly', 'monthly']))
    .default(['daily', 'weekly'])
    .describe('Schedules on which Railway itself backs up the volumes of the stores.'),
  api: z
    .url()
    .default('https://backboard.railway.com/graphql/v2')
    .describe('Address of the API, to go through a proxy.'),
});
export type RailwaySettings = z.output<typeof settings>;

/** Railway: services from a repository's commit or an image, databases as services with volumes. */
export const railwayTarget = defineTarget({
  kind: 'railway',
  // The edge speaks from shared address space (RFC 6598), services of the same environment from its private network.
  proxies: ['100.64.0.0/10', 'fc00::/7'],
  settings,
  create: async (context) => (await import('./target.ts')).createRailway(context),
});
