import { describe, expect, it } from 'vitest';
import type { ReleaseRecord } from '../ledger/record.ts';
import type { Observed, ObservedService } from '../model/observed.ts';
import type { Service, Variable } from '../model/service.ts';
import type { Traits } from '../model/traits.ts';
import { isDestructive, type PlanInput, planOf } from './plan.ts';

const traits: Traits = {
  overlap: true,
  drain: true,
  warm: true,
  replicas: true,
  releaseTask: true,
  commits: true,
  images: true,
  stores: ['redis'],
  domains: true,
};
const fingerprint = (name: string, value: string) => `fp(${name}=${value})`;
const plain = (value: string): Variable => ({ kind: 'plain', value });

const service = (name: string, variables: Service['variables'] = {}, replicas = 1): Service => ({
  name,
  root: '.',
  start: ['run'],
  paths: [],
  replicas,
  drain: 1,
  singleton: false,
  variables,
});
const observedService = (
  name: string,
  variables: ObservedService['variables'] = {},
  wanted = 1,
): ObservedService => ({
  name,
  state: 'live',
  version: 'v1',
  replicas: { ready: wanted, wanted },
  restarts: 0,
  variables,
});
const observed = (services: ObservedService[], more: Partial<Observed> = {}): Observed => ({
  live: 'v1',
  services,
  stores: [],
  domains: [],
  urls: {},
  ...more,
});
const record = (services: ReleaseRecord['services']): ReleaseRecord => ({
  type: 'release',
  version: 'v1',
  commit: 'abc',
  dirty: false,
  createdAt: '2026-01-01T00:00:00Z',
  by: { user: 'u', host: 'h' },
  services,
  stores: [],
  changes: [],
});
const recorded = (name: string, variables: ReleaseRecord['services'][number]['variables'] = {}) => ({
  name,
  root: '.',
  start: ['run'],
  paths: [],
  replicas: 1,
  drain: 1,
  singleton: false,
  variables,
});

const plan = (input: Partial<PlanInput>) =>
  planOf({
    wanted: { services: [], stores: [], domains: {}, commit: 'abc', dirty: false },
    observed: observed([]),
    record: record([]),
    traits,
    fingerprint,
    ...input,
  });
const wanted = (services: Service[], more: Partial<PlanInput['wanted']> = {}) => ({
  services,
  stores: [],
  domains: {},
  commit: 'abc',
  dirty: false,
  ...more,
});

