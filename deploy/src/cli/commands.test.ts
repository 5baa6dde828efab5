import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

describe('deploy', () => {
  it('ends live, records the release and says where it is', async () => {
    const { code, stderr, json } = await project.run('deploy --json');
    expect(code, stderr).toBe(0);
    expect(json()).toEqual({
      verdict: 'live',
      version: project.place.live?.release.version,
      previous: null,
      seconds: expect.any(Number),
      probe: { sent: 0, failed: 0, longestGapMs: 0 },
      proofs: [{ service: 'web', by: 'x-release' }],
    });
    expect(stderr).toContain(project.place.url);
    expect((await project.run('status --json')).json()).toEqual({
      environment: 'test',
      state: 'live',
      release: {
        version: expect.stringMatching(/^v\d{8}_\d{6}$/),
        commit: null,
        deployedAt: expect.any(String),
      },
      services: [
        { name: 'web', state: 'live', replicas: 1, version: expect.any(String), restarts: 0 },
        { name: 'worker', state: 'live', replicas: 1, version: expect.any(String), restarts: 0 },
      ],
      stores: [{ name: 'db', kind: 'mongodb', state: 'live' }],
      urls: { web: project.place.url },
      trouble: null,
      next: null,
      warm: null,
      maintenance: null,
      underWay: null,
      lastDeploy: {
        kind: 'deploy',
        version: project.place.live?.release.version,
        by: { user: expect.any(String), host: expect.any(String) },
        startedAt: expect.any(String),
        verdict: 'live',
        seconds: expect.any(Number),
        detail: null,
      },
      backup: null,
      seen: true,
    });
  });

  it('gives two releases of one second two versions, and measures the second one', async () => {
    const first = (await project.run('deploy --json')).json();
    const second = (await project.run('deploy --json --probe 200')).json();
    expect(second.version > first.version).toBe(true);
    expect(second.previous).toBe(first.version);
    expect(second.probe).toMatchObject({ failed: 0 });
    expect(second.probe.sent).toBeGreaterThan(0);
  });

  it.each(['crash', 'unhealthy'] as const)(
    'that is a %s keeps the old release and shows what it wrote',
    async (behaviour) => {
      const first = (await project.run('deploy --json')).json();
      await project.describe(behaviour);
      const { code, stderr, json } = await project.run('deploy --json');
      expect(code).toBe(4);
      expect(json()).toMatchObject({ verdict: 'failed', previous: first.version });
      expect(project.place.live?.release.version).toBe(first.version);
      expect(stderr).toContain('Last lines of web');
      expect(stderr).toContain('Error: it broke');
      expect(stderr).toContain('Next: conductor logs test web');
      expect((await project.run('status --json')).json()).toMatchObject({
        state: 'live',
        release: { version: first.version },
      });
    },
  );

  it('that answers with errors after the cutover is rolled back', async () => {
    const first = (await project.run('deploy --json')).json();
    await project.describe('errors');
    const { code, json } = await project.run('deploy --json --bake 5');
    expect(code).toBe(5);
    expect(json()).toMatchObject({ verdict: 'rolled back', previous: first.version });
    expect(project.place.live?.release.version).toBe(first.version);
  }, 60_000);

  it('that could not begin, because the target is not ready, changes nothing', async () => {
    project.place.findings = [
      { level: 'failure', title: 'Port 8080 is taken', fix: 'Stop what listens there' },
    ];
    const { code, stderr } = await project.run('deploy');
    expect(code).toBe(3);
    expect(stderr).toContain('Port 8080 is taken. Stop what listens there');
    expect(project.place.starts.size).toBe(0);
    expect((await project.run('releases --json')).json()).toEqual([]);
  });

  it('is refused while another one goes on, naming who', async () => {
    let inside: Awaited<ReturnType<TestProject['run']>> | undefined;
    project.place.onStage = async (stage) => {
      if (stage === 'cutover') inside = await project.run('deploy');
    };
    expect((await project.run('deploy')).code).toBe(0);
    expect(inside?.code).toBe(6);
    expect(inside?.stderr).toContain('is being changed by');
  });

  it('that is interrupted before its cutover is rolled back', async () => {
    const first = (await project.run('deploy --json')).json();
    const interrupt = new AbortController();
    project.place.onStage = (stage) => {
      if (stage === 'start web') interrupt.abort(new Error('interrupted'));
    };
    const { code, json } = await project.run('deploy --json', { interrupt: interrupt.signal });
    expect(code).toBe(130);
    expect(json()).toMatchObject({ verdict: 'failed', previous: first.version });
    expect(project.place.live?.release.version).toBe(first.version);
  });
});

