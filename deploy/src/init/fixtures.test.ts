import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BeginningProject } from '../../test/beginning.ts';
import { type Begun, initReference } from './reference.ts';
import { type Fixture, readFixtures } from './testing/folders.ts';

const root = path.join(import.meta.dirname, '../../..');
const fixtures = await readFixtures();

/** What `init` makes of each. */
async function begin(
  { repository, files }: Pick<Fixture, 'repository' | 'files'>,
  name?: string,
): Promise<Begun & { readonly text: string | undefined }> {
  const folder = await BeginningProject.create(files, name);
  try {
    const { code, stdout } = await folder.run('init --yes --json');
    const read = Object.keys(files);
    const said = JSON.parse(stdout);
    if (code !== 0) return { repository, read, problem: said.error.message, text: undefined };
    // As every other command reads it.
    const { services, stores, release } = await folder.project();
    const text = await readFile(path.join(folder.folder, 'conductor.config.ts'), 'utf8');
    return {
      ...said,
      repository,
      read,
      services,
      stores: Object.keys(stores),
      release: release?.command,
      text,
    };
  } finally {
    await folder.remove();
  }
}
const begun = await Promise.all(fixtures.map((fixture) => begin(fixture)));

describe('what public repositories have', () => {
  it('is of thirty of them, at least', () => {
    expect(fixtures.length).toBeGreaterThan(30);
    expect(new Set(begun.map(({ repository }) => repository)).size).toBe(fixtures.length);
  });

  it('becomes a config that loads, or is refused with a reason', () => {
    const refused = begun.filter(({ problem }) => problem !== undefined);
    for (const { problem } of refused) expect(problem).toMatch(/says how a service starts/);
    expect(refused.length).toBeLessThan(begun.length / 5);
  });

  it('is written so that a formatter has nothing to change', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'conductor-test-'));
    try {
      const style = {
        formatter: { indentStyle: 'space' },
        javascript: { formatter: { quoteStyle: 'single' } },
      };
      await writeFile(path.join(folder, 'biome.json'), JSON.stringify({ root: true, ...style }));
      await mkdir(path.join(folder, 'configs'));
      for (const [i, { text }] of begun.entries())
        if (text) await writeFile(path.join(folder, 'configs', `${i}.ts`), text);
      const biome = path.join(root, 'node_modules/.bin/biome');
      const said = await promisify(execFile)(biome, ['format', 'configs'], { cwd: folder }).catch(
        (error) => error,
      );
      expect(`${said.stdout}${said.stderr}`).toMatch(/No fixes applied/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is for the examples what lies in them', async () => {
    const examples = path.join(root, 'examples');
    for (const entry of await readdir(examples, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const folder = path.join(examples, entry.name);
      const own = (await readdir(folder, { withFileTypes: true, recursive: true })).filter(
        (file) =>
          file.isFile() && file.name !== 'conductor.config.ts' && !file.parentPath.includes('node_modules'),
      );
      const files = await Promise.all(
        own.map(async ({ name, parentPath }) => {
          const file = path.join(parentPath, name);
          return [path.relative(folder, file), await readFile(file, 'utf8')];
        }),
      );
      const { text } = await begin({ repository: '', files: Object.fromEntries(files) }, entry.name);
      await expect(text).toMatchFileSnapshot(path.join(folder, 'conductor.config.ts'));
    }
  });

  it('is told in docs/reference/init.md', async () => {
    await expect(initReference(begun)).toMatchFileSnapshot(path.join(root, 'docs/reference/init.md'));
  });
});
