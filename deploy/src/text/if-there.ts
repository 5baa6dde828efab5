import { readdir, readFile } from 'node:fs/promises';

const nothing = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
};

/** Text of a file; undefined where there is none. Whatever else keeps it from being read is an error, never an empty file. */
export const textIfThere = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch(nothing);

/** Names of what lies in a folder; none where there is no such folder. */
export const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(nothing)) ?? [];