describe('rollback', () => {
  it('says of a release that has not proven itself that it goes there all the same', async () => {
    const first = (await project.run('deploy --json')).json();
    await project.run('deploy');
    const { code, stderr } = await project.run('rollback');
    expect(code).toBe(0);
    expect(stderr).toContain('It is not known to be stable');
    expect(project.place.live?.release.version).toBe(first.version);
    await project.run('deploy --bake 1');
    await project.run('deploy');
    expect((await project.run('rollback')).stderr).not.toContain('proven');
  });

  it('goes to the last stable release, with its settings and secrets of then', async () => {
    await project.describe('good', { COLOUR: 'red' });
    const first = (await project.run('deploy --json')).json();
    const key = project.place.live?.services[0]?.variables.KEY;
    await project.describe('good', { COLOUR: 'blue' });
    const second = (await project.run('deploy --json')).json();
    const { code, json } = await project.run('rollback --json');
    expect(code).toBe(0);
    expect(json()).toMatchObject({ verdict: 'live', version: first.version, previous: second.version });
    expect(project.place.live?.services[0]?.variables).toMatchObject({ COLOUR: { value: 'red' }, KEY: key });
    expect((await project.run('releases --json')).json()).toMatchObject([
      { version: second.version, state: 'superseded' },
      { version: first.version, state: 'live' },
    ]);
  });

  it('refuses what it cannot go to', async () => {
    expect((await project.run('rollback')).code).toBe(2);
    const { version } = (await project.run('deploy --json')).json();
    expect((await project.run('rollback v20200101_000000')).code).toBe(2);
    expect((await project.run(`rollback ${version}`)).code).toBe(2);
    expect((await project.run('rollback')).code).toBe(2);
  });

  it('asks for its name in a terminal', async () => {
    const first = (await project.run('deploy --json')).json();
    await project.run('deploy');
    expect((await project.run('rollback', { ask: async () => 'yes' })).code).toBe(2);
    expect((await project.run('rollback', { ask: async () => first.version })).code).toBe(0);
  });
});

describe('what is kept', () => {
  const files = async () => {
    const base = join(project.folder, '.conductor');
    const all = await readdir(base, { recursive: true, withFileTypes: true });
    return all.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  };

  it('holds a secret only in files that nobody else can read', async () => {
    await project.run('deploy');
    const variable = project.place.live?.services[0]?.variables.KEY;
    const value = variable?.kind === 'secret' ? variable.value : '';
    expect(value).toHaveLength(43);
    const holders: string[] = [];
    for (const file of await files()) if ((await readFile(file, 'utf8')).includes(value)) holders.push(file);
    expect(holders.length).toBeGreaterThan(0);
    for (const file of holders) expect(file).toMatch(/capsules|secrets\.json/);
  });

  it('is never overwritten when it is corrupted', async () => {
    await project.run('deploy');
    const ledger = (await files()).find((file) => file.endsWith('ledger.jsonl'))!;
    await appendFile(ledger, 'no json\n');
    const before = await readFile(ledger, 'utf8');
    for (const command of ['deploy', 'releases', 'status', 'rollback']) {
      const { code, stderr } = await project.run(command);
      expect(code, command).toBe(7);
      expect(stderr).toContain('line 4');
    }
    expect(await readFile(ledger, 'utf8')).toBe(before);
  });
});

describe('a place that cannot be asked', () => {
  const known = async () => {
    const { version } = (await project.run('deploy --json')).json();
    project.place.unreachable = true;
    return version;
  };

  it('has the status unknown, with the last release that is known', async () => {
    const version = await known();
    const { code, stdout } = await project.run('status');
    expect(code).toBe(7);
    expect(stdout).toContain(`test: unknown, last known: ${version}`);
    expect(stdout).toContain('the place does not answer');
    expect((await project.run('status --json')).json()).toMatchObject({
      state: 'unknown',
      release: { version },
      lastDeploy: { version, verdict: 'live' },
      trouble: 'the place does not answer',
      seen: false,
    });
  });

  it('has its releases listed as they are known', async () => {
    const version = await known();
    const { code, stdout, stderr } = await project.run('releases');
    expect(code).toBe(7);
    expect(stdout).toContain(version);
    expect(stdout).toContain('live');
    expect(stderr).toContain(
      'test cannot be asked, so what is live is the last known: the place does not answer',
    );
  });

  it.each(['plan', 'deploy', 'rollback'])('lets %s end with 7, and nothing is changed', async (command) => {
    await known();
    const { code, stderr } = await project.run(command);
    expect(code).toBe(7);
    expect(stderr).toContain('the place does not answer');
    expect(project.place.starts.size).toBe(2);
  });
});

describe('what became of a release is said as it was', () => {
  it.each([
    ['tired', 3, 'was live, turned bad and was rolled back'],
    ['impostor', 0, 'could not be proven healthy after its cutover and was rolled back'],
  ] as const)(
    '%s',
    async (behaviour, bake, words) => {
      await project.run('deploy');
      await project.describe(behaviour);
      const { code, stderr } = await project.run(`deploy --bake ${bake}`);
      expect(code).toBe(5);
      expect(stderr).toContain(words);
    },
    60_000,
  );

  it.each([
    ['cutover', 'was called off after its cutover and rolled back'],
    ['start web', 'was called off before its cutover'],
  ])('interrupted at %s', async (at, words) => {
    await project.run('deploy');
    const interrupt = new AbortController();
    project.place.onStage = (stage) => {
      if (stage === at) interrupt.abort(new Error('interrupted'));
    };
    const { code, stderr } = await project.run('deploy', { interrupt: interrupt.signal });
    expect(code).toBe(130);
    expect(stderr).toContain(words);
  });
});

