import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestProject } from '../../test/project.ts';
import { TestTeam } from '../../test/team.ts';

let team: TestTeam;
let ana: TestProject;
let ci: TestProject;
beforeEach(async () => {
  team = await TestTeam.create();
  [ana, ci] = [await team.machine(), await team.machine()];
});
afterEach(() => team.remove());

const live = () => team.place.live?.release.version;
const secretOf = (): string => {
  const key = team.place.live?.services[0]?.variables.KEY;
  return key?.kind === 'secret' ? key.value : '';
};

describe('what one machine deployed', () => {
  it('is seen by another one, which has the same generated secrets and nothing to change', async () => {
    const first = (await ana.run('deploy --json')).json();
    expect((await ci.run('status --json')).json()).toMatchObject({
      state: 'live',
      release: { version: first.version },
    });
    const { stdout } = await ci.run('plan --json');
    expect(JSON.parse(stdout).differences).toEqual([]);
  });

  it('is rolled back to by itself when another one deploys a bad release', async () => {
    const first = (await ana.run('deploy --json')).json();
    const key = secretOf();
    await ci.describe('errors');
    const { code, json, stderr } = await ci.run('deploy --json --bake 5');
    expect(code, stderr).toBe(5);
    expect(json()).toMatchObject({ verdict: 'rolled back', previous: first.version });
    expect(live()).toBe(first.version);
    expect(secretOf()).toBe(key);
    // A third one, which has seen nothing of this, says the same.
    const third = await team.machine();
    expect((await third.run('status --json')).json()).toMatchObject({
      state: 'live',
      release: { version: first.version },
      lastDeploy: { verdict: 'rolled back' },
    });
  }, 60_000);

  it('is rolled back to by another one, with its settings and secrets of then', async () => {
    await ana.describe('good', { COLOUR: 'red' });
    const first = (await ana.run('deploy --json')).json();
    const key = secretOf();
    await ana.describe('good', { COLOUR: 'blue' });
    await ana.run('deploy --json');
    const { code, stderr } = await ci.run('rollback --json --yes');
    expect(code, stderr).toBe(0);
    expect(live()).toBe(first.version);
    expect(team.place.live?.services[0]?.variables).toMatchObject({
      COLOUR: { value: 'red' },
      KEY: { value: key },
    });
  });

  it('holds no secret in any ref of the remote, and the same ones are kept once', async () => {
    await ana.run('deploy');
    await ci.run('deploy');
    await ana.run('rollback --yes');
    expect(secretOf()).toHaveLength(43);
    const all = await team.everythingShared();
    expect(all).not.toContain(secretOf());
    const kept = await team.git('-C', team.remote, 'ls-tree', 'refs/conductor/test/sealed');
    const capsules = kept.split('\n').filter((line) => line.includes('capsule-'));
    expect(capsules).toHaveLength(2);
    expect(new Set(capsules.map((line) => line.split(/\s/)[2])).size).toBe(1);
  });
});

describe('the code of a release', () => {
  it('is brought here when another machine had it and was killed, so that its tag can be set', async () => {
    await ana.run('deploy');
    const inside = ['-C', ci.folder, '-c', 'user.name=Ci', '-c', 'user.email=ci@example.com'];
    await team.git(...inside, 'commit', '--quiet', '--allow-empty', '--message', 'More');
    await team.git(...inside, 'push', '--quiet', 'origin', 'HEAD:main');
    const { version } = (await ci.run('deploy --json')).json();
    // Back to the moment before its end was written down.
    const remote = ['-C', team.remote];
    await team.git(...remote, 'update-ref', 'refs/conductor/test/ledger', 'refs/conductor/test/ledger^');
    for (const ref of ['refs/conductor/test/journal', `refs/tags/${version}`])
      await team.git(...remote, 'update-ref', '-d', ref);
    const { code, stderr, json } = await ana.run('resume --json');
    expect([code, json().verdict], stderr).toEqual([0, 'live']);
    const tagged = await team.git(...remote, 'rev-parse', `refs/tags/${version}^{commit}`);
    expect(tagged).toBe(await team.git('-C', ci.folder, 'rev-parse', 'HEAD'));
  });
});

describe('a machine without the key', () => {
  it('looks, and is refused before anything changes', async () => {
    const first = (await ana.run('deploy --json')).json();
    const starts = new Map(team.place.starts);
    for (const key of [null, await generateX25519Identity()]) {
      const stranger = await team.machine({ key });
      for (const command of ['status', 'releases', 'logs', 'lock']) {
        expect((await stranger.run(command)).code, command).toBe(0);
      }
      for (const command of ['deploy', 'rollback --yes', 'resume', 'abort']) {
        const { code, stderr } = await stranger.run(command);
        expect(code, `${command}: ${stderr}`).toBe(3);
        expect(stderr).toMatch(/secrets recipients (init|add)/);
      }
    }
    expect(live()).toBe(first.version);
    expect(team.place.starts).toEqual(starts);
  });

  it('is refused where nobody could read what it would keep', async () => {
    await writeFile(join(ana.folder, 'secrets/recipients'), '');
    const { code, stderr } = await ana.run('deploy');
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('secrets recipients init');
    expect(team.place.starts.size).toBe(0);
  });
});

describe('a machine that could not open what it would keep', () => {
  it('is refused before anything changes', async () => {
    const first = (await ana.run('deploy --json')).json();
    const other = await identityToRecipient(await generateX25519Identity());
    await writeFile(join(ana.folder, 'secrets/recipients'), `${other} # somebody else\n`);
    const { code, stderr } = await ana.run('deploy');
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('no key of this machine is in secrets/recipients');
    expect(live()).toBe(first.version);
    expect(team.place.starts.size).toBe(2);
  });
});

