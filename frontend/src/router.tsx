import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { parseLeadSearch } from './leads/lead-search.ts';
import { parseSignInSearch } from './session/next.ts';
import { requireSession } from './session/session.ts';
import { CrashScreen } from './shell/crash-screen.tsx';
import { NotFoundScreen } from './shell/not-found-screen.tsx';
import { PageSkeleton } from './shell/page-skeleton.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute();

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: parseSignInSearch,
  component: lazyRouteComponent(() => import('./session/sign-in-screen.tsx'), 'SignInScreen'),
});

/** Everything behind the door. */
const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: requireSession,
  component: Shell,
  notFoundComponent: NotFoundScreen,
});

const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/leads' });
  },
});

const leads = createRoute({
  getParentRoute: () => app,
  path: '/leads',
  validateSearch: parseLeadSearch,
  component: lazyRouteComponent(() => import('./leads/leads-screen.tsx'), 'LeadsScreen'),
});

const lead = createRoute({
  getParentRoute: () => app,
  path: '/leads/$leadId',
  component: lazyRouteComponent(() => import('./leads/lead-screen.tsx'), 'LeadScreen'),
});

/** Every address of the client. Screens load when they are first opened, or when a link to them is pointed at. */
export const router = createRouter({
  routeTree: root.addChildren([signIn, app.addChildren([home, leads, lead])]),
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