describe('the command line', () => {
  it.each([
    ['deploi', 2, 'Did you mean deploy?'],
    ['deploy nowhere', 2, 'no environment "nowhere"'],
    ['deploy test more', 2, 'one word too many'],
    ['deploy --prob 3', 2, 'Did you mean --probe?'],
    ['deploy --probe', 2, '--probe needs a value'],
    ['deploy --probe fast', 2, 'is not a whole number'],
    ['deploy --bake 3d', 2, 'is not a time'],
    ['deploy --json=1', 2, '--json takes no value'],
    ['logs nobody', 2, 'no service "nobody"'],
  ])('refuses "%s" with %i', async (line, code, message) => {
    const result = await project.run(line);
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(code);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  it('explains itself', async () => {
    expect((await project.run('--help')).stdout).toContain('Exit codes');
    const { stdout, code } = await project.run('deploy --help');
    expect(code).toBe(0);
    expect(stdout).toContain('--probe N');
    expect(stdout).toContain('Default: 50.');
  });

  it('works from a folder inside the project', async () => {
    const inner = join(project.folder, 'a', 'b');
    await mkdir(inner, { recursive: true });
    const inside = TestProject.at(inner, project.place);
    expect((await inside.run('status --json')).json().state).toBe('never deployed');
  });

  it('gives a failure as JSON when asked', async () => {
    await writeFile(join(project.folder, 'conductor.config.ts'), 'throw new Error("boom")');
    expect((await project.run('deploy --json')).json()).toMatchObject({ error: { code: 'config.throws' } });
  });

  it('shows logs of one release', async () => {
    await project.run('deploy');
    const { stdout } = await project.run('logs web --json');
    expect(JSON.parse(stdout)).toMatchObject({ service: 'web', text: 'web starts' });
  });

  it('stops, and says so', async () => {
    await project.run('deploy');
    expect((await project.run('stop --json')).json()).toEqual({ environment: 'test', state: 'stopped' });
    expect((await project.run('status --json')).json()).toMatchObject({ state: 'stopped', release: null });
  });

  describe('start', () => {
    const now = async () => (await project.run('status --json')).json();
    const entries = () => readFile(join(project.folder, '.conductor/test/ledger.jsonl'), 'utf8');

    it('makes what was live serve again after stop, without a deploy, and says where', async () => {
      const { version } = (await project.run('deploy --json')).json();
      await project.run('stop');
      expect((await project.run('releases --json')).json()).toMatchObject([{ version, state: 'stopped' }]);
      const { code, stderr, json } = await project.run('start --json');
      expect(code).toBe(0);
      expect(stderr).toContain(`${version} serves again on test`);
      expect(json()).toEqual({
        environment: 'test',
        state: 'live',
        version,
        began: true,
        urls: { web: project.place.url },
      });
      expect(await now()).toMatchObject({ state: 'live', release: { version }, next: null });
      expect([...project.place.starts]).toContainEqual([`web ${version}`, 1]);
      const again = await project.run('start test --json');
      expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('serves on test already')]);
      expect(again.json()).toMatchObject({ version, began: false });
      const written = (await entries())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).type);
      expect(written).toEqual(['release', 'started', 'ended', 'stopped', 'restarted']);
    });

    it('is named by status when nothing serves: stopped on purpose, or down by accident', async () => {
      await project.run('deploy');
      await project.run('stop');
      expect(await now()).toMatchObject({ state: 'stopped', next: 'conductor start test' });
      await project.run('start');
      project.place.resting = project.place.live;
      project.place.live = null;
      expect(await now()).toMatchObject({ state: 'down', next: 'conductor start test' });
      expect((await project.run('releases --json')).json()).toMatchObject([{ state: 'down' }]);
      expect((await project.run('start')).code).toBe(0);
      expect((await now()).state).toBe('live');
    });

    it('is refused where nothing was ever live, and while someone else changes the environment', async () => {
      expect(await project.run('start')).toMatchObject({ code: 2 });
      project.place.onStage = async (stage) => {
        if (stage === 'start web') expect((await project.run('start')).code).toBe(6);
      };
      expect((await project.run('deploy')).code).toBe(0);
    });

    it('says so when what was started does not answer', async () => {
      await project.run('deploy');
      await project.run('stop');
      const { release, services } = project.place.resting!;
      const BEHAVIOUR = { kind: 'plain', value: 'errors' } as const;
      const broken = services.map((each) => ({ ...each, variables: { ...each.variables, BEHAVIOUR } }));
      project.place.resting = { release, services: broken };
      const { code, stderr } = await project.run('start');
      expect([code, stderr]).toEqual([7, expect.stringContaining('answered 500')]);
    });
  });
});
