import type { Traits } from '../model/traits.ts';
import { operations as digitalocean } from './digitalocean/operations.ts';
import { operations as railway } from './railway/operations.ts';
import { operations as render } from './render/operations.ts';
import type { RestOperation } from './rest.ts';
import { operations as swarm } from './swarm/operations.ts';

/** `docs/reference/platforms.md`, from the targets' traits and the operations that they use. */
export function renderReference(
  targets: readonly { readonly kind: string; readonly traits: Traits }[],
): string {
  const names = targets.map(({ kind }) => kind);
  const rows = supported.map(({ what, value }) => [what, ...targets.map(({ traits }) => value(traits))]);
  return [
    introduction,
    '## What each target can do',
    table(['', ...names], rows),
    '## What is said where it cannot',
    table(['target', 'what', 'what Conductor says'], limits),
    '## Operations used',
    'Every request of the tests is checked against the published schema, and so is every answer.',
    '### Railway',
    'GraphQL, `https://backboard.railway.com/graphql/v2`.',
    list(Object.values(railway).map(({ document }) => fieldsOf(document))),
    '### Render',
    'REST, `https://api.render.com/v1`.',
    list(Object.values(render).map(restOperation)),
    '### DigitalOcean',
    'REST, `https://api.digitalocean.com`.',
    list(Object.values(digitalocean).map(restOperation)),
    '### Swarm',
    'REST, the API of the Docker engine in version 1.41, 1.44 where the engine knows it; besides these, images and logs as streams.',
    list(Object.values(swarm).map(restOperation)),
  ]
    .join('\n\n')
    .concat('\n');
}

const introduction = `# Platforms

<!-- Generated from deploy/src/targets. To regenerate it: npm run docs -w deploy -->

The same \`conductor.config.ts\` runs everywhere. What differs between the places is data, and Conductor says it before a deploy,
not after: as a finding of \`conductor check\`, or as an error that comes before anything is made.

On none of them does Conductor turn the platform's own auto-deploy on: deploy on push is a workflow of GitHub, which checks each push first
([docs/guides/deploy-on-push.md](../guides/deploy-on-push.md)).`;

const yes = (can: boolean): string => (can ? 'yes' : 'no');

const supported: readonly { readonly what: string; readonly value: (traits: Traits) => string }[] = [
  { what: 'old release serves until the new one is proven', value: ({ overlap }) => yes(overlap) },
  { what: 'drain time honoured', value: ({ drain }) => yes(drain) },
  { what: 'previous release kept warm while baking', value: ({ warm }) => yes(warm) },
  { what: 'several replicas', value: ({ replicas }) => yes(replicas) },
  { what: 'release task', value: ({ releaseTask }) => yes(releaseTask) },
  { what: "deploys a repository's exact commit", value: ({ commits }) => yes(commits) },
  { what: 'runs an image by digest', value: ({ images }) => yes(images) },
  { what: 'provides stores', value: ({ stores }) => [...stores].sort().join(', ') || 'none' },
  {
    what: 'its MongoDB has transactions',
    value: ({ stores, storesCan }) =>
      stores.includes('mongodb') ? yes(storesCan?.mongodb?.includes('transactions') ?? false) : 'no MongoDB',
  },
  { what: 'custom domains', value: ({ domains }) => yes(domains) },
];

/** Limits that traits do not show, with the error or the finding that tells of them. */
const limits: readonly (readonly string[])[] = [
  [
    'railway',
    'no managed MongoDB: a replica set of one from the official image',
    'finding: transactions and no failover; one that is there without a replica set fails `stores-able`',
  ],
  ['railway', 'no repository and no image', 'error `railway.no-source`, exit 2'],
  ['railway', 'old and new of a singleton overlap for seconds', 'finding: hold a lease'],
  [
    'railway',
    'a sealed variable cannot be read',
    'its fingerprint is compared, as it was when it was written',
  ],
  [
    'render',
    'no MongoDB',
    'error `render.no-mongodb`, exit 2, unless it has a `url` or `mongodb: {}` is set',
  ],
  ['render', 'MongoDB on a disk is down at each change', 'finding, with the downtime said'],
  ['render', 'no references between services', 'addresses are resolved to values when they are written'],
  ['render', 'no health check of workers', 'finding: they are live when their process stays up'],
  ['render', 'a rollback takes the present variables', 'the earlier ones are kept and restored first'],
  ['render', 'no spending limit', 'finding'],
  ['render', 'variables are readable by everyone with a key', 'of a secret only fingerprints are ever shown'],
  [
    'digitalocean',
    'cannot deploy an exact commit',
    'error `digitalocean.image`, exit 2: give images by digest',
  ],
  ['digitalocean', 'services, variables and domains are one document', 'they change with the next deploy'],
  ['digitalocean', 'a pinned app takes no deployment', 'error `digitalocean.pinned`, exit 3'],
  ['digitalocean', 'no backups of Valkey', 'finding'],
  ['swarm', 'a service without an image and without a Dockerfile', 'error `swarm.no-image`, exit 2'],
  ['swarm', 'secret variables reach a program through `/bin/sh`', 'an image without a shell does not start'],
  ['swarm', 'stores lie on the disk of one node', 'finding, where there are several nodes'],
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const list = (items: readonly string[]): string =>
  [...items]
    .sort()
    .map((item) => `- ${item}`)
    .join('\n');

const restOperation = ({ id, method, path }: RestOperation<unknown>): string =>
  `\`${method} ${path}\` (${id})`;

/** `query projects`, `mutation serviceCreate`: the kind of an operation and its field of the API. */
function fieldsOf(document: string): string {
  const [, kind, , body] = /^\s*(query|mutation) (\w+)(?:\([^)]*\))? \{([\s\S]*)\}\s*$/.exec(document)!;
  const fields: string[] = [];
  let depth = 0;
  for (const word of body!.match(/[{}()]|\w+/g) ?? []) {
    if (word === '{' || word === '(') depth++;
    else if (word === '}' || word === ')') depth--;
    else if (depth === 0) fields.push(word);
  }
  return `\`${kind} ${fields.join(', ')}\``;
}
