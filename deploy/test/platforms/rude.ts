import { expect, it } from 'vitest';
import {
  services as commits,
  deploy as deployCrm,
  first,
  type Platform,
  second,
  withImages,
  withSetting,
} from './crm.ts';
import { type Behaviour, type Fault, killedAt, randomFaults, seeded } from './twin.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const troubles: readonly Behaviour[] = [
  'build-fails',
  'fails-in-silence',
  'skipped',
  'canceled',
  'health-fails',
  'crashes',
  'rejected',
  'odd-word',
];

/**
 * What must hold on a platform as it really is: shared with others, who deploy by hand; with services that die; with pages, empty
 * answers, errors that lie, lists that lag and limits; and with commands of ours that are killed.
 */
export function rudeStory(
  name: string,
  {
    open,
    faults,
    images = false,
  }: { open: () => Promise<Platform>; faults: readonly Fault[]; images?: boolean },
): void {
  const services = images ? withImages(commits) : commits;
  const runs = full ? 500 : 6;
  it(`${name}: ${runs} deploys among strangers, through faults, deaths and hands of others, with no wrong verdict`, {
    timeout: full ? 7_200_000 : 120_000,
  }, async () => {
    const seen = { live: 0, failed: 0, unknown: 0, refused: 0, killed: 0 };
    for (let seed = 1; seed <= runs; seed++) {
      const platform = await open();
      try {
        const random = seeded(seed);
        const happens = (share: number) => random() < share;
        const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
        const { twin, rude } = platform;
        if (!rude) throw new Error(`the twin of ${name} knows no others`);
        const said = `seed ${seed}`;
        rude.addStrangers?.();
        const fresh = happens(0.2);
        if (!fresh) {
          await deployCrm(await platform.target(), first, { services });
          rude.addStrangeService('shop');
        }
        const fallen = !fresh && rude.fall && happens(0.3) ? pick(services).name : null;
        if (fallen) rude.fall?.(fallen);
        const theirs = rude.strangers();

        const bad = happens(0.5) ? pick(services).name : null;
        const trouble = pick(troubles);
        twin.behave = (service, { CONDUCTOR_RELEASE }) =>
          service === bad && CONDUCTOR_RELEASE === second ? trouble : 'good';
        twin.lag = Math.floor(random() * 5_000);
        twin.faults = randomFaults(0.25 * random(), random, faults);
        const hand = happens(0.25) ? 3 + Math.floor(random() * 25) : null;
        let told = 0;
        const wanted = withSetting('LOG_LEVEL', 'debug', services);
        const run = (fetch?: typeof globalThis.fetch) =>
          platform.target({ deadline: 150, ...(fetch ? { fetch } : {}) }).then((target) =>
            deployCrm(target, second, {
              services: wanted,
              onProgress: () => {
                told++;
                if (told === hand && !fresh) rude.redeploy(pick(services).name);
              },
            }),
          );
        if (happens(0.2)) {
          const { fetch, killed } = killedAt(Math.floor(random() * 80));
          await Promise.race([killed, run(fetch).catch(() => null)]);
          seen.killed++;
        }
        const outcome = await run().then(
          ({ states }) => Object.values(states),
          (error: Error) => error,
        );
        twin.faults = () => null;
        const byHand = hand !== null && told >= hand;

        const now = services.map(({ name: service }) => servingOn(platform, service));
        expect(rude.strangers(), said).toEqual(theirs);
        const made = rude.made();
        expect([...new Set(made)], said).toEqual(made);
        expect(twin.violations, said).toEqual([]);
        if (outcome instanceof Error) {
          seen.refused++;
          expect(outcome, said).toHaveProperty('code');
          if (!byHand) expect(now, said).not.toContain(second);
        } else if (outcome.every((state) => state === 'live')) {
          seen.live++;
          expect(now, said).toEqual(services.map(() => second));
          expect(bad, said).toBeNull();
        } else if (outcome.includes('unknown')) {
          seen.unknown++;
          expect(outcome, said).not.toContain('live');
        } else {
          seen.failed++;
          expect(outcome, said).not.toContain('live');
          for (const [i, version] of now.entries()) {
            const before = fresh ? [null] : services[i]!.name === fallen || byHand ? [first, null] : [first];
            expect(before, `${said}: ${services[i]!.name}`).toContain(version);
          }
        }
        const observed = await (await platform.target()).inspect();
        for (const [i, { name: service }] of services.entries()) {
          // Of what others have deployed nobody knows the release; never is another one said.
          const one = observed.services.find((each) => each.name === service);
          const version = one?.state === 'live' ? one.version : null;
          expect([null, now[i]], `${said}: ${service}`).toContain(version);
        }
        const doubt = byHand || (Array.isArray(outcome) && outcome.includes('unknown'));
        const serving = new Set(now.filter((version) => version !== null));
        if (observed.live !== null && serving.size > 0 && !doubt)
          expect([...serving], said).toEqual([observed.live]);
      } finally {
        await platform.close();
      }
    }
    console.info(`${name}: ${runs} runs: ${JSON.stringify(seen)}`);
    expect(seen.live).toBeGreaterThan(0);
    expect(seen.failed).toBeGreaterThan(0);
  });
}

/** Null too for a service that is not there. */
function servingOn({ twin }: Platform, service: string): string | null {
  try {
    return twin.serving(service);
  } catch {
    return null;
  }
}
