import { stripTypeScriptTypes } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkConfig } from '../config/load.ts';
import * as written from '../index.ts';
import { targetKinds } from '../targets/index.ts';
import { configText } from './config-text.ts';
import { withDeployScript } from './deploy-script.ts';
import { Unreadable } from './found.ts';
import { withIgnored } from './ignored.ts';
import { draft } from './project.ts';
import { sourceKinds } from './sources.ts';
import { foldersWith, readFixtures } from './testing/folders.ts';

const fixtures = await readFixtures();
const runs = 400;

/** A text that somebody has damaged: parts are missing, doubled, exchanged, or replaced by anything. */
const damaged = (text: string): fc.Arbitrary<string> => {
  const lines = text.split('\n');
  const odd = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'null',
      '[]',
      '{}',
      '- ',
      ': ',
      '"',
      "'",
      '$PORT',
      '../..',
      '/',
      '&a',
      '*a',
      '<<: *a',
      '`',
      '*/',
      '-1',
      '1e99',
      'true',
      '\u2028',
    ),
  );
  const change = fc.tuple(fc.nat(lines.length), fc.nat(3), odd, fc.nat(80));
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
    const all = [...lines];
    for (const [at, removed, text, column] of changes) {
      const line = all[at] ?? '';
      all.splice(at, removed, line.slice(0, column) + text + line.slice(column));
    }
    return all.join('\n');
  });
};

/** The files of a fixture, one of them damaged. */
const projects = fc
  .constantFrom(...fixtures)
  .chain(({ files }) =>
    fc
      .constantFrom(...Object.keys(files))
      .chain((file) => damaged(files[file]!).map((text) => ({ ...files, [file]: text }))),
  );

/** The config that is written for these files: loaded, and checked as every command does. */
function begin(files: Readonly<Record<string, string>>, from?: string): void {
  try {
    const folders = foldersWith(files);
    for (const kind of sourceKinds) {
      const file = from ?? kind.files.find((each) => files[each] !== undefined);
      const described = file === undefined ? undefined : kind.read(files[file]!, '.');
      const project = draft(folders, 'shop', { ...(described && { described }) });
      if (project.services.length === 0) continue;
      const text = configText(project, { target: kind.target ?? 'railway' });
      checkConfig(loaded(text), targetKinds);
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    expect(error.message).not.toBe('');
  }
}

function loaded(text: string): unknown {
  const code = stripTypeScriptTypes(text)
    .replace(/^import (\{[^}]*\}) from 'conductor-deploy';/, 'const $1 = written;')
    .replace('export default ', 'return ');
  return new Function('written', code)(written);
}

it('begins every project of the fixtures, whichever of its files is damaged, or says what it cannot read', () => {
  fc.assert(
    fc.property(projects, (files) => begin(files)),
    { numRuns: runs },
  );
});

it('takes any text for any of the files', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    ...fixtures.flatMap(({ files }) => Object.values(files)).map(damaged),
  );
  fc.assert(
    fc.property(texts, (text) => {
      begin({ any: text, 'package.json': '{"name":"a","scripts":{"start":"node a.js"}}' }, 'any');
      begin({
        Dockerfile: text,
        '.env.example': text,
        'requirements.txt': text,
        'pnpm-workspace.yaml': 'packages: []',
      });
    }),
    { numRuns: runs },
  );
});

it('writes any value so that it is read as the very same, and no secret', () => {
  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,30}$/);
  const value = fc
    .string({ unit: 'binary', maxLength: 120 })
    .map((text) => text.replaceAll(/[\r\n\0]/g, ' ').trim());
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 8 }), (variables) => {
      const described = {
        services: [
          {
            name: 'web',
            start: 'node a.js',
            visited: true,
            variables: Object.entries(variables).map(([key, text]) => ({ name: key, value: text })),
          },
        ],
        stores: [],
        notCarried: [],
      };
      const project = draft(foldersWith({}), 'shop', { described });
      const { services } = checkConfig(loaded(configText(project, { target: 'railway' })), targetKinds);
      for (const [key, setting] of Object.entries(services.web!.settings)) {
        const given = variables[key];
        if (typeof setting !== 'object' && !['production', 'release'].includes(String(setting)))
          expect(String(setting)).toBe(given);
      }
    }),
    { numRuns: runs },
  );
});

it('leaves package.json and .gitignore as they were but for its own line', () => {
  const manifest = fc
    .dictionary(fc.string(), fc.jsonValue())
    .chain((json) => fc.constantFrom(0, 2, '\t').map((indent) => JSON.stringify(json, null, indent)));
  fc.assert(
    fc.property(manifest, fc.string(), (text, ignored) => {
      const changed = withDeployScript(text);
      if (changed !== undefined) {
        const before = JSON.parse(text);
        expect(JSON.parse(changed)).toEqual({
          ...before,
          scripts: { ...before.scripts, deploy: 'conductor deploy' },
        });
      }
      const lines = withIgnored(ignored, true);
      if (lines !== undefined) expect(lines.startsWith(ignored)).toBe(true);
    }),
    { numRuns: runs },
  );
});
