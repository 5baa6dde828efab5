import { join } from 'node:path';

export const repository = join(import.meta.dirname, '..');

/** A package that people install. */
export interface Package {
  readonly name: string;
  /** Its folder in the repository. */
  readonly folder: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** Where its command starts, by the command's name: path in `dist`. */
  readonly bin?: Readonly<Record<string, string>>;
  /** Programs of it that run as processes or threads of their own, by their path in `src`. */
  readonly programs?: readonly string[];
  /** Packages that it can use, asked for when they are missing. */
  readonly optional?: readonly string[];
  /** Everything that it imports is in it. */
  readonly bundled?: Bundle;
  /** Programs of one file each, which are sent to where nothing of the package is, by their path in `dist`; paths from the repository. */
  readonly standalone?: Readonly<Record<string, string>>;
}

export interface Bundle {
  /** Programs and modules that are files of their own, by their path in `dist` without `.js`; paths from the repository. */
  readonly entries: Readonly<Record<string, string>>;
  /** What stays outside: optional parts of what is bundled, which are used only where somebody has installed them. */
  readonly external: readonly string[];
}

/** In the order in which they need one another. */
export const packages: readonly Package[] = [
  {
    name: 'embedded-mongo',
    folder: 'embedded-mongo',
    description: 'A MongoDB-compatible server over one file, for trying and testing.',
    keywords: ['mongodb', 'embedded', 'in-memory', 'test', 'sqlite'],
    bin: { 'embedded-mongo': 'main.js' },
  },
  {
    name: 'conductor-backup',
    folder: 'backup',
    description: 'Encrypted backups of MongoDB in a folder or S3, each proven by restoring it.',
    keywords: ['mongodb', 'backup', 's3', 'restore', 'point-in-time'],
    programs: ['scratch/host.ts'],
    optional: ['embedded-mongo'],
  },
  {
    name: 'conductor-deploy',
    folder: 'deploy',
    description:
      'Takes an application to production and keeps it there: plans, checks, releases, proves it healthy, cuts over without losing a request, rolls a bad release back.',
    keywords: ['deploy', 'deployment', 'zero-downtime', 'rollback', 'railway', 'render', 'digitalocean'],
    bin: { conductor: 'main.js' },
    optional: ['embedded-mongo'],
    standalone: { 'switch.mjs': 'deploy/src/switch/main.ts' },
    bundled: {
      entries: {
        main: 'deploy/src/main.js',
        index: 'deploy/src/index.ts',
        'engine/probe/worker': 'deploy/src/engine/probe/worker.ts',
        'targets/local/builder/link-tree': 'deploy/src/targets/local/builder/link-tree.ts',
        'targets/local/files/main': 'deploy/src/targets/local/files/main.ts',
        'targets/local/host/main': 'deploy/src/targets/local/host/main.ts',
        'targets/local/host/keeper': 'deploy/src/targets/local/host/keeper.ts',
        'scratch/host': 'backup/src/scratch/host.ts',
      },
      external: [
        'embedded-mongo',
        // Of the MongoDB driver.
        '@mongodb-js/zstd',
        '@aws-sdk/credential-providers',
        'aws4',
        'gcp-metadata',
        'kerberos',
        'mongodb-client-encryption',
        'snappy',
        'socks',
      ],
    },
  },
];
