import { describe, expect, it } from 'vitest';
import type { ConfigNames } from '../config/names.ts';
import { ConductorError } from '../errors.ts';
import type { Command } from './command.ts';
import { placeWords } from './place.ts';

const names = {
  environments: ['local', 'staging', 'production'],
  services: ['web', 'staging'],
  stores: ['db'],
};
const service = { name: 'service', what: '', known: () => names.services };
const logs = { name: 'logs', args: [service] };
const deploy = { name: 'deploy', args: [] };
const rollback = { name: 'rollback', args: [{ name: 'version', what: '', form: /^v\d+$/ }] };
const secret = { name: 'NAME', what: '', form: /^[A-Z]+$/, unsaid: true };
const secrets = {
  name: 'secrets',
  args: [],
  actions: {
    list: { what: '', args: [] },
    set: { what: '', args: [secret], surplus: 'a value never belongs here.' },
    merge: { what: '', args: [{ name: 'first', what: '' }], asTyped: true },
  },
};
const run = {
  name: 'run',
  args: [
    { name: 'service', what: '', known: ({ services }: ConfigNames) => services },
    { name: 'command', what: '' },
  ],
  rest: { name: 'words', what: '' },
};
const spoken = { deploy, logs, rollback, secrets, run };
type Spoken = Pick<Command, 'name' | 'args' | 'actions' | 'rest'>;
const place = (command: Spoken, line: string, explicit?: string) =>
  placeWords(command, line === '' ? [] : line.split(' '), explicit, async () => names);
const refusal = (command: Spoken, line: string, explicit?: string) =>
  place(command, line, explicit).then(
    () => expect.fail(`${command.name} ${line} is accepted`),
    (error: unknown) => error as ConductorError,
  );

describe('the environment', () => {
  it.each([
    ['deploy', '', undefined, []],
    ['deploy', 'production', 'production', []],
    ['logs', 'production web', 'production', ['web']],
    ['logs', 'web production', 'production', ['web']],
    ['logs', 'web', undefined, ['web']],
    ['rollback', 'production v1', 'production', ['v1']],
    ['rollback', 'v1 production', 'production', ['v1']],
    ['run', 'production web fix', 'production', ['web', 'fix']],
    ['run', 'production web fix a staging b', 'production', ['web', 'fix', 'a', 'staging', 'b']],
    ['run', 'web fix production', undefined, ['web', 'fix', 'production']],
    ['secrets', '', undefined, ['list']],
    ['secrets', 'production', 'production', ['list']],
    ['secrets', 'list production', 'production', ['list']],
    ['secrets', 'production list', 'production', ['list']],
    ['secrets', 'set production TOKEN', 'production', ['set', 'TOKEN']],
    ['secrets', 'set TOKEN production', 'production', ['set', 'TOKEN']],
    ['secrets', 'production set TOKEN', 'production', ['set', 'TOKEN']],
  ] as const)('of %s "%s" is %s', async (name, line, environment, args) => {
    expect(await place(spoken[name], line)).toEqual({ environment, args });
  });

  it('is what -e says, whatever else is called so', async () => {
    expect(await place(logs, 'staging')).toEqual({ environment: 'staging', args: [] });
    expect(await place(logs, 'staging', 'production')).toEqual({
      environment: 'production',
      args: ['staging'],
    });
    expect(await place(logs, 'staging', 'staging')).toEqual({ environment: 'staging', args: ['staging'] });
    expect(await place(logs, 'staging staging')).toEqual({ environment: 'staging', args: ['staging'] });
    expect(await place(deploy, 'production', 'production')).toEqual({ environment: 'production', args: [] });
  });

  it.each([
    ['deploy', 'staging production', undefined],
    ['deploy', 'staging', 'production'],
    ['logs', 'local production', undefined],
    ['secrets', 'set staging production', undefined],
    ['secrets', 'set production', 'staging'],
  ] as const)('is named once: %s "%s" with -e %s', async (name, line, explicit) => {
    expect(await refusal(spoken[name], line, explicit)).toMatchObject({
      code: 'cli.two-environments',
      exit: 2,
    });
  });
});

describe('a word that is nothing', () => {
  it.each([
    ['deploy', 'productoin', 'There is no environment "productoin".', 'did you mean "production"?'],
    ['deploy', 'production more', 'deploy: "more" is one word too many.', 'Usage: conductor deploy'],
    ['logs', 'wep', 'There is no service "wep", and no environment of that name.', 'Did you mean "web"?'],
    ['logs', 'stagin', 'There is no service "stagin", and', 'Did you mean "staging"?'],
    ['logs', 'production wep', 'There is no service "wep".', 'Did you mean "web"?'],
    ['rollback', 'productoin', 'There is no version "productoin", and', 'Did you mean "production"?'],
    ['rollback', 'production 7', 'There is no version "7".', ''],
    ['secrets', 'lst', 'secrets: there is no "lst".', 'Did you mean "list"?'],
    ['secrets', 'stagin', 'secrets: there is no "stagin".', 'Did you mean "staging"?'],
    ['secrets', 'list productoin', 'There is no environment "productoin".', 'did you mean "production"?'],
  ] as const)('is refused: %s "%s"', async (name, line, message, hint) => {
    const error = await refusal(spoken[name], line);
    expect(error).toBeInstanceOf(ConductorError);
    expect(error.exit).toBe(2);
    expect(error.message).toContain(message);
    expect(error.hint ?? '').toContain(hint);
  });

  it.each(['set TOKEN sk-1234', 'set production TOKEN sk-1234', 'set sk-1234'])(
    'is not repeated where it may be a secret: %s',
    async (line) => {
      const { message, hint } = await refusal(secrets, line);
      expect(`${message} ${hint}`).not.toContain('sk-1234');
    },
  );

  it('says which environment was probably meant, where a value is taken for one too many', async () => {
    expect((await refusal(secrets, 'set TOKEN productoin')).hint).toContain('the environment production?');
  });
});

describe('the config', () => {
  const never = () => Promise.reject(new Error('the config was read'));

  it('is not read where no word could be an environment', async () => {
    for (const [command, words] of [
      [deploy, []],
      [secrets, ['list']],
      [secrets, ['merge', 'production']],
    ] as const)
      await placeWords(command, words, undefined, never);
    await expect(placeWords(deploy, ['production'], undefined, never)).rejects.toThrow('was read');
  });
});
