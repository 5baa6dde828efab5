import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { parseAuditSearch } from './audit/audit-search.ts';
import { only } from './browser/address.ts';
import { companyList } from './companies/company-search.ts';
import { contactList } from './contacts/contact-search.ts';
import { parseBoardSearch } from './deals/board-search.ts';
import { dealList } from './deals/deal-search.ts';
import { parseEmailsSearch } from './emails/emails-search.ts';
import { leadList } from './leads/lead-search.ts';
import { requireSession } from './session/session.ts';
import { CrashScreen } from './shell/crash-screen.tsx';
import { NotFoundDoor, NotFoundScreen } from './shell/not-found-screen.tsx';
import { PageSkeleton } from './shell/page-skeleton.tsx';
import { Shell } from './shell/shell.tsx';
import { parseTaskSearch } from './tasks/task-search.ts';
import { parseNewTemplate, templateList } from './templates/template-search.ts';

const root = createRootRoute({ notFoundComponent: NotFoundDoor });

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
  component: lazyRouteComponent(() => import('./home/home-screen.tsx'), 'HomeScreen'),
});

const leads = createRoute({
  getParentRoute: () => app,
  path: '/leads',
  validateSearch: only(leadList.parse),
  component: lazyRouteComponent(() => import('./leads/leads-screen.tsx'), 'LeadsScreen'),
});
const lead = createRoute({
  getParentRoute: () => app,
  path: '/leads/$leadId',
  validateSearch: only(leadList.parse),
  component: lazyRouteComponent(() => import('./leads/lead-screen.tsx'), 'LeadScreen'),
});

const pipeline = createRoute({
  getParentRoute: () => app,
  path: '/pipeline',
  validateSearch: only(parseBoardSearch),
  component: lazyRouteComponent(() => import('./deals/board-screen.tsx'), 'BoardScreen'),
});
const deals = createRoute({
  getParentRoute: () => app,
  path: '/deals',
  validateSearch: only(dealList.parse),
  component: lazyRouteComponent(() => import('./deals/deals-screen.tsx'), 'DealsScreen'),
});
const deal = createRoute({
  getParentRoute: () => app,
  path: '/deals/$dealId',
  component: lazyRouteComponent(() => import('./deals/deal-screen.tsx'), 'DealScreen'),
});
const contacts = createRoute({
  getParentRoute: () => app,
  path: '/contacts',
  validateSearch: only(contactList.parse),
  component: lazyRouteComponent(() => import('./contacts/contacts-screen.tsx'), 'ContactsScreen'),
});
const contact = createRoute({
  getParentRoute: () => app,
  path: '/contacts/$contactId',
  component: lazyRouteComponent(() => import('./contacts/contact-screen.tsx'), 'ContactScreen'),
});
const companies = createRoute({
  getParentRoute: () => app,
  path: '/companies',
  validateSearch: only(companyList.parse),
  component: lazyRouteComponent(() => import('./companies/companies-screen.tsx'), 'CompaniesScreen'),
});
const company = createRoute({
  getParentRoute: () => app,
  path: '/companies/$companyId',
  component: lazyRouteComponent(() => import('./companies/company-screen.tsx'), 'CompanyScreen'),
});
const tasks = createRoute({
  getParentRoute: () => app,
  path: '/tasks',
  validateSearch: only(parseTaskSearch),
  component: lazyRouteComponent(() => import('./tasks/tasks-screen.tsx'), 'TasksScreen'),
});

const emails = createRoute({
  getParentRoute: () => app,
  path: '/emails',
  validateSearch: only(parseEmailsSearch),
  component: lazyRouteComponent(() => import('./emails/emails-screen.tsx'), 'EmailsScreen'),
});

const templates = createRoute({
  getParentRoute: () => app,
  path: '/emails/templates',
  validateSearch: only(templateList.parse),
  component: lazyRouteComponent(() => import('./templates/templates-screen.tsx'), 'TemplatesScreen'),
});
const newTemplate = createRoute({
  getParentRoute: () => app,
  path: '/emails/templates/new',
  validateSearch: only(parseNewTemplate),
  component: lazyRouteComponent(() => import('./templates/new-template-screen.tsx'), 'NewTemplateScreen'),
});
const template = createRoute({
  getParentRoute: () => app,
  path: '/emails/templates/$templateId',
  component: lazyRouteComponent(() => import('./templates/template-screen.tsx'), 'TemplateScreen'),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings-screen.tsx'), 'SettingsScreen'),
});
const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/profile' });
  },
});
const profile = createRoute({
  getParentRoute: () => settings,
  path: '/profile',
  component: lazyRouteComponent(() => import('./settings/profile-section.tsx'), 'ProfileSection'),
});
const notifications = createRoute({
  getParentRoute: () => settings,
  path: '/notifications',
  component: lazyRouteComponent(() => import('./settings/notifications-section.tsx'), 'NotificationsSection'),
});
const people = createRoute({
  getParentRoute: () => settings,
  path: '/people',
  component: lazyRouteComponent(() => import('./settings/people-section.tsx'), 'PeopleSection'),
});
const organisation = createRoute({
  getParentRoute: () => settings,
  path: '/organisation',
  component: lazyRouteComponent(() => import('./settings/organisation-section.tsx'), 'OrganisationSection'),
});
const stages = createRoute({
  getParentRoute: () => settings,
  path: '/pipeline',
  component: lazyRouteComponent(() => import('./settings/pipeline-section.tsx'), 'PipelineSection'),
});
const email = createRoute({
  getParentRoute: () => settings,
  path: '/email',
  component: lazyRouteComponent(() => import('./settings/email-section.tsx'), 'EmailSection'),
});
const ai = createRoute({
  getParentRoute: () => settings,
  path: '/ai',
  component: lazyRouteComponent(() => import('./settings/ai-section.tsx'), 'AiSection'),
});
const automations = createRoute({
  getParentRoute: () => settings,
  path: '/automations',
  component: lazyRouteComponent(() => import('./settings/automations-section.tsx'), 'AutomationsSection'),
});
const keys = createRoute({
  getParentRoute: () => settings,
  path: '/keys',
  component: lazyRouteComponent(() => import('./settings/keys-section.tsx'), 'KeysSection'),
});
const trash = createRoute({
  getParentRoute: () => settings,
  path: '/trash',
  component: lazyRouteComponent(() => import('./trash/trash-section.tsx'), 'TrashSection'),
});
const audit = createRoute({
  getParentRoute: () => settings,
  path: '/audit',
  validateSearch: only(parseAuditSearch),
  component: lazyRouteComponent(() => import('./audit/audit-section.tsx'), 'AuditSection'),
});

/** Every address behind the door; those before it are another page's (door-app.tsx). Screens load when they are first opened, or when a link to them is pointed at. */
export const router = createRouter({
  routeTree: root.addChildren([
    app.addChildren([
      home,
      leads,
      lead,
      pipeline,
      deals,
      deal,
      contacts,
      contact,
      companies,
      company,
      tasks,
      emails,
      templates,
      newTemplate,
      template,
      settings.addChildren([
        settingsHome,
        profile,
        notifications,
        people,
        organisation,
        stages,
        email,
        ai,
        automations,
        keys,
        audit,
        trash,
      ]),
    ]),
  ]),
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
