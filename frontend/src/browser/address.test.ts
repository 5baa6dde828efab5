import { createMemoryHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { expect, it } from 'vitest';
import { parseSignInSearch } from '../session/next.ts';
import { only } from './address.ts';

/** What the screen at an address is told of it. */
function told(address: string): unknown {
  const root = createRootRoute();
  const login = createRoute({
    getParentRoute: () => root,
    path: '/login',
    validateSearch: only(parseSignInSearch),
  });
  const router = createRouter({
    routeTree: root.addChildren([login]),
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  return router.matchRoutes(router.latestLocation).at(-1)!.search;
}

it('tells a screen what it reads of its address', () => {
  expect(told('/login?next=/leads')).toEqual({ next: '/leads' });
});

it.each(['https://x', '//evil.example', '7'])('tells it nothing of what it dropped: %s', (next) => {
  expect(told(`/login?next=${next}&error=google&more=1`)).toEqual({ error: 'google' });
});
