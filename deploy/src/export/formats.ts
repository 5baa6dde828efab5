import type { z } from 'zod';
import type { Description } from '../config/description.ts';
import { launcherOf } from '../config/launcher.ts';
import type { Project } from '../config/schema.ts';
import type { TargetKind } from '../targets/kind.ts';
import { network } from './compose-parts.ts';

/** One kind of file that can be written. */
export interface Format {
  /** Path in the project. */
  readonly file: string;
  /** Kind of target whose environment it describes; undefined: any. */
  readonly target?: string;
  /** What is in front of the services, where no target says it. */
  readonly proxies?: readonly string[];
  /** @param root absolute folder of the project */
  readonly make: (description: Description, project: Project, root: string) => Promise<string>;
}

/** The environment's own settings of the target, or the kind's defaults where it runs elsewhere. */
const settingsOf = <Schema extends z.ZodType>(
  { kind, settings }: TargetKind<Schema>,
  { target }: Description,
): z.output<Schema> => settings.parse(target.kind === kind ? target.settings : {});

/** By name. What a file is made with is loaded when it is made. */
export const formats: Readonly<Record<string, Format>> = {
  railway: {
    file: '.railway/railway.ts',
    target: 'railway',
    make: async (description) => {
      const { railwayProgram } = await import('../targets/railway/export.ts');
      const { railwayTarget } = await import('../targets/railway/index.ts');
      return railwayProgram(description, settingsOf(railwayTarget, description));
    },
  },
  render: {
    file: 'render.yaml',
    target: 'render',
    make: async (description) => {
      const { renderBlueprint } = await import('../targets/render/export.ts');
      const { renderTarget } = await import('../targets/render/index.ts');
      return renderBlueprint(description, settingsOf(renderTarget, description));
    },
  },
  digitalocean: {
    file: '.do/app.yaml',
    target: 'digitalocean',
    make: async (description) => {
      const { digitaloceanSpec } = await import('../targets/digitalocean/export.ts');
      const { digitaloceanTarget } = await import('../targets/digitalocean/index.ts');
      return digitaloceanSpec(description, settingsOf(digitaloceanTarget, description));
    },
  },
  compose: {
    file: 'docker/compose.prod.yml',
    // The service that takes the visitors, and what stands before it on the machine.
    proxies: [network],
    make: async (description) => (await import('./compose.ts')).composeFile(description),
  },
  github: {
    file: '.github/workflows/deploy.yml',
    make: async (description, project, root) => {
      const { githubWorkflow } = await import('./github.ts');
      const { keptElsewhere } = await import('../config/elsewhere.ts');
      const elsewhere = keptElsewhere(project, description.environment).map(({ address }) => address);
      return githubWorkflow(description, project.commands, launcherOf(root), elsewhere);
    },
  },
};

/** The environment that a file describes when none is named: of those on that kind of target, else of all, `production` or the last. */
export function environmentFor({ target }: Format, { environments }: Project): string {
  const names = Object.keys(environments);
  const fitting = names.filter((name) => environments[name]!.target.kind === target);
  const choice = fitting.length > 0 ? fitting : names;
  return choice.find((name) => name === 'production') ?? choice.at(-1)!;
}
