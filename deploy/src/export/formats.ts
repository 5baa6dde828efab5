import type { z } from 'zod';
import type { Description } from '../config/description.ts';
import type { Project } from '../config/schema.ts';
import { digitaloceanSpec } from '../targets/digitalocean/export.ts';
import { digitaloceanTarget } from '../targets/digitalocean/index.ts';
import type { TargetKind } from '../targets/kind.ts';
import { railwayProgram } from '../targets/railway/export.ts';
import { railwayTarget } from '../targets/railway/index.ts';
import { renderBlueprint } from '../targets/render/export.ts';
import { renderTarget } from '../targets/render/index.ts';
import { composeFile } from './compose.ts';
import { githubWorkflow } from './github.ts';

/** One kind of file that can be written. */
export interface Format {
  /** Path in the project. */
  readonly file: string;
  /** Kind of target whose environment it describes; undefined: any. */
  readonly target?: string;
  readonly make: (description: Description, project: Project) => string;
}

/** The environment's own settings of the target, or the kind's defaults where it runs elsewhere. */
const settingsOf = <Schema extends z.ZodType>(
  { kind, settings }: TargetKind<Schema>,
  { target }: Description,
): z.output<Schema> => settings.parse(target.kind === kind ? target.settings : {});

export const formats: Readonly<Record<string, Format>> = {
  railway: {
    file: '.railway/railway.ts',
    target: 'railway',
    make: (description) => railwayProgram(description, settingsOf(railwayTarget, description)),
  },
  render: {
    file: 'render.yaml',
    target: 'render',
    make: (description) => renderBlueprint(description, settingsOf(renderTarget, description)),
  },
  digitalocean: {
    file: '.do/app.yaml',
    target: 'digitalocean',
    make: (description) => digitaloceanSpec(description, settingsOf(digitaloceanTarget, description)),
  },
  compose: { file: 'docker/compose.prod.yml', make: composeFile },
  github: {
    file: '.github/workflows/deploy.yml',
    make: (description, { commands }) => githubWorkflow(description, commands),
  },
};

/** The environment that a file describes when none is named: of those on that kind of target, else of all, `production` or the last. */
export function environmentFor({ target }: Format, { environments }: Project): string {
  const names = Object.keys(environments);
  const fitting = names.filter((name) => environments[name]!.target.kind === target);
  const choice = fitting.length > 0 ? fitting : names;
  return choice.find((name) => name === 'production') ?? choice.at(-1)!;
}
