import { z } from 'zod';
import { defineTarget } from '../kind.ts';
import { addressOf } from './dial.ts';

const address = z.string().refine((text) => addressOf(text) !== null, {
  message: 'is neither ssh://user@server nor unix:///path/of/docker.sock',
});

const settings = z.strictObject({
  host: address.describe(
    'The manager of the swarm, on which the stores and the public ports are, too: `ssh://deploy@server`, or `unix:///var/run/docker.sock` for this machine.',
  ),
  nodes: z
    .array(address)
    .default([])
    .describe(
      'The other nodes of the swarm, which images that were built here are sent to. Not needed with a registry.',
    ),
  registry: z
    .strictObject({
      server: z
        .string()
        .regex(/^[\w.-]+(:\d+)?$/)
        .describe('As the names of its images begin: `ghcr.io`.'),
      credentials: z
        .string()
        .describe(
          'Name of the credential that holds `user:token`, as a secret or a variable of this machine.',
        ),
    })
    .optional()
    .describe('Private registry that images of the services are in. Its login goes to no other one.'),
  address: z
    .string()
    .regex(/^[\w.:[\]-]+$/)
    .optional()
    .describe(
      'Host name or IP address by which visitors reach the server while it has no domain. Default: the host of `host`.',
    ),
  ports: z
    .strictObject({
      http: z.int().min(1).max(65_535).default(80),
      https: z.int().min(1).max(65_535).default(443),
    })
    .prefault({})
    .describe('Public ports of the server.'),
  certificates: z
    .strictObject({
      email: z.email().optional().describe('Address of the account at the authority, to which it may write.'),
      authority: z.url().optional().describe('Directory of an ACME authority, in place of Let’s Encrypt.'),
      roots: z
        .string()
        .optional()
        .describe(
          'Certificates (PEM) by which that authority and what it issues are trusted, beside the usual ones: by the server, and by Conductor in commands for this environment.',
        ),
    })
    .prefault({})
    .describe('How certificates of the domains are got.'),
  warm: z
    .boolean()
    .default(false)
    .describe(
      'Whether the release before goes on running until the next deploy (what takes requests of it), so that a rollback takes no start. It uses the memory of a second one.',
    ),
  memory: z.int().min(16).optional().describe('Megabytes that each replica may use; left out: no limit.'),
  images: z
    .strictObject({
      switch: z.string().default('docker.io/library/node:24-bookworm-slim'),
      edge: z.string().default('docker.io/library/caddy:2.10'),
      mongodb: z.string().default('docker.io/library/mongo:8.0'),
      redis: z.string().default('docker.io/library/redis:8.2'),
    })
    .prefault({})
    .describe('Images of what runs beside the services, for servers that reach another registry.'),
});
export type SwarmSettings = z.output<typeof settings>;

/** Own servers, one or many: Docker Swarm, with an edge that has certificates, and the stores beside. */
export const swarmTarget = defineTarget({
  kind: 'swarm',
  // Visitors come through the edge, over the networks of Docker alone.
  proxies: ['10.0.0.0/8', '172.16.0.0/12'],
  settings,
  create: async (context) => (await import('./target.ts')).createSwarm(context),
  servers: async () => (await import('./server/place.ts')).serversOf(null),
});
