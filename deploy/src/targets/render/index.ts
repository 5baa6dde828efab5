import { z } from 'zod';
import { cloudflareRanges } from '../../domains/proxy-ranges.ts';
import { defineTarget } from '../kind.ts';

/** What the published schema calls `paidPlan`; workers have no free one. */
const plans = ['starter', 'standard', 'pro', 'pro_plus', 'pro_max', 'pro_ultra'] as const;

const settings = z.strictObject({
  name: z
    .string()
    .min(1)
    .optional()
    .describe(
      "First part of every name on Render: `crm` gives `crm-production-backend`. Default: the project's name.",
    ),
  workspace: z
    .string()
    .optional()
    .describe('Id of the workspace, `tea-…`. Needed only when the key sees several.'),
  repository: z
    .url()
    .optional()
    .describe('Repository that is deployed, `https://github.com/owner/repository`. Not needed for images.'),
  branch: z.string().default('main').describe('Branch that the services follow; deploys name their commit.'),
  region: z
    .enum(['frankfurt', 'oregon', 'ohio', 'singapore', 'virginia'])
    .default('frankfurt')
    .describe('Where it runs. Cannot be changed later.'),
  plan: z.enum(plans).default('starter').describe('Plan of each replica.'),
  redis: z
    .enum(['starter', 'standard', 'pro', 'pro_plus'])
    .default('starter')
    .describe('Plan of the Key Value store that serves as redis. The free one loses its data.'),
  mongodb: z
    .strictObject({ disk: z.int().min(1).default(10).describe('Size of its disk in GB. It can only grow.') })
    .optional()
    .describe(
      'Run MongoDB as a private service on a disk: a replica set of one member, so with transactions; down for some minutes at each change. Left out: give the store a `url`.',
    ),
  registryCredential: z
    .string()
    .optional()
    .describe("Id of Render's credential for a private image registry, `rgc-…`."),
  api: z.url().default('https://api.render.com/v1').describe('Address of the API, to go through a proxy.'),
});
export type RenderSettings = z.output<typeof settings>;

/** Render: services from a repository's commit or an image; redis as Key Value, MongoDB from outside or on a disk. */
export const renderTarget = defineTarget({
  kind: 'render',
  // Its own proxies speak from a private network, and stand behind Cloudflare.
  proxies: ['10.0.0.0/8', ...cloudflareRanges],
  settings,
  create: async (context) => (await import('./target.ts')).createRender(context),
});
