import { expect, it } from 'vitest';
import { assignPaths, fronts } from './paths.ts';

const service = (name: string, more: object = {}) => ({ name, visited: true, ...more });
const pathsOf = (services: Parameters<typeof assignPaths>[0], front?: string) =>
  Object.fromEntries(assignPaths(services, front).map(({ name, paths }) => [name, paths]));

it('leads visitors to what looks like the front, unless somebody has said otherwise', () => {
  const all = [service('api'), service('admin'), service('site'), service('worker', { visited: false })];
  expect(fronts(all).map(({ name }) => name)).toEqual(['site', 'api', 'admin']);
  expect(pathsOf(all)).toEqual({ api: ['/api'], admin: ['/admin'], site: ['/'], worker: undefined });
  expect(pathsOf(all, 'admin')).toEqual({ api: ['/api'], admin: ['/'], site: ['/site'], worker: undefined });
});

it('keeps the paths that a source gives, each for one service only', () => {
  const all = [
    service('a', { paths: ['/', '/x'] }),
    service('b', { paths: ['/x'] }),
    service('c', { paths: ['/c', '/c'] }),
  ];
  expect(pathsOf(all)).toEqual({ a: ['/', '/x'], b: ['/b'], c: ['/c'] });
});
