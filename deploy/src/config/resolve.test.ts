import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTarget } from '../targets/index.ts';
import type { ProjectInput } from './input.generated.ts';
import { checkConfig } from './load.ts';
import { environmentOf, resolve, type SecretSource } from './resolve.ts';
import {
  backupRecipients,
  generated,
  optional,
  required,
  type Setting,
  secret,
  store,
  trustedProxies,
} from './settings.ts';

const kinds = [
  defineTarget({
    kind: 'here',
    proxies: ['192.0.2.1', '198.51.100.0/24'],
    settings: z.strictObject({}),
    create: () => Promise.reject(new Error('never')),
  }),
];
const project = (
  settings: Record<string, Setting>,
  environment: Partial<ProjectInput['environments'][string]> = {},
) =>
  checkConfig(
    {
      project: 'shop',
      stores: { db: { kind: 'mongodb', needs: ['transactions'] } },
      services: { api: { start: 'node api.ts', drain: 5, settings } },
      environments: { local: { target: { kind: 'here', settings: {} }, ...environment } },
    } satisfies ProjectInput,
    kinds,
  );

function sourceOf(values: Record<string, string>, team: string[] = []): SecretSource & { made: string[] } {
  const made: string[] = [];
  return {
    made,
    get: (name) => values[name],
    generated: () => undefined,
    generate: async (name, bytes) => {
      made.push(name);
      return `${bytes} bytes of ${name}`;
    },
    team: async () => team,
    howTo: (name) => `set ${name}`,
  };
}

describe('resolving an environment', () => {
  it.each([
    [{ recipients: 'team' as const }, ['age1ana', 'age1bia'], 'age1ana,age1bia'],
    [{ recipients: ['age1only'] }, ['age1ana'], 'age1only'],
    [{ recipients: 'none' as const }, ['age1ana'], 'none'],
    [undefined, ['age1ana'], undefined],
  ])(
    'gives those who make backups the recipients of the environment: %j',
    async (backups, team, expected) => {
      const environment = backups && { backups: { store: 'file:x', ...backups } };
      const described = project({ FOR: backupRecipients() }, environment);
      const { services } = await resolve(described, 'local', sourceOf({}, team));
      expect(services[0]?.variables.FOR).toEqual(expected && { kind: 'plain', value: expected });
    },
  );

  it('does not make backups for nobody', async () => {
    const described = project({ FOR: backupRecipients() }, { backups: { store: 'file:x' } });
    await expect(resolve(described, 'local', sourceOf({}))).rejects.toThrow(
      'conductor secrets recipients init',
    );
  });

  it('tells services which proxies the target puts in front of them, or that there is none', async () => {
    const value = async (proxies: string[]) => {
      const described = project({ FROM: trustedProxies() });
      described.environments.local!.target.proxies = proxies;
      return (await resolve(described, 'local', sourceOf({}))).services[0]!.variables.FROM;
    };
    expect(project({ FROM: trustedProxies() }).environments.local!.target.proxies).toEqual(kinds[0]!.proxies);
    expect(await value(['192.0.2.1', '198.51.100.0/24'])).toEqual({
      kind: 'plain',
      value: '192.0.2.1,198.51.100.0/24',
    });
    expect(await value([])).toEqual({ kind: 'plain', value: 'none' });
  });

  it('gives each kind of setting its variable', async () => {
    const desired = await resolve(
      project({
        A: 1,
        B: true,
        URL: store('db').url,
        KEY: secret('KEY'),
        GEN: generated(32),
        NOT: optional(secret('NOT')),
      }),
      'local',
      sourceOf({ KEY: 'k' }),
    );
    expect(desired.services[0]?.variables).toEqual({
      A: { kind: 'plain', value: '1' },
      B: { kind: 'plain', value: 'true' },
      URL: { kind: 'store', store: 'db', property: 'url' },
      KEY: { kind: 'secret', value: 'k' },
      GEN: { kind: 'secret', value: '32 bytes of GEN' },
    });
  });

  it("lets the environment's settings override the service's own, and the service's in the environment both", async () => {
    const desired = await resolve(
      project(
        { A: 'own', B: 'own', C: 'own' },
        { settings: { A: 'here', B: 'here' }, services: { api: { settings: { B: 'mine' } } } },
      ),
      'local',
      sourceOf({}),
    );
    expect(Object.values(desired.services[0]!.variables)).toMatchObject([
      { value: 'here' },
      { value: 'mine' },
      { value: 'own' },
    ]);
  });

  it("keeps a service's other fields when the environment changes one", async () => {
    const desired = await resolve(project({}, { services: { api: { replicas: 3 } } }), 'local', sourceOf({}));
    expect(desired.services[0]).toMatchObject({ replicas: 3, drain: 5, start: ['node', 'api.ts'] });
  });

  it('lists every missing or blank setting at once, and makes nothing', async () => {
    const secrets = sourceOf({ BLANK: ' ' });
    const failing = resolve(
      project({ A: '', B: secret('NOPE'), C: secret('BLANK'), D: required('the sender'), E: generated(16) }),
      'local',
      secrets,
    );
    await expect(failing).rejects.toMatchObject({ code: 'settings.missing', exit: 3 });
    const { message } = await failing.catch((error) => error);
    for (const line of [
      'api: A is blank',
      'api: B has no value; set NOPE',
      'api: C is blank',
      'api: D has no value here (the sender)',
    ]) {
      expect(message).toContain(line);
    }
    expect(secrets.made).toEqual([]);
  });

  it('takes an outside store from the environment, with what it needs', async () => {
    const desired = await resolve(
      project({}, { stores: { db: { url: secret('DB') } } }),
      'local',
      sourceOf({ DB: 'mongodb://x' }),
    );
    expect(desired.stores).toEqual([
      { name: 'db', kind: 'mongodb', needs: ['transactions'], url: 'mongodb://x' },
    ]);
  });

  it('refuses an unknown environment', () => {
    expect(() => environmentOf(project({}), 'locall')).toThrow(
      expect.objectContaining({ exit: 2, hint: expect.stringContaining('did you mean "local"?') }),
    );
  });
});
