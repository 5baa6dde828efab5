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

  it('gives each variable its fingerprints in place of its values', () => {
    const { differences, before } = plan({
      wanted: wanted([service('api', { A: plain('new'), B: { kind: 'secret', value: 'x' } })]),
      observed: observed([observedService('api', { A: { value: 'old' }, C: { value: 'gone' } })]),
    });
    expect(differences).toEqual([
      { what: 'variable', action: 'change', name: 'A', service: 'api', from: 'fp(A=old)', to: 'fp(A=new)' },
      { what: 'variable', action: 'add', name: 'B', service: 'api', to: 'fp(B=x)' },
      { what: 'variable', action: 'remove', name: 'C', service: 'api' },
    ]);
    expect(before).toMatchObject([{ kind: 'variables', unset: ['C'] }]);
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
