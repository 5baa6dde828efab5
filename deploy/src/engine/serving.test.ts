import { expect, it } from 'vitest';
import type { Session } from '../environment/session.ts';
import type { History } from '../ledger/history.ts';
import { servingOf } from './serving.ts';

const service = (name: string, paths: string[], health?: string) => ({
  name,
  paths,
  ...(health && { health: { path: health, deadline: 30 } }),
});
const session = {
  desired: {
    services: [
      service('frontend', ['/'], '/health'),
      service('backend', ['/api', '/docs'], '/api/health'),
      service('hooks', ['/hooks'], '/private'),
      service('worker', [], '/health'),
    ],
  },
  environment: { domains: { frontend: ['example.com'] } },
} as unknown as Session;
const of = (serving: string | null, ...deploys: object[]) =>
  servingOf(session, {
    serving: serving === null ? null : { version: serving, since: '' },
    deploys,
  } as unknown as History);

it('asks for the first page, or for the health of a service that has none, or for its first path', () => {
  expect(of('v1').paths).toEqual({ frontend: '/', backend: '/api/health', hooks: '/hooks' });
  expect(of('v1').hosts).toEqual({ frontend: ['example.com'] });
});

it('takes what is live for ours, and what is being deployed, but nothing while nothing is live', () => {
  const ended = { version: 'v2', end: {} };
  const underWay = { version: 'v3' };
  expect(of('v1', ended).versions).toEqual(['v1']);
  expect(of('v1', ended, underWay).versions).toEqual(['v1', 'v3']);
  expect(of('v1', ended).nameless).toEqual([]);
  const proofs = [
    { service: 'backend', by: 'deployment', place: 'the place', deployment: 'd-1' },
    { service: 'frontend', by: 'x-release' },
  ];
  expect(of('v2', { version: 'v2', end: { proofs } }, underWay).nameless).toEqual(['backend']);
  // One that was killed long ago is over.
  expect(of('v1', underWay, ended).versions).toEqual(['v1']);
  expect(of(null, underWay).versions).toEqual([]);
});
