import type { Page } from 'playwright-core';
import { violations } from './accessibility.ts';

/** What a dialog is opened on. */
interface Stage {
  page: Page;
  /** Opens a screen of the client. */
  go(path: string): Promise<void>;
  /** Adds something by the API. */
  add(path: string, data: object): Promise<{ id: string }>;
  /** Changes something by the API, as somebody else would meanwhile. */
  change(path: string, version: number, data: object): Promise<void>;
}

type Open = (stage: Stage) => Promise<void>;

const button = (name: string | RegExp): ((page: Page) => Promise<void>) => {
  return (page) => page.getByRole('button', { name, exact: true }).first().click();
};
/** A screen on which a button opens the dialog. */
const pressed =
  (path: string, name: string): Open =>
  async ({ page, go }) => {
    await go(path);
    await button(name)(page);
  };
const lead = { name: 'Davi Prado', email: 'davi@example.com' };
/** The page of a new lead. */
const onLead = async ({ go, add }: Stage) => {
  const { id } = await add('/leads?allowDuplicate=true', lead);
  await go(`/leads/${id}`);
  return id;
};
const onDeal = async ({ go, add }: Stage) => {
  const { id } = await add('/deals', { title: 'A deal of dialogs' });
  await go(`/deals/${id}`);
  return id;
};
const task = { title: 'Ask them back', dueAt: new Date(Date.now() + 86_400_000).toISOString() };

/** How each dialog and drawer of the client is opened, by the file that has it; a test holds the list complete. */
export const dialogs: Readonly<Record<string, readonly Open[]>> = {
  'assistant/assistant-panel.tsx': [pressed('/', 'Assistant')],
  'companies/company-form.tsx': [({ go }) => go('/companies?new=true')],
  'contacts/contact-form.tsx': [({ go }) => go('/contacts?new=true')],
  'deals/deal-form.tsx': [({ go }) => go('/pipeline?new=true')],
  'deals/lose-dialog.tsx': [
    async (stage) => {
      await onDeal(stage);
      await button('Lost')(stage.page);
    },
  ],
  'emails/letter-dialog.tsx': [
    async ({ go, add }) => {
      const { id } = await add('/emails', {
        to: ['ana@example.com'],
        subject: 'Olá',
        bodyHtml: '<p>Olá</p>',
      });
      await go(`/emails?folder=drafts&open=${id}`);
    },
  ],
  'filters/filter-bar.tsx': [pressed('/leads', 'Filters')],
  'leads/convert-dialog.tsx': [
    async (stage) => {
      await onLead(stage);
      await button('Convert')(stage.page);
    },
  ],
  'leads/lead-form.tsx': [({ go }) => go('/leads?new=true')],
  'leads/score-override.tsx': [
    async (stage) => {
      await onLead(stage);
      await button('Disagree? Set the score')(stage.page);
    },
  ],
  'leads/unqualify-dialog.tsx': [
    async (stage) => {
      await onLead(stage);
      await stage.page.getByRole('combobox', { name: 'Status' }).click();
      await stage.page.getByRole('option', { name: 'Unqualified' }).click();
    },
  ],
  'notices/notice-inbox.tsx': [pressed('/', 'Notifications')],
  'records/conflict-dialog.tsx': [
    async (stage) => {
      // What somebody else does is not pushed to this browser, as if both had acted in the same moment.
      await stage.page.routeWebSocket(/\/ws/, () => {});
      const id = await onDeal(stage);
      await stage.change(`/deals/${id}`, 1, { title: 'Theirs' });
      await stage.page.getByRole('button', { name: 'A deal of dialogs' }).first().click();
      await stage.page.getByRole('textbox', { name: 'Title' }).fill('Mine');
      await stage.page.keyboard.press('Enter');
    },
  ],
  'records/leave-guard.tsx': [
    async ({ page, go }) => {
      await go('/emails/templates/new');
      await page.getByRole('textbox', { name: 'Name' }).fill('Half a template');
      await page.getByRole('link', { name: 'Back to the list' }).click();
    },
  ],
  'search/palette.tsx': [
    async ({ page, go }) => {
      await go('/');
      await page.keyboard.press('Control+k');
    },
  ],
  'ui/confirm-dialog.tsx': [
    async ({ page, go }) => {
      // As if Rui had switched it on, which takes a phone.
      await page.route(/\/api\/v1\/users$/, async (route) => {
        const { data } = await (await route.fetch()).json();
        await route.fulfill({
          json: { data: data.map((user: object) => ({ ...user, secondFactor: true })) },
        });
      });
      await go('/settings/people');
      await button('Take the two-step verification away: Rui Prado')(page);
    },
  ],
  'settings/keys-section.tsx': [pressed('/settings/keys', 'New key')],
  'settings/people-section.tsx': [
    pressed('/settings/people', 'Invite'),
    async ({ page, go }) => {
      await go('/settings/people');
      await page.getByRole('button', { name: 'Link for a new password: Rui Prado' }).first().click();
    },
  ],
  'settings/second-factor.tsx': [pressed('/settings/profile', 'Switch on')],
  'settings/teams-card.tsx': [pressed('/settings/people', 'New team')],
  'shortcuts/shortcut-help.tsx': [
    async ({ page, go }) => {
      await go('/');
      await page.keyboard.press('?');
    },
  ],
  'tasks/calendar-dialog.tsx': [pressed('/tasks', 'In my calendar')],
  'tasks/complete-dialog.tsx': [
    async (stage) => {
      const { id } = await stage.add('/deals', { title: 'A deal with a task' });
      await stage.add('/tasks', { ...task, links: [{ entity: 'deal', id }] });
      await stage.go(`/deals/${id}`);
      await stage.page.getByRole('checkbox', { name: `Complete: ${task.title}` }).click();
    },
  ],
  'tasks/task-dialog.tsx': [({ go }) => go('/tasks?new=true')],
};

/** What is seriously wrong with each dialog, for people who can't see or point well, and dialogs that are wider than the screen. */
export async function dialogFindings(page: Page, origin: string, width: number): Promise<string[]> {
  const found: string[] = [];
  const headers = { Origin: origin, 'X-Requested-With': 'conductor' };
  const stage: Stage = {
    page,
    async go(path) {
      await page.goto(origin + path);
      await page.getByRole('heading', { level: 1, includeHidden: true }).waitFor({ state: 'attached' });
      await page.locator('main [aria-busy=true]').first().waitFor({ state: 'hidden' });
    },
    async add(path, data) {
      const answer = await page.request.post(`${origin}/api/v1${path}`, { data, headers });
      if (!answer.ok()) throw new Error(`POST ${path} answered ${answer.status()}: ${await answer.text()}`);
      return answer.json();
    },
    async change(path, version, data) {
      const answer = await page.request.patch(`${origin}/api/v1${path}`, {
        data,
        headers: { ...headers, 'If-Match': `"${version}"` },
      });
      if (!answer.ok()) throw new Error(`PATCH ${path} answered ${answer.status()}: ${await answer.text()}`);
    },
  };
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height: 900 });
  for (const [file, ways] of Object.entries(dialogs))
    for (const open of ways) {
      await open(stage);
      const dialog = page.getByRole('dialog');
      await dialog.first().waitFor();
      found.push(...(await violations(page)).map((violation) => `${file} ${width}: ${violation}`));
      const box = await dialog.first().boundingBox();
      if (box === null || box.x < 0 || box.x + box.width > width)
        found.push(`${file} ${width}: beyond the screen`);
      await page.unrouteAll();
    }
  return found;
}