describe('a colleague who is let in', () => {
  it('can go back to what was deployed before, and one who is let out cannot', async () => {
    const first = (await ana.run('deploy --json')).json();
    await ana.run('deploy');
    const key = await generateX25519Identity();
    const bia = await team.machine({ key });
    const before = await ana.run('status --json');
    const publicKey = await identityToRecipient(key);
    expect((await ana.run(`secrets recipients add ${publicKey} --name bia`)).code).toBe(0);
    const { code, stderr } = await bia.run('rollback --yes');
    expect([code, stderr]).toEqual([0, expect.stringContaining(first.version)]);
    expect((await ana.run(`secrets recipients remove ${publicKey}`)).code).toBe(0);
    expect((await bia.run(`rollback ${before.json().release.version} --yes`)).code).toBe(3);
    expect((await ana.run(`rollback ${before.json().release.version} --yes`)).code).toBe(0);
  });
});

describe('a second deploy', () => {
  it('waits for the first one when it is asked to, and goes live after it', async () => {
    let second: ReturnType<TestProject['run']> | undefined;
    team.place.onStage = (stage) => {
      if (stage === 'cutover') second ??= ci.run('deploy --json --wait 30s');
    };
    const first = (await ana.run('deploy --json')).json();
    const { code, stderr, json } = await second!;
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ verdict: 'live', previous: first.version });
  });
});

describe('a ledger from before secrets were shared', () => {
  /** Puts a machine's state back to what an earlier version had left: everything sealed and journaled lies on that machine. */
  async function asBefore(machine: TestProject): Promise<void> {
    const version = live()!;
    const services = Object.fromEntries(
      team.place.live!.services.map(({ name, variables }) => [
        name,
        Object.fromEntries(
          Object.entries(variables).flatMap(([key, each]) =>
            each.kind === 'secret' ? [[key, each.value]] : [],
          ),
        ),
      ]),
    );
    const { generatedHere } = await import('../environment/generated-here.ts');
    const { CapsulesHere } = await import('../environment/capsules.ts');
    const folder = join(machine.folder, '.conductor/test');
    await generatedHere(join(folder, 'secrets.json'), 'test').update((now) => ({
      format: 'conductor-secrets/1',
      environment: 'test',
      fingerprintKey: Buffer.alloc(32, 7).toString('base64'),
      ...now,
      secrets: { KEY: secretOf() },
    }));
    await new CapsulesHere(join(folder, 'capsules')).keep(team.place.live!);
    for (const ref of ['sealed', 'journal'])
      await team.git('-C', team.remote, 'update-ref', '-d', `refs/conductor/test/${ref}`);
    expect(await readdir(join(folder, 'capsules'))).toEqual([`${version}.json`]);
    expect(services.web).toEqual({ KEY: secretOf() });
  }

  it('is shared by the machine that has it, with the generated secrets that it had', async () => {
    const first = (await ana.run('deploy --json')).json();
    const key = secretOf();
    await asBefore(ana);
    expect((await ana.run('deploy')).code).toBe(0);
    expect(secretOf()).toBe(key);
    const { code, stderr } = await ci.run(`rollback ${first.version} --yes`);
    expect(code, stderr).toBe(0);
    expect([live(), secretOf()]).toEqual([first.version, key]);
  });

  it('is shared without what is damaged of it, which keeps nobody from deploying', async () => {
    await ana.run('deploy');
    await asBefore(ana);
    await writeFile(join(ana.folder, '.conductor/test/capsules/v20200101_000000.json'), 'damaged');
    expect((await ana.run('deploy')).code).toBe(0);
    const kept = await team.git('-C', team.remote, 'ls-tree', '--name-only', 'refs/conductor/test/sealed');
    expect(kept.match(/capsule-/g)).toHaveLength(2);
    expect(kept).not.toContain('v20200101_000000');
  });

  it('stops another machine before anything changes, and goes on where that is meant', async () => {
    const first = (await ana.run('deploy --json')).json();
    await asBefore(ana);
    const { code, stderr } = await ci.run('deploy');
    expect(code).toBe(3);
    expect(stderr).toContain(`This machine could not bring ${first.version} back`);
    expect(live()).toBe(first.version);
    expect((await ci.run('deploy --without-way-back')).code).toBe(0);
    expect(live()).not.toBe(first.version);
  });
});

describe('first plans at once', () => {
  it('make one value of each generated secret, for all', async () => {
    const machines = [ana, ci, await team.machine(), await team.machine()];
    const plans = await Promise.all([...machines, ...machines].map((machine) => machine.run('plan --json')));
    expect(plans.map(({ code, stderr }) => [code, stderr])).toEqual(plans.map(() => [0, '']));
    const prints = plans.map(({ stdout }) =>
      JSON.parse(stdout).differences.find((each: { name: string }) => each.name === 'KEY'),
    );
    expect(prints[0].to).toEqual(expect.any(String));
    expect(new Set(prints.map(({ to }) => to)).size).toBe(1);
  }, 60_000);
});

describe('.conductor', () => {
  it('is a cache: without it everything is found again', async () => {
    const first = (await ana.run('deploy --json')).json();
    await ana.run('deploy --json');
    await rm(join(ana.folder, '.conductor/test'), { recursive: true });
    expect((await ana.run('rollback --yes')).code).toBe(0);
    expect(live()).toBe(first.version);
    const journals = await readdir(join(ana.folder, '.conductor/test/journal'));
    expect(await readFile(join(ana.folder, '.conductor/test/journal', journals[0]!), 'utf8')).toContain(
      'closed',
    );
  });
});
