import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { underLoad } from './local/load.ts';
import { Project } from './local/project.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const strike = join(import.meta.dirname, 'local/strike.ts');

/** What is killed: a command, and how the release behaves that it is about. */
interface Work {
  readonly what: string;
  readonly args: readonly string[];
  readonly behaviour: 'good' | 'crash';
  /** It ends a deploy that was killed itself. */
  readonly ends?: boolean;
  /** It goes back from a release that is deployed for it each time: one that was rolled back from is never gone to again. */
  readonly goesBack?: boolean;
}
const works: readonly Work[] = [
  { what: 'a deploy', args: ['deploy', '--bake', '1s'], behaviour: 'good' },
  { what: 'a deploy of a broken release', args: ['deploy'], behaviour: 'crash' },
  { what: 'a rollback', args: ['rollback', '--yes'], behaviour: 'good', goesBack: true },
  { what: 'a resume', args: ['resume'], behaviour: 'good', ends: true },
  { what: 'an abort', args: ['abort'], behaviour: 'good', ends: true },
];
const endings = ['resume', 'abort'] as const;
type Ending = (typeof endings)[number];

/** Which kills the short form tries: the same in every run, unless another seed is given. */
const seed = Number(process.env.CONDUCTOR_SEED ?? 5);
/** A few of many, spread over all of them; every one in full. */
const some = <T>(all: readonly T[], few: number): readonly T[] =>
  full
    ? all
    : Array.from({ length: few }, (_, i) => all[Math.floor((i * all.length) / few + seed) % all.length]!);

