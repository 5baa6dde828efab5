/** A folder as the readers see it: what lies in it by name, and the text of what they read. */
export interface Folder {
  /** From the project's root: `.`, `apps/web`. */
  readonly path: string;
  readonly names: ReadonlySet<string>;
  /** By name, and for what lies deeper by its path in this folder: `config/deploy.yml`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A path in a folder, from the project's root. */
export const below = (folder: Pick<Folder, 'path'>, name: string): string =>
  folder.path === '.' ? name : `${folder.path}/${name}`;
