import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LockTerms } from '../deploy/src/ledger/lock-terms.ts';
import { type Seen, underLoad } from './local/load.ts';
import type { Project, Said, Status } from './local/project.ts';
import { shortLease, Team } from './local/team.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const strike = join(import.meta.dirname, 'local/strike.ts');
/** One answer of 20 of a bad release fails, from some seconds after its first visitor on: it is cut over to before, on a busy machine too. */
const faults = { good: 'none', bad: 'errors 3' } as const;

const endings = ['resume', 'abort'] as const;
type Ending = (typeof endings)[number];
/** What the others can know of a deploy that was killed at a moment. */
type Known = 'nothing' | 'interrupted' | 'ended';
interface Kill {
  readonly moment: string;
  readonly ending: Ending;
  readonly known: Known;
}

/** What is killed on one machine and ended on another. */
interface Work {
  readonly what: string;
  readonly args: readonly string[];
  readonly release: keyof typeof faults;
  /** It goes back from a release that is deployed for it each time: one that was rolled back from is never gone to again. */
  readonly goesBack?: boolean;
  /** The kills of the short form. */
  readonly some: readonly Kill[];
}
const interrupted = (moment: string, ending: Ending): Kill => ({ moment, ending, known: 'interrupted' });
const goodDeploy: Work = {
  what: 'a deploy',
  args: ['deploy', '--bake', '1s'],
  release: 'good',
  // It serves, and nobody else has heard of that.
  some: [interrupted('after journal:done:cutover', 'abort')],
};
const badDeploy: Work = {
  what: 'a deploy of a bad release',
  args: ['deploy', '--bake', '30s'],
  release: 'bad',
  some: [interrupted('after journal:begin:bake', 'resume')],
};
const rollback: Work = {
  what: 'a rollback',
  args: ['rollback', '--yes'],
  release: 'good',
  goesBack: true,
  some: [],
};

