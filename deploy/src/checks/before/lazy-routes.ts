import path from 'node:path';
import { lazyParts, readManifest } from '../bundle.ts';
import { type Check, cannotTell, failure, good } from '../check.ts';

export const lazyRoutes: Check = {
  id: 'lazy-routes',
  title: 'Routes are loaded lazily',
  section: 'Performance',
  about:
    "Vite's manifest has at least `bundle.lazy` parts that are loaded only when needed. Fewer is a failure; no manifest a warning.",
  alone: true,
  applies: ({ policy }) => (policy.bundle ? true : 'the config has no checks.bundle'),
  async run({ root, policy }) {
    const { folder, manifest: file, lazy } = policy.bundle!;
    const manifest = await readManifest(path.join(root, folder, file));
    if (!manifest) return cannotTell(`${folder}/${file} is missing`, 'Build with `build.manifest: true`.');
    const parts = lazyParts(manifest).length;
    if (parts >= lazy) return good(`${parts} lazy parts`);
    return failure(`${parts} lazy part(s), at least ${lazy} are wanted.`, 'Load routes with import().');
  },
};
