import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type History, historyOf, lastLive, lastStable } from './history.ts';
import type { Entry, Verdict } from './record.ts';

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

  it('passes over a release that was taken back by itself', () => {
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

it('the last live version is that of the newest end', () => {
  const history: History = after(deploys('live', 'failed')).history;
  expect(lastLive(history)).toBe('v0000');
});
