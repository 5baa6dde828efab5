import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Package, packages, repository } from './packages.ts';

/** What the workspace's own `package.json` says; its exports name files of `src`. */
interface Workspace {
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export const workspaceOf = ({ folder }: Package): Workspace => ({
  ...JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')),
  license: JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).license,
});

/** Files of `src` that are exported, such as `stores/open.ts`. */
export const exportedFiles = (workspace: Workspace): string[] =>
  Object.values(workspace.exports).map((file) => file.replace('./src/', ''));

/**
 * The `package.json` that is published.
 * @param types folder in `dist` that the types lie in
 * @param home repository of the source on GitHub, `owner/name`, as npm's provenance needs it; undefined: it is not said
 */
export function manifestOf(each: Package, types: string, home: string | undefined): object {
  const workspace = workspaceOf(each);
  const exports = Object.entries(workspace.exports).map(([name, file]) => {
    const path = file.replace('./src/', '').replace(/\.ts$/, '');
    return [name, { types: `./dist/${types}${path}.d.ts`, default: `./dist/${path}.js` }];
  });
  const needed = Object.entries(workspace.dependencies).filter(([name]) => !each.optional?.includes(name));
  const versions = new Map(packages.map((other) => [other.name, workspaceOf(other).version]));
  return {
    name: each.name,
    version: workspace.version,
    description: each.description,
    keywords: each.keywords,
    license: workspace.license,
    ...(home && {
      repository: { type: 'git', url: `git+https://github.com/${home}.git`, directory: each.folder },
    }),
    type: 'module',
    // What is older than the code can take is replaced by the command itself (deploy/src/newer-node.js).
    engines: { node: each.bundled ? '>=20' : '>=22.18' },
    ...(each.bin && {
      bin: Object.fromEntries(Object.entries(each.bin).map(([name, file]) => [name, `dist/${file}`])),
    }),
    exports: { ...Object.fromEntries(exports), './package.json': './package.json' },
    files: ['dist', 'NOTICES.md'],
    ...(!each.bundled && { dependencies: Object.fromEntries(needed) }),
    ...(each.optional && {
      peerDependencies: Object.fromEntries(each.optional.map((name) => [name, versions.get(name)])),
      peerDependenciesMeta: Object.fromEntries(each.optional.map((name) => [name, { optional: true }])),
    }),
  };
}
