import type { Finding } from '../../model/finding.ts';
import type { Service } from '../../model/service.ts';
import { servedByNothing } from '../static-files.ts';
import type { Rendered } from '../variables.ts';

/**
 * Variables by which Railpack serves a folder itself, with Caddy: the first where there is a `package.json`, the second where there is none.
 * https://railpack.com/languages/node, https://railpack.com/languages/staticfile
 */
export const fileVariableNames = ['RAILPACK_SPA_OUTPUT_DIR', 'RAILPACK_STATIC_FILE_ROOT'] as const;

/** Those variables for a service; none where it has a server of its own. */
export function fileVariables(service: Service): Record<string, Rendered> {
  if (servedByNothing([service]).length === 0) return {};
  return Object.fromEntries(
    fileVariableNames.map((name) => [name, { value: service.static!.folder, secret: false }]),
  );
}

/** What Railpack's server does otherwise than ours. */
export function filesFinding(services: readonly Service[]): Finding[] {
  const other = servedByNothing(services).filter(({ static: files }) => files?.fallback !== 'index.html');
  if (other.length === 0) return [];
  return [
    {
      level: 'warning',
      title: `Railway answers every path of ${other.map(({ name }) => name).join(', ')} that there is no file for with index.html`,
      detail:
        'Railpack serves the files as a single-page application; it knows no 404.html and no other fallback.',
      fix: 'Say `fallback: "index.html"` where that is meant, or name a Dockerfile with a server of your own.',
    },
  ];
}
