import { settingsOf } from './resolve.ts';
import type { Project, ProjectEnvironment } from './schema.ts';

/** Random bytes of the generated secret of that name; undefined where no service has one that is called so. */
export function generatedBytes(
  project: Project,
  environment: ProjectEnvironment,
  name: string,
): number | undefined {
  for (const service of Object.keys(project.services)) {
    const setting = settingsOf(project, environment, service)[name];
    if (typeof setting === 'object' && setting.kind === 'generated') return setting.bytes;
  }
  return undefined;
}
