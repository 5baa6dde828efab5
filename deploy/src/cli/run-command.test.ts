import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';
import { Output } from './output.ts';

const commands = `commands: {
  fix: 'node fix.ts --all',
  door: { kind: 'link', page: 'web', path: '/door', token: 'KEY', while: { path: '/open', contains: 'yes' }, otherwise: 'It is used up.' },
}`;

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
  await project.describe('good', {}, '', { web: commands });
});
afterEach(() => project.remove());

const ledger = async () => {
  const text = await readFile(join(project.folder, '.conductor/test/ledger.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};
const key = () => {
  const variable = project.place.live?.services[0]?.variables.KEY;
  return variable?.kind === 'secret' ? variable.value : expect.fail('there is no key');
};

describe('run', () => {
  it('runs a command of the release that is live, with further words as they are, and ends as it does', async () => {
    await project.run('deploy');
    project.place.ends = 42;
    const ran = await project.run(['run', 'test', 'web', 'fix', 'a b', '--', '--force', 'other', '$(x)']);
    expect(ran.code).toBe(42);
    const version = project.place.live?.release.version;
    const words = ['node', 'fix.ts', '--all', 'a b', '--force', 'other', '$(x)'];
    expect(project.place.ran).toEqual([{ service: 'web', version, words }]);
  });

  it('goes by what is live, and not by what the config says by now', async () => {
    await project.run('deploy');
    await project.describe('good', {}, '', { web: "commands: { fresh: 'node fresh.ts' }" });
    expect((await project.run('run test web fix')).code).toBe(0);
    const fresh = await project.run('run test web fresh');
    expect(fresh.code).toBe(2);
    expect(fresh.stderr).toContain('The config has it, and what is live is older: conductor deploy test');
    await project.run('deploy');
    expect((await project.run('run test web fresh')).code).toBe(0);
    expect((await project.run('run test web fix')).stderr).toContain('has no command "fix"');
    await project.run('rollback');
    expect((await project.run('run test web fix')).code).toBe(0);
  });

  it('writes down who asked for what, and neither words nor output', async () => {
    await project.run('deploy');
    const ran = await project.run('run test web fix ana@example.com --json');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      code: 0,
      stdout: 'ran node fix.ts --all ana@example.com',
    });
    const entry = (await ledger()).at(-1);
    expect(entry).toMatchObject({
      type: 'ran',
      service: 'web',
      command: 'fix',
      by: { user: expect.any(String), host: expect.any(String) },
    });
    expect(JSON.stringify(entry)).not.toContain('ana@example.com');
    const listed = await project.run('run test --json');
    expect(JSON.parse(listed.stdout)).toEqual([
      {
        service: 'web',
        command: 'fix',
        runs: ['node', 'fix.ts', '--all'],
        last: { at: entry.at, by: entry.by },
      },
      { service: 'web', command: 'door', runs: null, last: null },
    ]);
    expect((await project.run('run test')).stdout).toMatch(/web +fix +node fix\.ts --all +last .*@/);
  });

  it.each([
    ['run nowhere web fix', 'no environment of that name', 'test'],
    ['run test nobody fix', 'There is no service "nobody"', 'web'],
    ['run test web fx', 'has no command "fx"', 'did you mean "fix"?'],
    ['run test worker fix', 'worker of v', 'conductor run test'],
    ['run test web fix --force', '--force is not known', 'comes after --'],
    ['run test web door word', 'takes no words', ''],
  ])('refuses "%s" and says what there is', async (line, message, hint) => {
    await project.run('deploy');
    const { code, stderr } = await project.run(line);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(project.place.ran).toEqual([]);
    expect((await ledger()).some(({ type }) => type === 'ran')).toBe(false);
  });

  it('is refused where nothing is live, where someone else changes the environment, and where the place runs nothing', async () => {
    expect(await project.run('run test web fix')).toMatchObject({ code: 2 });
    project.place.onStage = async (stage) => {
      if (stage === 'cutover') expect((await project.run('run test web fix')).code).not.toBe(0);
    };
    await project.run('deploy');
    project.place.onStage = async (stage) => {
      if (stage === 'start web') expect((await project.run('run test web fix')).code).toBe(6);
    };
    await project.run('deploy');
    project.place.ends = undefined;
    const refused = await project.run('run test web fix "a b"');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('remote web node fix.ts --all');
    expect(project.place.ran).toEqual([]);
  });
});

describe('a link', () => {
  it('is printed with its secret for as long as it works, and without anything that runs', async () => {
    await project.run('deploy');
    project.place.ends = undefined;
    project.place.answers.set('/open', '{"open":"yes"}');
    const shown = await project.run('run test web door');
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toBe(`${project.place.url}/door#token=${key()}\n`);
    project.place.answers.set('/open', '{"open":"no"}');
    const used = await project.run('run test web door');
    expect([used.code, used.stdout, used.stderr]).toEqual([0, '', 'It is used up.\n']);
    const json = await project.run('run test web door --json');
    expect(JSON.parse(json.stdout)).toMatchObject({ link: null, used: 'It is used up.' });
  });

  it('leads to the domain of the page where it has one', async () => {
    await project.describe('good', {}, "domains: { web: ['shop.example.com'] }", { web: commands });
    project.place.answers.set('/open', 'yes');
    await project.run('deploy');
    const shown = await project.run('run test web door');
    expect(shown.stdout).toBe(`https://shop.example.com/door#token=${key()}\n`);
  });

  it('carries the secret of the release that is live', async () => {
    project.place.answers.set('/open', 'yes');
    await project.run('deploy');
    const before = key();
    await project.run('secrets rotate test KEY');
    expect((await project.run('run test web door')).stdout).toContain(before);
    await project.run('deploy');
    expect(key()).not.toBe(before);
    expect((await project.run('run test web door')).stdout).toContain(key());
  });

  it('is told after a deploy: to a person at a terminal itself, to a log the command that prints it', async () => {
    project.place.answers.set('/open', 'yes');
    const logged = await project.run('deploy');
    expect(logged.stderr).toContain('door       conductor run test web door\n');
    expect(logged.stdout + logged.stderr).not.toContain(key());
    const seen = await project.run('deploy', { isTTY: true });
    expect(seen.stderr).toContain(`door       ${project.place.url}/door#token=${key()}\n`);
    project.place.answers.set('/open', 'no');
    for (const isTTY of [false, true])
      expect((await project.run('deploy', { isTTY })).stderr).not.toContain('door');
  }, 30_000);

  it('that cannot be asked about leaves the verdict as it is, and says how to try again', async () => {
    project.place.answers.set('/open', 500);
    const { code, stderr } = await project.run('deploy');
    expect(code).toBe(0);
    expect(stderr).toContain('it answered 500');
    expect(stderr).toContain('Try again: conductor run test web door');
    const asked = await project.run('run test web door');
    expect([asked.code, asked.stdout]).toEqual([7, '']);
    expect(asked.stderr).toContain('conductor status test');
  });

  it.each([
    [true, {}, true],
    [true, { CI: 'true' }, false],
    [false, {}, false],
  ])('is shown on a stderr that is a terminal (%s), with the environment %j: %s', (isTTY, env, shown) => {
    const stream = { write: () => true, isTTY };
    expect(new Output(stream, stream, env).isTerminal).toBe(shown);
  });
});
