import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { EJSON } from 'bson';

/** MongoDB's Go driver carries the drivers' published specification tests; a released version of it pins them. */
const source = 'go.mongodb.org/mongo-driver@v1.17.6';

/** Where the specification's tests are, or why they cannot be had. */
export const specification = (): { folder: string } | { missing: string } => {
  try {
    const answer = execFileSync('go', ['mod', 'download', '-json', source], {
      cwd: tmpdir(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    return { folder: join((JSON.parse(answer) as { Dir: string }).Dir, 'testdata') };
  } catch (error) {
    return {
      missing: `'go mod download ${source}' is not possible here: ${(error as Error).message.split('\n', 1)[0]}`,
    };
  }
};

export interface SpecFile<T> {
  readonly name: string;
  readonly content: T;
}

/** The JSON files of a folder of the specification, extended JSON read with its types kept where they matter. */
export const readFolder = <T>(folder: string): SpecFile<T>[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: basename(file, '.json'),
      content: EJSON.parse(readFileSync(join(folder, file), 'utf8')) as T,
    }));
