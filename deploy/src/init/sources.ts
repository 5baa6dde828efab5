import type { Found } from './found.ts';
import { readAppSpec } from './readers/app-spec.ts';
import { readCompose } from './readers/compose.ts';
import { readFly } from './readers/fly.ts';
import { readKamal } from './readers/kamal.ts';
import { readProcfile } from './readers/procfile.ts';
import { readRailway } from './readers/railway.ts';
import { readRender } from './readers/render.ts';

/** A kind of file that says of what a project consists, written for another tool. */
export interface SourceKind {
  /** Whose file it is: `Docker Compose`. */
  readonly title: string;
  /** Where it lies, the best first. */
  readonly files: readonly string[];
  /** A file of another name that this is by its content. */
  readonly fits: (text: string) => boolean;
  /** @throws {Unreadable} */
  readonly read: (text: string, folder: string) => Found;
  /** Others have files of this name, too: it counts only where its content fits. */
  readonly ambiguous?: true;
  /** Each service has one in its own folder. */
  readonly everywhere?: true;
  /** The place that its project runs on today, by the name of Conductor's target. */
  readonly target?: string;
}

/** All of them: where a project has several, the first counts. */
export const sourceKinds: readonly SourceKind[] = [
  {
    title: "Render's Blueprint",
    files: ['render.yaml', 'render.yml'],
    fits: (text) =>
      /^\s*(- )?type\s*:\s*["']?(web|worker|pserv|cron|static|keyvalue|redis)\b/m.test(text) &&
      /^services\s*:/m.test(text),
    read: readRender,
    target: 'render',
  },
  {
    title: "DigitalOcean's app spec",
    files: ['.do/app.yaml', '.do/app.yml', '.do/deploy.template.yaml', 'app-spec.yaml'],
    fits: (text) =>
      /^\s*(services|static_sites|workers|jobs)\s*:/m.test(text) &&
      /^\s*(- )?(source_dir|instance_size_slug|environment_slug|http_port|run_command|output_dir)\s*:/m.test(
        text,
      ),
    read: readAppSpec,
    target: 'digitalocean',
  },
  {
    title: 'Kamal',
    files: ['config/deploy.yml', 'config/deploy.yaml'],
    fits: (text) => /^service\s*:/m.test(text) && /^(servers|image)\s*:/m.test(text),
    ambiguous: true,
    read: readKamal,
  },
  {
    title: 'Fly.io',
    files: ['fly.toml', 'fly.production.toml'],
    fits: (text) => /^app\s*=/m.test(text) || /^\[(http_service|\[services\])\]/m.test(text),
    read: readFly,
  },
  {
    title: 'Procfile',
    files: ['Procfile'],
    fits: (text) => /^(web|worker)\s*:\s*\S/m.test(text) && !/^services\s*:/m.test(text),
    read: readProcfile,
  },
  {
    title: 'Railway',
    files: ['railway.json', 'railway.toml'],
    fits: (text) =>
      /railway\.(com|app)\/railway\.schema\.json/.test(text) ||
      /^\[(build|deploy)\]/m.test(text) ||
      /"(startCommand|healthcheckPath|restartPolicyType)"/.test(text),
    everywhere: true,
    read: readRailway,
    target: 'railway',
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
