import type { Found } from './found.ts';
import { readCompose } from './readers/compose.ts';
import { readProcfile } from './readers/procfile.ts';

/** A kind of file that says of what a project consists, written for another tool. */
export interface SourceKind {
  /** Whose file it is: `Docker Compose`. */
  readonly title: string;
  /** Where it lies, the best first. */
  readonly files: readonly string[];
  /** A file of another name that this is by its content. */
  readonly fits: (text: string) => boolean;
  /** @throws {Unreadable} */
  readonly read: (text: string, folder: string) => Found & { readonly elsewhere?: readonly string[] };
  /** The place that its project runs on today, by the name of Conductor's target. */
  readonly target?: string;
}

/** All of them: where a project has several, the first counts. */
export const sourceKinds: readonly SourceKind[] = [
  {
    title: 'Procfile',
    files: ['Procfile'],
    fits: (text) => /^(web|worker)\s*:\s*\S/m.test(text) && !/^services\s*:/m.test(text),
    read: readProcfile,
  },
  {
    title: 'Docker Compose',
    files: [
      ...[
        'compose.prod.yaml',
        'compose.prod.yml',
        'docker-compose.prod.yml',
        'docker-compose.production.yml',
      ],
      ...['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'],
    ],
    fits: (text) => /^services\s*:\s*(#.*)?$/m.test(text) && /^\s+(image|build)\s*:/m.test(text),
    read: readCompose,
  },
];

/** Files of examples of settings, the best first. */
export const exampleFiles = [
  '.env.example',
  '.env.sample',
  '.env.template',
  '.env.dist',
  'env.example',
  'example.env',
  '.env.local.example',
  '.env.production.example',
];
