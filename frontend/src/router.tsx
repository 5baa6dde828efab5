import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { parseLeadSearch } from './leads/lead-search.ts';
import { CrashScreen } from './shell/crash-screen.tsx';
import { NotFoundScreen } from './shell/not-found-screen.tsx';
import { PageSkeleton } from './shell/page-skeleton.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/leads' });
  },
});

const leads = createRoute({
  getParentRoute: () => root,
  path: '/leads',
  validateSearch: parseLeadSearch,
  component: lazyRouteComponent(() => import('./leads/leads-screen.tsx'), 'LeadsScreen'),
});

/** Every address of the client. Screens load when they are first opened, or when a link to them is pointed at. */
export const router = createRouter({
  routeTree: root.addChildren([home, leads]),
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: CrashScreen,
  defaultNotFoundComponent: NotFoundScreen,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
