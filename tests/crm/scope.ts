/** A line of what the CRM is to do: held by tests, or not there yet. */
export interface Line {
  readonly what: string;
  /** Files of the tests that hold it; none: not there yet. */
  readonly tests: readonly string[];
}

export interface Part {
  readonly title: string;
  readonly lines: readonly Line[];
}

const backend = (...names: string[]) => names.map((name) => `backend/src/${name}.test.ts`);
const frontend = (...names: string[]) => names.map((name) => `frontend/src/${name}.test.ts`);
const account = 'tests/browser/second-factor.story.ts';
const sale = 'tests/browser/sale.story.ts';
const works = (what: string, ...tests: readonly (string | readonly string[])[]): Line => ({
  what,
  tests: tests.flat(),
});
const notYet = (what: string): Line => ({ what, tests: [] });

/** What Conductor CRM is to do, part by part. */
export const scope: readonly Part[] = [
  {
    title: 'Records',
    lines: [
      works(
        'Leads with a score, an owner, source and details; unique by e-mail or phone unless somebody says otherwise',
        backend('leads/leads', 'leads/score'),
      ),
      works('A lead becomes a contact, a company and a deal, with its history', backend('deals/deals'), sale),
      works(
        'Contacts and companies; a CNPJ with letters is valid, too',
        backend('fields/fields', 'companies/lookup'),
      ),
      works('Deals in pipelines of one’s own stages, won or lost with a reason', backend('deals/deals')),
      works(
        'Where a deal came from: its lead’s source, changed by hand, filtered by',
        backend('deals/sources'),
      ),
      works(
        'Money in one currency each, never summed across currencies',
        backend('deals/money'),
        frontend('money/money'),
      ),
      works(
        'Tasks on every record, with reminders, and the question for the next step',
        backend('deals/deals', 'notices/mornings'),
      ),
      works(
        'A calendar of one’s tasks for other programs (.ics)',
        backend('tasks/calendar', 'tasks/calendar-file'),
      ),
      works('Notes, calls, meetings and messages on a timeline', backend('deals/deals'), sale),
      works(
        'Changes from the version that was seen; two who change the same see both',
        backend('leads/leads'),
        frontend('records/use-patch'),
      ),
      works('Deleting with undo, and a trash of 30 days', backend('trash/trash')),
      works(
        'What was moved, completed, ended or deleted is undone within 10 s, also by Ctrl Z',
        frontend('undo/undo'),
        sale,
      ),
      works('Every field that can be written is on a screen', frontend('records/fields/on-screen')),
      notYet('Fields of one’s own, with screens to define them'),
      works(
        'Files of up to 10 MB beside records: chosen or dropped, with progress, deleted with undo',
        backend('files/files', 'policy/visibility'),
        frontend('files/uploads'),
        sale,
      ),
      notYet('Merging duplicates, and undoing it'),
      notYet('Goals of people and months'),
    ],
  },
  {
    title: 'API',
    lines: [
      works(
        'OpenAPI of all of it, from its own schemas',
        frontend('api/schema'),
        'backend/test/fuzz.test.ts',
      ),
      works(
        'Lists with filters, orders and cursors, none of which reads a whole collection',
        backend('leads/leads'),
        'backend/test/indexed.test.ts',
      ),
      works('Problems (RFC 9457) in the reader’s language', backend('plugins/problems', 'texts/texts')),
      works(
        'A write that is sent again has one effect (Idempotency-Key)',
        backend('leads/leads', 'auth/accounts'),
      ),
      works('API keys of a role, read-only where wanted, limited by themselves', backend('auth/accounts')),
      works('Assigning many leads at once', backend('leads/assignment')),
      notYet('Other changes of many records at once'),
      notYet('Webhooks, and forms on one’s own site'),
    ],
  },
  {
    title: 'Live',
    lines: [
      works(
        'Changes arrive by themselves, only to who may see them, also after a lost connection',
        backend('events/live'),
        frontend('api/live', 'api/live-updates'),
      ),
      works(
        'Notices in an inbox, by e-mail or in the morning’s letter, with quiet hours',
        backend(
          'notices/notices',
          'notices/together',
          'notices/about-emails',
          'notices/mornings',
          'notices/wishes',
        ),
        frontend('notices/notice-text'),
      ),
      notYet('Who else looks at a record'),
    ],
  },
  {
    title: 'By itself',
    lines: [
      works(
        'Jobs that are never lost, tried again, and kept when they fail for good',
        backend('queue/queue', 'outbox/outbox'),
      ),
      works(
        'Automations: new lead, idle deal, won deal, unanswered letter; off until somebody says yes',
        backend('automations/automations'),
      ),
      works(
        'Nightly backups that are proven by restoring them',
        backend('backups/backups'),
        'tests/backups.story.ts',
      ),
      notYet('Figures kept of each day, to compare with'),
    ],
  },
  {
    title: 'AI',
    lines: [
      works(
        'Claude, then OpenAI; without either, rules do the work and the screens say so',
        backend('ai/ai'),
      ),
      works(
        'Judging leads and deals within a bound, with reasons',
        backend('ai/ai', 'leads/score', 'deals/health'),
      ),
      works('Drafts of e-mails, and summaries of a record’s history', backend('ai/ai')),
      works(
        'An assistant that sees what its person sees, and proposes instead of doing',
        backend('ai/ai'),
        frontend('assistant/conversation'),
      ),
      works(
        'A budget for each month, and no data of people who do not want it',
        backend('ai/ai', 'ai/untrusted'),
      ),
    ],
  },
  {
    title: 'Signing in',
    lines: [
      works('The first account by a one-time link', backend('setup/setup')),
      works('Invitations by e-mail or by a link', backend('auth/accounts', 'mail/letters')),
      works(
        'A forgotten password: by e-mail, by an admin, by the server’s command',
        backend('password-resets/password-resets'),
        account,
      ),
      works(
        'Two-step verification with recovery codes, which an admin takes away where the phone is lost',
        backend('second-factor/second-factor'),
        account,
      ),
      works(
        'A letter about each change to how one gets in, which says who made it and what to do',
        backend('users/account-letters'),
      ),
      works('Sign-in with Google', backend('auth/google')),
      works(
        'Known passwords refused, guesses limited by account and by address',
        backend('auth/password-strength', 'auth/guesses'),
      ),
      works(
        'Roles, teams, and one rule of who sees what on every path',
        backend('policy/policy', 'policy/visibility'),
        'backend/test/hostile.test.ts',
      ),
    ],
  },
  {
    title: 'E-mail',
    lines: [
      works(
        'Letters now or later, each at most once whatever is killed',
        backend('emails/emails', 'mail/conversation'),
        'tests/letters.story.ts',
      ),
      works(
        'Templates that people write, read with a real record, share and take back from the trash; what is missing is named',
        backend('templates/templates', 'emails/emails'),
        'frontend/src/templates/template-draft.test.ts',
        'tests/browser/first-week.story.ts',
      ),
      works('Openings as an estimate, clicks, and one-click unsubscribing', backend('emails/tracking')),
      works(
        'For admins: whether e-mails go to an address, why not, since when, and letting them go again',
        backend('emails/emails', 'emails/tracking'),
        'tests/browser/first-week.story.ts',
      ),
      works(
        'Refusals said in the mail server’s words, and whoever wants no letters left alone',
        backend('emails/emails'),
      ),
      works(
        'The reader’s answers go to the writer’s own mailbox; that there was one is noted by hand',
        backend('emails/emails'),
      ),
      works(
        'Attachments of 10 MB together, from the record’s files or one’s computer, kept with the letter',
        backend('emails/attachments'),
      ),
      notYet('Reading mailboxes'),
    ],
  },
  {
    title: 'Import, export, privacy',
    lines: [
      works('A log of who changed what, for 24 months', backend('auth/accounts', 'policy/visibility')),
      notYet('Import of CSV files, with a preview and a way back'),
      notYet('Export of what a list shows'),
      notYet('Requests of people about their data: showing and erasing all of it'),
    ],
  },
  {
    title: 'Finding and counting',
    lines: [
      works(
        'Search over everything by the starts of words and by digits (Ctrl K)',
        backend('deals/deals', 'policy/visibility'),
      ),
      works(
        'The first screen of the day: what is due, who waits, what is at risk, in one question',
        backend('dashboard/dashboard'),
      ),
      works(
        'Open and weighted pipeline, won, win rate, new leads, first response',
        backend('dashboard/dashboard'),
      ),
      works('Filters on lists and the board, kept in the address', frontend('filters/filter'), sale),
      notYet('Views that are saved and shared'),
      notYet('Reports: funnel, forecast, leaderboard'),
    ],
  },
  {
    title: 'Screens',
    lines: [
      works(
        'A board whose cards all can be reached and moved by mouse, keyboard or menu',
        frontend('deals/board'),
        sale,
      ),
      works('Every text in Portuguese and English', frontend('i18n/catalog')),
      works('By the keyboard alone, from signing in to a won deal; on a phone; checked by axe', sale),
      works('Example data, and the way to be rid of it', backend('seed/demo/demo')),
      works('What a screen promises is held by a test', frontend('i18n/promises')),
      works('Every setting changes something', backend('org/settings-matter')),
    ],
  },
];
