import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type History, historyOf, isStable, lastLive, rollbackGoal } from './history.ts';
import type { Entry, Verdict } from './record.ts';

const lastStable = (history: History, live: string | null) => rollbackGoal(history, live)?.version;

const by = { user: 'ana', host: 'laptop' };
const at = '2026-01-01T00:00:00.000Z';

/** One thing that happens to an environment. */
type Event =
  | { readonly does: 'deploy'; readonly ends: Verdict | 'killed' }
  | { readonly does: 'roll back'; readonly ends: Verdict | 'killed'; readonly to?: number };

/** An environment as it would be after these events; `went` are the versions that it was taken or rolled back from. */
function after(events: readonly Event[]) {
  const entries: Entry[] = [];
  const went = new Set<string>();
  const chosen: string[] = [];
  let live: string | null = null;
  events.forEach((event, i) => {
    const token = i + 1;
    const history = historyOf(entries);
    let version: string;
    if (event.does === 'deploy') {
      version = `v${String(i).padStart(4, '0')}`;
      entries.push({
        type: 'release',
        version,
        commit: null,
        dirty: true,
        createdAt: at,
        by,
        services: [],
        stores: [],
        changes: [],
        token,
      });
    } else {
      const named =
        event.to === undefined
          ? undefined
          : history.releases[event.to % (history.releases.length || 1)]?.version;
      const found = named ?? lastStable(history, live);
      if (found === undefined || found === live) return;
      if (named === undefined) {
        expect(went.has(found), `${found} was left before`).toBe(false);
        chosen.push(found);
      }
      version = found;
    }
    const kind = event.does === 'deploy' ? 'deploy' : 'rollback';
    const previous: string | null = live;
    entries.push({ type: 'started', deploy: `d${i}`, kind, version, previous, at, by, token });
    if (kind === 'rollback' && previous !== null && event.ends !== 'failed') went.add(previous);
    if (event.ends === 'rolled back') went.add(version);
    if (event.ends === 'live') live = version;
    if (event.ends === 'killed') return;
    entries.push({
      type: 'ended',
      deploy: `d${i}`,
      at,
      verdict: event.ends,
      live,
      stable: event.ends === 'live',
      seconds: 1,
      probe: null,
      token,
    });
  });
  return { history: historyOf(entries), live, chosen };
}

const deploys = (...ends: Verdict[]): Event[] => ends.map((each) => ({ does: 'deploy', ends: each }));
const back: Event = { does: 'roll back', ends: 'live' };
const goal = (events: readonly Event[]): string | undefined => {
  const { history, live } = after(events);
  return lastStable(history, live);
};

describe('a rollback without a name', () => {
  it('goes to the stable release before what is live', () => {
    expect(goal(deploys('live', 'live', 'live'))).toBe('v0001');
    expect(goal(deploys('live', 'failed', 'unknown', 'live'))).toBe('v0000');
  });

  it('goes further back the second time, never forward again', () => {
    expect(goal([...deploys('live', 'live', 'live'), back])).toBe('v0000');
    expect(goal([...deploys('live', 'live'), back])).toBeUndefined();
    expect(goal([...deploys('live', 'live', 'live'), back, ...deploys('live')])).toBe('v0001');
  });

  it('passes over a release that was rolled back by itself', () => {
    expect(goal([...deploys('live', 'rolled back', 'live')])).toBe('v0000');
  });

  it('has a place to go where the ledger does not know what is live', () => {
    expect(lastStable(after(deploys('live', 'live')).history, 'v9999')).toBe('v0001');
    expect(lastStable(after(deploys('live', 'live')).history, null)).toBe('v0001');
    expect(lastStable(historyOf([]), null)).toBeUndefined();
  });

  it('never chooses a release that was taken or rolled back from, in 2,000 histories', () => {
    const ends = fc.constantFrom<Verdict | 'killed'>(
      'live',
      'live',
      'live',
      'failed',
      'rolled back',
      'unknown',
      'killed',
    );
    const event: fc.Arbitrary<Event> = fc.oneof(
      { weight: 3, arbitrary: fc.record({ does: fc.constant('deploy' as const), ends }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant('roll back' as const), ends }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('roll back' as const), ends, to: fc.nat(20) }) },
    );
    let rollbacks = 0;
    fc.assert(
      fc.property(fc.array(event, { minLength: 8, maxLength: 40 }), (events) => {
        rollbacks += after(events).chosen.length;
      }),
      { numRuns: 2_000, seed: 12 },
    );
    expect(rollbacks).toBeGreaterThan(1_000);
  });
});

describe('stable', () => {
  const start = Date.parse(at);
  const minutes = (count: number) => new Date(start + count * 60_000).toISOString();
  const entry = (more: object, token = 1) => ({ by, token, ...more }) as Entry;
  const release = (version: string) =>
    entry({
      type: 'release',
      version,
      commit: null,
      dirty: true,
      createdAt: at,
      services: [],
      stores: [],
      changes: [],
    });
  /** A deploy that ended live after so many minutes. */
  const live = (version: string, after: number, stable = false): Entry[] => [
    release(version),
    entry({ type: 'started', deploy: version, kind: 'deploy', version, previous: null, at: minutes(after) }),
    entry({
      ...{ type: 'ended', deploy: version, at: minutes(after), verdict: 'live', live: version, stable },
      ...{ seconds: 1, probe: null },
    }),
  ];

  it('is what went through its bake', () => {
    const history = historyOf([...live('v1', 0, true), ...live('v2', 1), ...live('v3', 2)]);
    expect(isStable(history, 'v1')).toBe(true);
    expect(rollbackGoal(history, 'v3')).toEqual({ version: 'v1', stable: true });
  });

  it('is what served for an hour, now or before', () => {
    const history = historyOf([...live('v1', 0), ...live('v2', 60), ...live('v3', 119)]);
    const now = start + 120 * 60_000;
    expect(isStable(history, 'v1', now)).toBe(true);
    expect(isStable(history, 'v2', now)).toBe(false);
    expect(isStable(history, 'v3', now)).toBe(false);
    expect(isStable(history, 'v3', now + 59 * 60_000)).toBe(true);
    expect(rollbackGoal(history, 'v3', now)).toEqual({ version: 'v1', stable: true });
  });

  it('is not what was stopped within the hour, however long ago', () => {
    const stopped = entry({ type: 'stopped', at: minutes(30) });
    const restarted = entry({ type: 'restarted', at: minutes(300) });
    const history = historyOf([...live('v1', 0), stopped, restarted, ...live('v2', 320)]);
    expect(isStable(history, 'v1', start + 1_000 * 60_000)).toBe(false);
    const longer = historyOf([...live('v1', 0), stopped, restarted, ...live('v2', 360)]);
    expect(isStable(longer, 'v1', start)).toBe(true);
  });

  it('is no release that nobody has seen to be: the last live one is gone back to all the same, and is told from it', () => {
    const history = historyOf([...live('v1', 0), ...live('v2', 1), ...live('v3', 2)]);
    expect(rollbackGoal(history, 'v3', start + 3 * 60_000)).toEqual({ version: 'v2', stable: false });
  });
});

it('the last live version is that of the newest end', () => {
  const history: History = after(deploys('live', 'failed')).history;
  expect(lastLive(history)).toBe('v0000');
});
