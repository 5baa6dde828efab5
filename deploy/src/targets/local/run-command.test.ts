import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy } from './testing/deploy.ts';
import { TestPlace } from './testing/place.ts';

const first = 'v20260101_000000';
const secret = 'a-secret-of-the-release';

/** Says what it was given, and ends as its first word says. */
const tool = `
const [code = '0', ...words] = process.argv.slice(2);
console.log(JSON.stringify({ words, env: process.env, cwd: process.cwd(), argv: process.argv }));
if (code === 'term') process.kill(process.pid, 'SIGTERM');
else if (code === 'wait') setInterval(() => {}, 1000);
else process.exitCode = Number(code);
`;

let place: TestPlace;
beforeAll(async () => {
  place = await TestPlace.open();
  writeFileSync(join(place.root, 'tool.mjs'), tool);
  await expect(run([])).rejects.toMatchObject({ code: 'run.not-live', exit: 7 });
  await deploy(place.target(), place.release(first), [
    place.service('good', { variables: { KEY: { kind: 'secret', value: secret } } }),
  ]);
});
afterAll(() => place.close());

/** Runs the tool as a command of the service that is live. */
async function run(
  words: readonly string[],
  { signal = new AbortController().signal, version = first } = {},
) {
  let output = '';
  const code = await place.target().run({
    service: 'web',
    version,
    words: ['node', 'tool.mjs', ...words],
    signal,
    output: (text) => {
      output += text;
    },
  });
  return { code, said: JSON.parse(output) };
}

it('runs in the folder of the release, with the settings that its processes have and nothing else', async () => {
  process.env.STRANGER = 'of who runs conductor';
  writeFileSync(join(place.root, 'tool.mjs'), 'throw new Error("edited since")');
  try {
    const { code, said } = await run([]);
    expect(code).toBe(0);
    expect(said.env).toMatchObject({ KEY: secret, CONDUCTOR_RELEASE: first, CONDUCTOR_SERVICE: 'web' });
    expect(said.env).not.toHaveProperty('STRANGER');
    expect(said.env).not.toHaveProperty('PORT');
    expect(said.cwd).toBe(join(place.paths.releases, first));
    // What other users of this machine can see of a process.
    expect(said.argv.join(' ')).not.toContain(secret);
  } finally {
    delete process.env.STRANGER;
  }
});

it('gives words as they are to the program: no shell gets hold of them', async () => {
  const words = ['$(touch hacked)', '`id`', '; rm -rf x', '--flag=a b', "it's", '', '*'];
  expect((await run(['0', ...words])).said.words).toEqual(words);
});

it.each([
  ['3', 3],
  ['term', 143],
])('ends as the program ends: %s', async (word, code) => {
  expect((await run([word])).code).toBe(code);
});

it('is ended when it is interrupted', async () => {
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(new Error('interrupted')), 500);
  expect((await run(['wait'], { signal: interrupt.signal })).code).toBe(143);
});

it('is refused where something else is live', async () => {
  await expect(run([], { version: 'v20260101_000100' })).rejects.toMatchObject({ code: 'run.not-live' });
});

it('says which program is not there', async () => {
  const order = {
    service: 'web',
    version: first,
    words: ['no-such-program'],
    signal: new AbortController().signal,
  };
  await expect(place.target().run(order)).rejects.toMatchObject({
    code: 'run.not-started',
    message: expect.stringContaining('no-such-program'),
  });
});