describe('killed with SIGKILL just before and just after each thing that it writes down', () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.sample();
    await project.change(['deploy']);
  });
  afterAll(() => project?.close());

  let kills = 0;
  let failedRequests = 0;
  const verdicts: Record<string, number> = {};

  test.each(works.slice(0, full ? undefined : 1))('$what ends as it should', async (work) => {
    const moments = await momentsOf(work);
    expect(moments).toEqual(expect.arrayContaining(['before ledger:ended', 'after journal:closed']));
    const all = endings.flatMap((ending) => moments.map((moment) => ({ ending, moment })));
    const chosen = some(all, 3);
    const seen = await underLoad(project.url, { rate: 100, kinds: [] }, async () => {
      for (const { ending, moment } of chosen) await killAndEnd(work, moment, ending);
    });
    failedRequests += seen.failed;
    console.log(
      `${work.what}: ${chosen.length} of ${all.length} kills; ${seen.counts.fast} requests, ${seen.failed} failed, longest gap ${seen.longestGapMs} ms`,
    );
    expect(seen.failures).toEqual([]);
  });

  test('and nothing is left: the next deploy goes live, and nothing runs but what it says', async () => {
    behave('good');
    const { version } = await project.change(['deploy']);
    expect(await project.status()).toMatchObject({ state: 'live', underWay: null, release: { version } });
    const host = await project.host.observe();
    if (host === null) throw new Error('No host runs.');
    const { pid, keeper, services, stores, warm } = host;
    expect(childrenOf(pid)).toEqual(expect.arrayContaining(services.flatMap(({ pids }) => pids)));
    const running = [...services.flatMap(({ pids }) => pids), ...(warm?.pids ?? [])];
    const known = [keeper, ...running, ...stores.map((store) => store.pid)];
    // An old release may still be draining; what was started by a killed command may not be there any more.
    await expect
      .poll(() => childrenOf(pid).filter((child) => !known.includes(child)), { timeout: 30_000 })
      .toEqual([]);
    console.log(`${kills} kills, ${failedRequests} failed requests, ended as ${JSON.stringify(verdicts)}`);
  });

  function behave(behaviour: Work['behaviour']): void {
    project.write('behaviour.txt', behaviour);
    project.commit();
  }

  const liveNow = async () => (await project.host.observe())?.live ?? null;

  /** The moments of a command that nobody kills: whatever it comes to write down, so a new step is covered by itself. */
  async function momentsOf(work: Work): Promise<string[]> {
    if (work.ends) await interruptOne();
    if (work.goesBack) await deployOne();
    behave(work.behaviour);
    const log = join(project.folder, `moments of ${work.what}`);
    await project.run(work.args, { preload: strike, env: { STRIKE_LOG: log } });
    // Heartbeats come when they come.
    return readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .filter((moment) => !moment.endsWith('lock:renewed'));
  }

  async function deployOne(): Promise<void> {
    behave('good');
    await project.change(['deploy']);
  }

  /** Kills a deploy while it cuts over. */
  async function interruptOne(): Promise<string | undefined> {
    behave('good');
    await kill(['deploy'], 'after journal:begin:cutover');
    return versionUnderWay();
  }

  const versionUnderWay = async () => (await project.status()).underWay?.what.split(' ').at(-1);

  async function kill(args: readonly string[], moment: string): Promise<void> {
    const said = await project.run(args, { preload: strike, env: { STRIKE: `SIGKILL ${moment}` } });
    expect(said.code, `${args.join(' ')} was not killed ${moment}: ${said.stderr}`).toBeNull();
    kills += 1;
  }

  async function killAndEnd(work: Work, moment: string, ending: Ending): Promise<void> {
    const where = `${work.what}, killed ${moment}, ended by ${ending}`;
    if (work.goesBack) await deployOne();
    const before = await liveNow();
    const earlier = work.ends ? await interruptOne() : undefined;
    behave(work.behaviour);
    await kill(work.args, moment);
    const { underWay, state } = await project.status();
    const notBegun = !work.ends && /lock:taken|before journal:opened/.test(moment);
    // What the ledger saw end is not interrupted.
    if (notBegun || /after ledger:ended|journal:closed|lock:released/.test(moment)) {
      expect({ underWay, state }, where).toEqual({ underWay: null, state: 'live' });
      return expectSettled(await liveNow(), where);
    }
    expect({ underWay, state }, where).toMatchObject({
      underWay: { interrupted: true },
      state: 'interrupted',
    });
    const version = underWay?.what.split(' ').at(-1);
    if (earlier !== undefined) expect(version, where).toBe(earlier);
    if (full) await expectRefused(version, where);
    await end(ending, { version, before, where });
  }

  /** Whoever changes something next is told what was under way, since when, and how to end it. */
  async function expectRefused(version: string | undefined, where: string): Promise<void> {
    const { code, stderr } = await project.run(['deploy']);
    expect(code, where).toBe(7);
    expect(stderr, where).toMatch(
      new RegExp(`of ${version} begun at \\d{4}-.* interrupted (in the|between)`),
    );
    expect(stderr, where).toMatch(/conductor resume local, or conductor abort local/);
  }

  /** Afterwards the new release is live, or what was live before it; and the verdict says which. */
  async function end(
    ending: Ending,
    { version, before, where }: { version: string | undefined; before: string | null; where: string },
  ): Promise<void> {
    const { code, stdout, stderr } = await project.run([ending, '--json']);
    const verdict =
      (JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { verdict?: string }).verdict ?? 'none';
    verdicts[`${verdict} by ${ending}`] = (verdicts[`${verdict} by ${ending}`] ?? 0) + 1;
    const live = await liveNow();
    expect(live, `${where}: ${verdict}\n${stderr}`).toBe(
      { live: version, failed: before, 'rolled back': before }[verdict],
    );
    if (ending === 'abort') expect([verdict, code], where).toEqual([expect.not.stringMatching('live'), 0]);
    else expect(code, where).toBe({ live: 0, failed: 4, 'rolled back': 5 }[verdict]);
    await expectSettled(live, where);
  }

  /** One release, all of it well, and reached through the public address. */
  async function expectSettled(live: string | null, where: string): Promise<void> {
    const observed = await project.host.observe();
    expect(observed?.rollout, where).toBeNull();
    expect(observed?.services.length, where).toBeGreaterThan(0);
    for (const each of observed?.services ?? [])
      expect(each, where).toMatchObject({ state: 'live', version: live });
    expect((await fetch(project.url)).headers.get('x-release'), where).toBe(live);
  }
});

/** Processes that another one has started and that still run. */
function childrenOf(parent: number): number[] {
  const listed = execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const all = listed.map((line) => line.trim().split(/\s+/).map(Number));
  return all.flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []));
}