describe('what one machine of a team did, another one sees, ends and takes back', () => {
  let team: Team;
  let ana: Project;
  let cleo: Project;
  beforeAll(async () => {
    team = await Team.create('turning');
    ana = team.machine({ user: 'ana' });
    cleo = team.machine({ user: 'cleo' });
    await ana.change(['deploy', '--bake', '0s']);
  });
  afterAll(() => team?.close());

  let kills = 0;
  let failedRequests = 0;
  let badAnswers = 0;
  let longestGapMs = 0;
  const verdicts: Record<string, number> = {};

  test('a bad release of Bia is rolled back to that of Ana by itself', async () => {
    const before = await liveNow();
    const { said, seen } = await unharmed(badDeploy);
    expect(said.code, said.stderr).toBe(5);
    expect(seen.counts.bad).toBeGreaterThan(0);
    expect(seen.releases).toBe(2);
    expect(await cleo.status()).toMatchObject({
      state: 'live',
      release: { version: before },
      lastDeploy: { verdict: 'rolled back' },
    });
    await expectSettled(before, 'rolled back by itself');
  });

  test.each(full ? [goodDeploy, badDeploy, rollback] : [goodDeploy, badDeploy])(
    '$what, killed with SIGKILL just before and just after what Bia writes down, is ended by Cleo, who has nothing of hers',
    async (work) => {
      const kills = full ? killsOf((await unharmed(work)).moments) : work.some;
      const began = performance.now();
      await visited(async () => {
        for (const kill of kills) await killAndEnd(work, kill);
      });
      const took = (performance.now() - began) / 1_000;
      console.log(`${work.what}: ${kills.length} kills in ${took.toFixed(0)} s`);
    },
    2 * 3_600_000,
  );

  test('a machine without the key looks, and is refused before anything changes, as long as something is to be ended', async () => {
    // The code of this one was never built: whoever goes on has to get it.
    const neverBuilt = interrupted('before journal:begin:start', 'resume');
    await killAndEnd(goodDeploy, neverBuilt, async () => {
      const before = await servicesNow();
      const dan = team.machine({ user: 'dan', key: false });
      for (const look of ['status', 'releases', 'logs', 'lock']) {
        const { code, stderr } = await dan.run([look]);
        expect(code, `${look}: ${stderr}`).toBe(0);
      }
      for (const change of ['deploy', 'rollback --yes', 'resume', 'abort']) {
        const { code, stderr } = await dan.run(change.split(' '));
        expect(code, `${change}: ${stderr}`).toBe(3);
        expect(stderr, change).toMatch(/secrets recipients (init|add)/);
      }
      expect(await servicesNow()).toEqual(before);
    });
  });

  test('every command works on a machine that has done nothing yet', async () => {
    const eva = team.machine({ user: 'eva' });
    await visited(async () => {
      const { state, release } = await eva.status();
      expect(state).toBe('live');
      const listed = JSON.parse((await eva.run(['releases', '--json'])).stdout);
      expect(listed[0]).toMatchObject({ version: release?.version, state: 'live' });
      const { code, stdout } = await eva.run(['logs', 'web', '--json']);
      expect([code, stdout]).toEqual([0, expect.stringContaining(release!.version)]);
      for (const end of endings) expect((await eva.run([end])).code, `nothing to ${end}`).toBe(2);
      const back = await eva.change(['rollback', '--yes']);
      expect(back).toMatchObject({ verdict: 'live', previous: release?.version });
      await expectSettled(back.version, 'rolled back by a third machine');
      const next = await eva.change(['deploy', '--bake', '0s']);
      expect(next).toMatchObject({ verdict: 'live', previous: back.version });
      await expectSettled(next.version, 'deployed by a third machine');
    });
  });

  test('a holder that was killed is waited for for the usual minute, too', async ({ skip }) => {
    skip(!full, 'it takes that minute: npm run stories');
    const before = await liveNow();
    const bia = machineWith('good', 'usual');
    await kill(bia, { args: ['deploy', '--wait', '30s'] }, 'after shared:begin:cutover');
    team.lose(bia);
    const fay = team.machine({ user: 'fay', lease: 'usual' });
    await visited(async () => {
      const { code, took } = await timed(() => fay.run(['abort', '--wait', '2m']));
      expect(code).toBe(0);
      expect(took).toBeGreaterThan(60);
      expect(took).toBeLessThan(90);
      console.log(`With the usual lease a kill was ended after ${took.toFixed(1)} s`);
    });
    await expectSettled(before, 'aborted after the usual lease');
  });

  test('and nothing is left', async () => {
    expect(await cleo.status()).toMatchObject({ state: 'live', underWay: null });
    expect(kills).toBeGreaterThan(0);
    console.log(
      `${kills} kills, ended as ${JSON.stringify(verdicts)}; ${failedRequests} failed requests, ${badAnswers} bad answers of bad releases, longest gap ${longestGapMs} ms`,
    );
  });

  /** Does something while a visitor asks; every request has to be answered, by a good release or, in its own time, by a bad one. */
  async function visited(work: () => Promise<void>): Promise<Seen> {
    const seen = await underLoad(cleo.url, { rate: 40, kinds: [] }, work);
    console.log(JSON.stringify(seen));
    expect(seen.failures).toEqual([]);
    failedRequests += seen.failed;
    badAnswers += seen.counts.bad ?? 0;
    longestGapMs = Math.max(longestGapMs, seen.longestGapMs);
    return seen;
  }

  /** A machine of Bia, whose newest commit is a release of that kind. */
  function machineWith(release: keyof typeof faults, lease?: LockTerms | 'usual'): Project {
    const bia = team.machine({ user: 'bia', ...(lease && { lease }) });
    bia.write('fault.txt', faults[release]);
    bia.commit();
    team.push(bia);
    return bia;
  }

  const liveNow = async () => (await cleo.host.observe())?.live ?? null;
  const servicesNow = async () => (await cleo.host.observe())?.services;

  /**
   * Does what nobody kills, under a visitor, and gives the moments at which it could have been, in their order: before and after whatever
   * it comes to write down, so a new step is covered by itself.
   */
  async function unharmed(work: Work) {
    if (work.goesBack) await ana.change(['deploy', '--bake', '0s', '--wait', '10s']);
    const bia = machineWith(work.release);
    const log = join(bia.folder, `moments of ${work.what}`);
    let said: Said | undefined;
    const seen = await visited(async () => {
      said = await bia.run(work.args, { preload: strike, env: { STRIKE_LOG: log } });
    });
    const all = readFileSync(log, 'utf8').trimEnd().split('\n');
    // Heartbeats come when they come.
    const moments = [...new Set(all.filter((moment) => !moment.endsWith('lock:renewed')))];
    expect(moments).toEqual(expect.arrayContaining(['after shared:opened', 'after ledger:ended']));
    return { said: said!, seen, moments };
  }

  /** A kill at each moment, ended in each way, where there is something to end. */
  const killsOf = (moments: readonly string[]): Kill[] =>
    moments.flatMap((moment, at): Kill[] => {
      const known =
        at < moments.indexOf('after shared:opened')
          ? 'nothing'
          : at < moments.indexOf('after ledger:ended')
            ? 'interrupted'
            : 'ended';
      return (known === 'interrupted' ? endings : endings.slice(0, 1)).map((ending) => ({
        moment,
        ending,
        known,
      }));
    });

  async function kill(machine: Project, { args }: Pick<Work, 'args'>, moment: string): Promise<void> {
    const said = await machine.run(args, { preload: strike, env: { STRIKE: `SIGKILL ${moment}` } });
    expect(said.code, `${args.join(' ')} was not killed ${moment}: ${said.stderr}`).toBeNull();
    kills += 1;
  }

  async function killAndEnd(
    work: Work,
    { moment, ending, known }: Kill,
    meanwhile = async (): Promise<void> => {},
  ): Promise<void> {
    const where = `${work.what}, killed ${moment}, ended by ${ending}`;
    if (work.goesBack) await ana.change(['deploy', '--bake', '0s', '--wait', '10s']);
    const before = await liveNow();
    const bia = machineWith(work.release, shortLease);
    const began = Date.now();
    await kill(bia, work, moment);
    team.lose(bia);
    const { state, underWay, lastDeploy } = await seenByCleo();
    if (known !== 'interrupted') {
      expect({ state, underWay }, where).toEqual({ state: 'live', underWay: null });
      const live = known === 'ended' && lastDeploy?.verdict === 'live' ? lastDeploy.version : before;
      count(known === 'ended' ? `${lastDeploy?.verdict} before the kill` : 'nothing begun');
      return expectSettled(live, where);
    }
    expect({ state, underWay }, where).toMatchObject({
      state: 'interrupted',
      underWay: { interrupted: true, by: { user: 'bia' } },
    });
    expect(Date.parse(underWay!.since), where).toBeGreaterThan(began);
    await meanwhile();
    const version = underWay!.what.split(' ').at(-1)!;
    await end(await wayOut(version, ending, where), { work, version, before, where });
  }

  /** How it is for Cleo, as soon as the last sign of life of whoever was killed is old enough. */
  async function seenByCleo(): Promise<Status> {
    for (let looks = 0; looks < 10; looks++) {
      const status = await cleo.status();
      if (status.state !== 'deploying') return status;
      await sleep(300);
    }
    throw new Error('A killed deploy still seems to be under way.');
  }

  /** Whoever changes something next is told what was under way, by whom and since when; and the command that ends it, which is returned. */
  async function wayOut(version: string, ending: Ending, where: string): Promise<string[]> {
    const { code, stderr } = await cleo.run(['deploy']);
    expect(code, `${where}: ${stderr}`).toBe(7);
    expect(stderr, where).toMatch(
      new RegExp(`of ${version} begun at \\d{4}-\\S+ by bia@\\S+ was interrupted (in the|between)`),
    );
    const hint = new RegExp(`conductor (${ending} [\\w-]+)`).exec(stderr)?.[1];
    if (hint === undefined) throw new Error(`${where}: there is no hint how to ${ending} it: ${stderr}`);
    return hint.split(' ');
  }

  /** Afterwards the new release is live, or what was live before it; and the verdict says which. */
  async function end(
    command: readonly string[],
    { work, version, before, where }: { work: Work; version: string; before: string | null; where: string },
  ): Promise<void> {
    const { code, stdout, stderr } = await cleo.run([...command, '--json']);
    const verdict =
      (JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { verdict?: string }).verdict ?? 'none';
    count(`${verdict} by ${command[0]}`);
    const live = await liveNow();
    expect(live, `${where}: ${verdict}\n${stderr}`).toBe(
      { live: version, failed: before, 'rolled back': before }[verdict],
    );
    // A good release is gone on with as soon as the ledger knows it; before that nothing of it is anywhere.
    const goesOn = command[0] === 'resume' && work.release === 'good' && (await isRecorded(version));
    expect(verdict === 'live', `${where}: ${verdict}\n${stderr}`).toBe(goesOn);
    if (command[0] === 'abort') expect(code, where).toBe(0);
    else expect(code, where).toBe({ live: 0, failed: 4, 'rolled back': 5 }[verdict]);
    await expectSettled(live, where);
  }

  async function isRecorded(version: string): Promise<boolean> {
    const listed = JSON.parse((await cleo.run(['releases', '--json'])).stdout) as { version: string }[];
    return listed.some((each) => each.version === version);
  }

  function count(verdict: string): void {
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  }

  /** One release, all of it well, and reached through the public address. */
  async function expectSettled(live: string | null, where: string): Promise<void> {
    const observed = await cleo.host.observe();
    expect(observed?.rollout, where).toBeNull();
    expect(observed?.services.length, where).toBeGreaterThan(0);
    for (const each of observed?.services ?? [])
      expect(each, where).toMatchObject({ state: 'live', version: live });
    expect((await fetch(cleo.url)).headers.get('x-release'), where).toBe(live);
  }
});

async function timed<T extends object>(work: () => Promise<T>): Promise<T & { readonly took: number }> {
  const began = performance.now();
  const result = await work();
  return { ...result, took: (performance.now() - began) / 1_000 };
}
