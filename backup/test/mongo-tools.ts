import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { firstMissing, run } from './processes.ts';

export interface MongoTools {
  readonly mongodump: string;
  readonly mongorestore: string;
}

/** What the tools are built from: a version of 100.10. As a requirement of a module, because Go refuses `install` of one whose tags it does not follow. */
const module = `module tools

go 1.21

require github.com/mongodb/mongo-tools v0.0.0-20240723193119-837c2bc263f4
`;

/**
 * MongoDB's own tools: those on the PATH, or built once by Go (minutes) into a cache outside the repository, where
 * CONDUCTOR_STORIES=full allows it. Else the reason why there are none.
 */
export async function mongoTools(): Promise<MongoTools | { readonly reason: string }> {
  if (!firstMissing('mongodump', 'mongorestore'))
    return { mongodump: 'mongodump', mongorestore: 'mongorestore' };
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'conductor-mongo-tools');
  const tools = {
    mongodump: join(cache, 'mongodump', 'main'),
    mongorestore: join(cache, 'mongorestore', 'main'),
  };
  if (Object.values(tools).every(existsSync)) return tools;
  const without = 'mongodump and mongorestore are not installed, so nothing was exchanged with them';
  if (firstMissing('go')) return { reason: `${without}; nor is Go, to build them` };
  if (process.env.CONDUCTOR_STORIES !== 'full')
    return { reason: `${without} (CONDUCTOR_STORIES=full has Go build them)` };
  try {
    await mkdir(cache, { recursive: true });
    await writeFile(join(cache, 'go.mod'), module);
    for (const [name, file] of Object.entries(tools)) {
      const main = `github.com/mongodb/mongo-tools/${name}/main`;
      await run('go', ['build', '-mod=mod', '-o', file, main], { cwd: cache });
    }
    return tools;
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n');
    return { reason: `${without}; Go could not build them: ${lines.at(-1)!.trim()}` };
  }
}