describe('a plan', () => {
  it('has nothing to do where everything is as wanted', () => {
    const same = plan({
      wanted: wanted([service('api', { A: plain('1'), S: { kind: 'secret', value: 's' } })]),
      observed: observed([observedService('api', { A: { value: '1' }, S: { fingerprint: 'fp(S=s)' } })]),
    });
    expect(same).toMatchObject({ differences: [], before: [], after: [] });
  });

  it('makes stores, services, variables and domains first, in that order', () => {
    const { before } = plan({
      wanted: wanted([service('api', { A: plain('1') })], {
        stores: [{ name: 'redis', kind: 'redis' }],
        domains: { api: ['a.example'] },
      }),
      observed: observed([], { live: null }),
      record: undefined,
    });
    expect(before.map(({ kind }) => kind)).toEqual(['store', 'service', 'variables', 'domain']);
  });

  it('leaves to a self-contained target what it does by itself, and shows it all the same', () => {
    const { before, differences } = plan({
      wanted: wanted([service('api', { A: plain('1') })]),
      traits: { ...traits, selfContained: true },
    });
    expect(before).toEqual([]);
    expect(differences.map(({ what }) => what)).toEqual(['service', 'variable']);
  });

  it('takes away only after the new release is proven, and calls that destructive', () => {
    const going = plan({
      wanted: wanted([service('api')]),
      observed: observed([observedService('api'), observedService('old')], {
        domains: [{ host: 'old.example', service: 'old', records: [], certificate: 'valid' }],
      }),
    });
    expect(going.before).toEqual([]);
    expect(going.after).toMatchObject([
      { kind: 'domain', action: 'remove' },
      { kind: 'service', action: 'remove', service: { name: 'old' } },
    ]);
    expect(isDestructive(going)).toBe(true);
  });

  describe('shows of a variable', () => {
    const kinds = {
      plain: (value: string): Variable => ({ kind: 'plain', value }),
      secret: (value: string): Variable => ({ kind: 'secret', value }),
    };
    const there = {
      value: (value: string) => ({ value }),
      print: (value: string) => ({ fingerprint: `fp(A=${value})` }),
    };
    const was = {
      plain: { A: { kind: 'plain', value: 'old' } },
      secret: { A: { kind: 'secret', fingerprint: 'fp(A=old)' } },
      nothing: {},
    } as const;
    it.each([
      ['plain', 'value', 'plain', false],
      ['plain', 'value', 'nothing', false],
      ['secret', 'value', 'plain', true],
      ['plain', 'print', 'plain', true],
      ['plain', 'value', 'secret', true],
      ['secret', 'print', 'secret', true],
    ] as const)('that is %s now, a %s there and was %s: fingerprints %s', (now, place, before, hides) => {
      const { differences, before: changes } = plan({
        wanted: wanted([service('api', { A: kinds[now]('new') })]),
        observed: observed([observedService('api', { A: there[place]('old') })]),
        record: record([recorded('api', was[before])]),
      });
      const values = hides
        ? { from: 'fp(A=old)', to: 'fp(A=new)', secret: true }
        : { from: 'old', to: 'new' };
      expect(differences).toEqual([
        { what: 'variable', action: 'change', name: 'A', service: 'api', ...values },
      ]);
      expect(changes).toMatchObject([{ kind: 'variables', set: { A: { value: 'new' } } }]);
    });

    it('that comes or goes its value, where it is plain', () => {
      const { differences, before } = plan({
        wanted: wanted([service('api', { A: plain(''), B: { kind: 'secret', value: 'x' }, D: plain('d') })]),
        observed: observed([observedService('api', { C: { value: 'gone' }, D: { value: '' } })]),
      });
      const about = { what: 'variable', service: 'api' };
      expect(differences).toEqual([
        { ...about, action: 'add', name: 'A', to: '' },
        { ...about, action: 'add', name: 'B', to: 'fp(B=x)', secret: true },
        { ...about, action: 'change', name: 'D', from: '', to: 'd' },
        { ...about, action: 'remove', name: 'C' },
      ]);
      expect(before).toMatchObject([{ kind: 'variables', unset: ['C'] }]);
    });

    it('that was changed by hand its value, where the release and the config have it plain, and nothing else', () => {
      const { drift } = plan({
        wanted: wanted([service('api', { A: plain('1'), S: { kind: 'secret', value: 's' } })]),
        record: record([
          recorded('api', {
            A: { kind: 'plain', value: '1' },
            S: { kind: 'plain', value: 's' },
            G: { kind: 'plain', value: 'g' },
          }),
        ]),
        observed: observed([
          observedService('api', { A: { value: '2' }, S: { value: 'typed' }, H: { value: 'by hand' } }),
        ]),
      });
      const about = { what: 'variable', service: 'api' };
      expect(drift).toEqual([
        { ...about, action: 'change', name: 'A', from: '1', to: '2' },
        { ...about, action: 'change', name: 'S', from: 'fp(S=s)', to: 'fp(S=typed)', secret: true },
        { ...about, action: 'remove', name: 'G', from: 'g' },
        { ...about, action: 'add', name: 'H', to: 'fp(H=by hand)', secret: true },
      ]);
    });
  });

  it('leaves a reference that is there alone, and sets one that is not', () => {
    const reference: Variable = { kind: 'store', store: 'redis', property: 'url' };
    const there = plan({
      wanted: wanted([service('api', { R: reference })]),
      observed: observed([observedService('api', { R: { value: 'redis://x' } })]),
    });
    expect(there.differences).toEqual([]);
    const missing = plan({
      wanted: wanted([service('api', { R: reference })]),
      observed: observed([observedService('api')]),
    });
    expect(missing.differences).toMatchObject([{ what: 'variable', action: 'add', name: 'R' }]);
  });

  it.each([
    ['another commit', { commit: 'def' }, 'change'],
    ['changes in the tree', { dirty: true }, 'change'],
  ])('sees %s as another release', (_, more, action) => {
    expect(plan({ wanted: wanted([], more) }).differences).toMatchObject([{ what: 'release', action }]);
  });

  it('sees other replicas', () => {
    const { differences } = plan({
      wanted: wanted([service('api', {}, 3)]),
      observed: observed([observedService('api')]),
    });
    expect(differences).toEqual([
      { what: 'replicas', action: 'change', name: 'api', service: 'api', from: '1', to: '3' },
    ]);
  });

  it('shows what was changed by hand as drift', () => {
    const { drift } = plan({
      record: record([
        recorded('api', { A: { kind: 'plain', value: '1' }, B: { kind: 'secret', fingerprint: 'fp(B=b)' } }),
        recorded('gone'),
      ]),
      observed: observed([
        observedService('api', { A: { value: '2' }, B: { fingerprint: 'fp(B=b)' }, C: { value: 'new' } }, 2),
      ]),
    });
    expect(drift).toMatchObject([
      { what: 'replicas', name: 'api', from: '1', to: '2' },
      { what: 'variable', action: 'change', name: 'A' },
      { what: 'variable', action: 'add', name: 'C' },
      { what: 'service', action: 'remove', name: 'gone' },
    ]);
  });
});
