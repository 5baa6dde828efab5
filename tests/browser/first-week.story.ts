import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../backend/test/eventually.ts';
import { SmtpAnswer, startSmtp } from '../../backend/test/smtp.ts';
import { Project } from '../local/project.ts';
import { openBrowser, showPagesOfFailures } from './browser.ts';

/*
 * The first week of a team of three, from an empty installation on, in three browsers with a real mail server: what the screens promise is
 * seen to happen.
 */
const full = process.env.CONDUCTOR_STORIES === 'full';
/** Deals in one stage of the board. */
const many = full ? 200 : 70;
const password = 'correct horse battery';
const photos = join(import.meta.dirname, '../../docs/images');

describe('the first week of a team of three', () => {
  let smtp: Awaited<ReturnType<typeof startSmtp>>;
  let crm: Project;
  let browser: Browser;
  let marina: Page;
  let rui: Page;
  let bia: Page;
  const mistakes: string[] = [];

  beforeAll(async () => {
    smtp = await startSmtp({
      onRecipient(address) {
        if (address.startsWith('nobody@')) throw new SmtpAnswer(550, 'no such mailbox here');
      },
    });
    [crm, browser] = await Promise.all([Project.crm(), openBrowser()]);
    Object.assign(crm.env, smtp.settings);
    await crm.change(['deploy']);
    [marina, rui, bia] = await Promise.all([newPerson(), newPerson(), newPerson()]);
  });
  showPagesOfFailures(() => browser);
  afterAll(async () => {
    await browser?.close();
    await crm?.close();
    await smtp?.close();
  });

  const newPerson = async (): Promise<Page> => {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 860 } });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => mistakes.push(error.message));
    return page;
  };

  const isFocused = (element: Locator) =>
    element.evaluate((one) => one === one.ownerDocument.activeElement || undefined);

  /** The last letter that somebody was sent, as text. */
  const letterTo = (address: string, subject: RegExp) =>
    eventually(
      `a letter to ${address}`,
      async () => {
        const found = smtp.received.findLast(({ to, raw }) => to.includes(address) && subject.test(raw));
        return found?.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=');
      },
      60_000,
    );
  const linkIn = (letter: string, path: string) =>
    new RegExp(`http://[^\\s"<]+/${path}/[\\w-]{43}`).exec(letter)![0];

  const post = async (page: Page, path: string, data: object) => {
    const answer = await page.request.post(`${crm.url}/api/v1${path}`, {
      data,
      headers: { Origin: crm.url, 'X-Requested-With': 'conductor' },
    });
    expect([path, answer.status()]).toEqual([path, 201]);
    return answer.json();
  };
  /** Taken for the docs in a full run. */
  const photograph = async (page: Page, name: string) => {
    if (process.env.CONDUCTOR_PHOTOS)
      await page.screenshot({ path: join(photos, `${name}.png`), animations: 'disabled' });
  };

  test('one sets it up by the link that the deploy shows, and invites two by e-mail, who join', async () => {
    await marina.goto(await crm.setupLink());
    await marina.getByLabel('Company name').fill('Studio Lume');
    await marina.getByLabel('Your name').fill('Marina Castro');
    await marina.getByLabel('E-mail').fill('marina@lume.example');
    await marina.getByLabel('Password').first().fill(password);
    await marina.getByRole('button', { name: 'Create and sign in' }).click();
    await marina.getByRole('heading', { name: 'Today', exact: true }).waitFor();

    for (const [page, name, address] of [
      [rui, 'Rui Prado', 'rui@lume.example'],
      [bia, 'Bia Nunes', 'bia@lume.example'],
    ] as const) {
      await marina.goto(`${crm.url}/settings/people`);
      await marina.getByRole('button', { name: 'Invite' }).click();
      await marina.getByRole('dialog').getByLabel('E-mail').fill(address);
      await marina.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
      await page.goto(linkIn(await letterTo(address, /invite/), 'invite'));
      await page.getByLabel('Your name').fill(name);
      await page.getByLabel('Password').first().fill(password);
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByRole('heading', { name: 'Today', exact: true }).waitFor();
    }
  });

  test('one forgets their password on Tuesday, and is back in by the link that is sent', async () => {
    await bia.context().clearCookies();
    await bia.goto(`${crm.url}/login`);
    await bia.getByRole('link', { name: 'Forgot your password?' }).click();
    await bia.getByRole('heading', { name: 'A new password' }).waitFor();
    await bia.getByLabel('E-mail').fill('bia@lume.example');
    await bia.getByRole('button', { name: 'Send the link' }).click();
    await bia.getByRole('heading', { name: 'Look at your e-mail' }).waitFor();
    await bia.goto(linkIn(await letterTo('bia@lume.example', /\/reset\//), 'reset'));
    await bia.getByLabel('New password').fill('four blue horses singing');
    await bia.getByRole('button', { name: 'Save and sign in' }).click();
    await bia.getByRole('heading', { name: 'Today', exact: true }).waitFor();
  });

  test('leads are given to whose turn it is, by a rule that somebody switched on', async () => {
    await marina.goto(`${crm.url}/settings/automations`);
    await marina.getByText('Nothing yet').waitFor();
    await marina.getByLabel('New lead: score, assign and notify').click();
    await marina.getByRole('combobox', { name: 'Assignment' }).click();
    await marina.getByRole('option', { name: 'In turn, one each' }).click();
    await marina.getByLabel('Deal won: checklist of tasks').click();
    await marina.getByRole('button', { name: 'Save' }).click();
    await marina.getByText('Saved').waitFor();
    for (const name of ['Beatriz Lima', 'Caio Mendes', 'Davi Rocha', 'Elisa Prado'])
      await post(marina, '/leads', { name, email: `${name.split(' ')[0]!.toLowerCase()}@cliente.example` });
    const { data } = await (await marina.request.get(`${crm.url}/api/v1/leads`)).json();
    const owners = data.map(({ ownerId }: { ownerId: string }) => ownerId);
    expect(new Set(owners).size).toBe(2);
    for (const owner of new Set(owners))
      expect(owners.filter((one: unknown) => one === owner)).toHaveLength(2);
    await marina.reload();
    await marina.getByRole('link', { name: 'Beatriz Lima' }).waitFor();
    await photograph(marina, 'crm-automations');
  });

  test('a record is shown once nothing on it moves any more under a hand that clicks', async () => {
    const parts = Promise.withResolvers<void>();
    const isPart = (url: URL) => /\/api\/v1\/(ai\/status|tasks|files)$/.test(url.pathname);
    await marina.goto('about:blank');
    await marina.route(isPart, async (route) => {
      await parts.promise;
      await route.continue();
    });
    await marina.goto(`${crm.url}/leads`);
    const lead = marina.waitForResponse(/\/api\/v1\/leads\/[0-9a-f]{24}$/);
    await marina.getByRole('link', { name: 'Davi Rocha' }).click();
    await (await lead).finished();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const field = marina.getByTitle('Edit: Job title');
    expect(await field.count()).toBe(0);
    parts.resolve();
    await field.waitFor();
    const before = await field.boundingBox();
    await marina.getByText('created this').waitFor();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await field.boundingBox()).toEqual(before);
    await marina.unrouteAll();
    await marina.goto(`${crm.url}/leads`);
  });

  test('one field after the other is edited, though the first is still being saved', async () => {
    await marina.getByRole('link', { name: 'Davi Rocha' }).click();
    const saved = Promise.withResolvers<void>();
    await marina.route('**/api/v1/leads/*', async (route) => {
      if (route.request().method() === 'PATCH') await saved.promise;
      await route.continue();
    });
    await marina.getByTitle('Edit: Job title').click();
    await marina.getByRole('textbox', { name: 'Job title' }).fill('Diretor');
    await marina.getByTitle('Edit: City').click();
    const city = marina.getByRole('textbox', { name: 'City' });
    await marina.keyboard.type('Re');
    saved.resolve();
    await marina.getByTitle('Edit: Job title').filter({ hasText: 'Diretor' }).waitFor();
    // Longer than the frame in which the focus was called back.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await marina.keyboard.type('cife');
    expect(await city.inputValue()).toBe('Recife');
    await marina.keyboard.press('Enter');
    await marina.getByTitle('Edit: City').filter({ hasText: 'Recife' }).waitFor();
    await eventually('the focus back', () => isFocused(marina.getByTitle('Edit: City')));
    await marina.unrouteAll();
  });

  test('letters: one leaves from a template, one waits for its time, one comes back, and each says so', async () => {
    await marina.goto(`${crm.url}/emails`);
    await marina.getByRole('link', { name: 'Templates' }).click();
    await marina.getByText('No templates yet').waitFor();
    await marina.getByRole('link', { name: 'New template' }).first().click();
    await marina.getByRole('textbox', { name: 'Name' }).fill('Primeira conversa');
    const subject = marina.getByRole('textbox', { name: 'Subject' });
    const fields = marina.getByRole('button', { name: 'Insert field: Subject' });
    await subject.fill('Olá, ');
    await fields.click();
    await eventually('the focus in the menu', async () => !(await isFocused(fields)));
    await marina.keyboard.press('Escape');
    await eventually('the focus back', () => isFocused(fields));
    await fields.click();
    await marina.getByRole('menuitem', { name: 'First name' }).click();
    expect(await isFocused(subject)).toBe(true);
    await marina.keyboard.type('!');
    expect(await subject.inputValue()).toBe('Olá, {{first_name}}!');
    await marina.keyboard.press('Backspace');
    const message = marina.getByRole('textbox', { name: 'Message' });
    await message.fill('Olá {{nome}}, podemos conversar?');
    await marina.getByText('There is no variable {{nome}}').waitFor();
    await message.fill('Olá {{first_name}} de {{city}}, podemos conversar?');
    const record = marina.getByRole('combobox', { name: 'Read it with a record' });
    const answer = Promise.withResolvers<void>();
    await marina.route('**/search?q=Beatriz', async (route) => {
      await answer.promise;
      await route.continue();
    });
    await record.click();
    await marina.getByRole('option', { name: 'Caio Mendes' }).waitFor();
    await record.fill('Beatriz');
    // Before the answer: nothing that does not fit, and nothing that moves away from under the pointer.
    expect(await marina.getByRole('listbox').getByRole('option').allTextContents()).toEqual(['Beatriz Lima']);
    answer.resolve();
    await marina.getByRole('option', { name: 'Beatriz Lima' }).click();
    await marina.getByText('Not known of this record: City ({{city}}).').waitFor();
    await message.fill('Olá {{first_name}}, podemos conversar?');
    await marina.getByText('Olá Beatriz, podemos conversar?').waitFor();
    await marina.getByLabel('For everybody in the organisation').click();
    await marina.getByRole('link', { name: 'Back to the list' }).click();
    await marina.getByRole('button', { name: 'Go on writing' }).click();
    await marina.getByRole('button', { name: 'Save' }).click();
    await marina.getByText('Everybody’s · Never used').waitFor();
    await rui.goto(`${crm.url}/emails/templates`);
    await rui.getByRole('link', { name: 'Primeira conversa' }).click();
    await rui.getByText('only managers and admins change it').waitFor();
    const { id } = await post(rui, '/contacts', {
      firstName: 'Helena',
      lastName: 'Souza',
      emails: [{ value: 'helena@cliente.example' }],
    });
    const compose = async (over: (form: Locator) => Promise<void>) => {
      await rui.goto(`${crm.url}/contacts/${id}`);
      await rui.getByRole('tab', { name: 'E-mail' }).click();
      const form = rui.getByRole('tabpanel', { name: 'E-mail' });
      await form.getByRole('combobox', { name: 'Template' }).click();
      await rui.getByRole('option', { name: 'Primeira conversa' }).click();
      await eventually(
        'the text',
        async () => (await form.getByRole('textbox', { name: 'Subject' }).inputValue()) === 'Olá, Helena',
      );
      await over(form);
    };
    await compose(async (form) => {
      await photograph(rui, 'crm-email');
      await form.getByRole('button', { name: 'Send', exact: true }).click();
      await rui.getByText('The e-mail is on its way').waitFor();
    });
    expect(await letterTo('helena@cliente.example', /conversar/)).toContain('Rui Prado via Studio Lume');
    await compose(async (form) => {
      await form.getByRole('button', { name: 'Send later' }).click();
      await form.getByRole('button', { name: 'Schedule', exact: true }).click();
      await rui.getByText(/^The e-mail leaves at/).waitFor();
    });
    await compose(async (form) => {
      const to = form.getByRole('combobox', { name: 'To', exact: true });
      await to.press('Backspace');
      await to.fill('nobody@cliente.example');
      await form.getByRole('textbox', { name: 'Subject' }).click();
      await form.getByRole('button', { name: 'Send', exact: true }).click();
      await rui.getByText('The e-mail is on its way').waitFor();
    });
    await rui.goto(`${crm.url}/emails`);
    for (const [folder, state] of [
      ['Sent', 'Sent'],
      ['Scheduled', 'Scheduled'],
      ['Failed', 'Bounced'],
    ] as const) {
      await rui.getByText(folder, { exact: true }).first().click();
      await rui
        .getByText(state, { exact: true })
        .nth(folder === state ? 1 : 0)
        .waitFor();
    }
    await photograph(rui, 'crm-emails');
  });

  test('one who unsubscribes gets no more letters; an admin sees why, and lets them go again where that is asked for', async () => {
    const letter = await letterTo('helena@cliente.example', /conversar/);
    const helena = await newPerson();
    await helena.goto(/List-Unsubscribe: <([^>]+)>/.exec(letter.replaceAll(/\r\n[ \t]/g, ' '))![1]!);
    await helena.getByText('Stop getting e-mails from Studio Lume?').waitFor();
    await helena.getByRole('button', { name: 'Stop them' }).click();
    await helena.getByText('Done: Studio Lume will not write to you').waitFor();
    await helena.context().close();

    await rui.goto(`${crm.url}/contacts`);
    await rui.getByRole('link', { name: 'Helena Souza' }).click();
    await rui.getByRole('tab', { name: 'E-mail' }).click();
    const form = rui.getByRole('tabpanel', { name: 'E-mail' });
    await form.getByRole('combobox', { name: 'Template' }).click();
    await rui.getByRole('option', { name: 'Primeira conversa' }).click();
    const send = form.getByRole('button', { name: 'Send', exact: true });
    await send.click();
    await rui.getByText('helena@cliente.example asked for no more letters').waitFor();

    await marina.goto(`${crm.url}/settings/email`);
    const address = marina.getByLabel('E-mail address');
    await address.fill('nobody@cliente.example');
    await marina.getByRole('button', { name: 'Look up' }).click();
    await marina.getByText('nobody@cliente.example gets e-mails.').waitFor();
    await marina
      .getByText(/Its mail server refused the last e-mail, on .+: 550 no such mailbox here/)
      .waitFor();
    await address.fill('Helena@cliente.example');
    await marina.getByRole('button', { name: 'Look up' }).click();
    await marina.getByText(/^helena@cliente.example gets no e-mails: unsubscribed on .+\d{4}\.$/).waitFor();
    await marina.getByText('Only where the person asked for it.').waitFor();
    await marina.getByRole('button', { name: 'Send again' }).click();
    await marina.getByText('helena@cliente.example gets e-mails.').waitFor();
    await marina.goto(`${crm.url}/settings/audit`);
    await marina.getByText('Address off the list of those who get no e-mails').waitFor();
    await send.click();
    await rui.getByText('The e-mail is on its way').waitFor();
  });

  test('a reminder of a task arrives by itself in a browser that only waits', async () => {
    const { id: userId } = await (await bia.request.get(`${crm.url}/api/v1/auth/me`)).json();
    await bia.goto(`${crm.url}/companies`);
    await bia.evaluate('globalThis.neverReloaded = true');
    const { id } = await post(marina, '/companies', { name: 'Padaria do Vale' });
    await post(marina, '/tasks', {
      title: 'Ligar para a padaria',
      kind: 'call',
      dueAt: new Date(Date.now() + 30 * 60_000).toISOString(),
      reminderMin: 30,
      assigneeId: userId,
      links: [{ entity: 'company', id }],
    });
    // The reminder is looked for once a minute.
    await bia.getByRole('button', { name: 'Notifications' }).click();
    await bia.getByText('Ligar para a padaria').first().waitFor({ timeout: 90_000 });
    expect(await bia.evaluate('globalThis.neverReloaded')).toBe(true);
    await photograph(bia, 'crm-notifications');
  });

  test('a deal that is won brings its checklist, and the run is listed', async () => {
    const deal = await post(rui, '/deals', { title: 'Plano anual', amountCents: 1_200_000 });
    await rui.goto(`${crm.url}/deals/${deal.id}`);
    await rui.getByRole('button', { name: 'Won' }).click();
    await rui.getByText('Thank the customer').first().waitFor();
    await marina.goto(`${crm.url}/settings/automations`);
    await marina.getByRole('link', { name: 'Plano anual' }).waitFor();
  });

  test(`${many} deals of one stage are summed in their currencies, filtered, and found`, async () => {
    for (let count = 1; count <= many; count += 1)
      await post(marina, '/deals', {
        title: `Negócio ${count}`,
        amountCents: 10_000_00,
        currency: count % 5 ? 'BRL' : 'USD',
        tags: count % 10 ? [] : ['vip'],
      });
    await marina.goto(`${crm.url}/pipeline`);
    const first = marina.getByRole('region', { name: 'Novo' });
    await first.getByText(String(many), { exact: true }).waitFor();
    await first
      .getByText(/R\$.*\$/)
      .first()
      .waitFor();
    await photograph(marina, 'crm-currencies');
    await marina.keyboard.press('f');
    await marina.getByRole('dialog', { name: 'Filter' }).getByLabel('Tags').fill('vip');
    await marina.keyboard.press('Enter');
    await marina.keyboard.press('Escape');
    await first.getByText(String(Math.floor(many / 10)), { exact: true }).waitFor();
    await marina.keyboard.press('Control+k');
    await marina.getByRole('textbox', { name: 'Search' }).fill(`Negócio ${many}`);
    await marina.getByText(`Negócio ${many}`, { exact: true }).first().waitFor();
    await marina.keyboard.press('Escape');
  });

  test('a company is deleted, brought back, deleted again, and restored from the trash', async () => {
    const remove = async () => {
      await marina.goto(`${crm.url}/companies`);
      await marina.getByRole('link', { name: 'Padaria do Vale' }).click();
      await marina.getByRole('button', { name: 'More actions' }).click();
      await marina.getByRole('menuitem', { name: 'Delete' }).click();
    };
    await remove();
    await marina.getByRole('button', { name: 'Undo' }).click();
    await marina.getByRole('link', { name: 'Padaria do Vale' }).first().waitFor();
    await remove();
    await marina.getByRole('button', { name: 'Undo' }).waitFor();
    await marina.goto(`${crm.url}/settings/trash`);
    const restore = marina.getByRole('button', { name: 'Restore: Padaria do Vale' });
    await restore.waitFor();
    await photograph(marina, 'crm-trash');
    await restore.click();
    await marina.goto(`${crm.url}/companies`);
    await marina.getByRole('link', { name: 'Padaria do Vale' }).waitFor();
  });

  test('no script failed on any of the screens', () => {
    expect(mistakes).toEqual([]);
  });
});
