import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from '../local/project.ts';
import { openBrowser } from './browser.ts';

/** `CONDUCTOR_PHOTOS=1` keeps the pictures that README and docs show. */
const photograph = async (page: Page, name: string): Promise<void> => {
  if (!process.env.CONDUCTOR_PHOTOS) return;
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(import.meta.dirname, '../../docs/images', `${name}.png`) });
};

describe('the first day with the CRM, in a browser', () => {
  let crm: Project;
  let browser: Browser;
  let page: Page;
  const mistakes: string[] = [];

  beforeAll(async () => {
    [crm, browser] = await Promise.all([Project.crm(), openBrowser()]);
    await crm.change(['deploy']);
    page = await newPage('en-US');
  });
  afterAll(async () => {
    await browser?.close();
    await crm?.close();
  });

  const newPage = async (locale: string): Promise<Page> => {
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 800 } });
    const opened = await context.newPage();
    opened.on('pageerror', (error) => mistakes.push(error.message));
    opened.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) mistakes.push(message.text());
    });
    return opened;
  };

  test('the setup asks who you are, and you are in', async () => {
    await page.goto(crm.url);
    await page.getByLabel('Company name').fill('Padaria Aurora');
    await page.getByLabel('Your name').fill('Marina Duarte');
    await page.getByLabel('E-mail').fill('marina@aurora.example');
    await page.getByLabel('Password').first().fill('correct horse battery');
    await page.getByRole('button', { name: 'Create and sign in' }).click();
    await page.getByRole('heading', { name: 'Today', exact: true }).waitFor();
  });

  test('a lead typed here is scored by the worker, and the score appears without a reload', async () => {
    await page.getByRole('link', { name: 'Leads' }).first().click();
    await page.getByRole('button', { name: 'New lead' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Rafael Nogueira');
    await dialog.getByLabel('E-mail').fill('rafael@metalurgica-sul.example');
    await dialog.getByLabel('Company').fill('Metalúrgica Sul');
    await dialog.getByLabel('Job title').fill('Diretor comercial');
    await dialog
      .getByLabel('What the person said')
      .fill('Quero uma demonstração e o preço para 40 usuários.');
    await page.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));
    await dialog.getByRole('button', { name: 'Add lead' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const score = page.getByRole('row', { name: /Rafael Nogueira/ }).getByText(/^\d{1,3}$/);
    await score.first().waitFor({ timeout: 30_000 });
    expect(Number(await score.first().textContent())).toBeGreaterThan(30);
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
    await photograph(page, 'crm-leads');
  });

  test('a second browser that looks at the list sees the next one arrive by itself', async () => {
    const other = await page.context().newPage();
    await other.goto(`${crm.url}/leads`);
    await other.getByText('Rafael Nogueira').first().waitFor();
    await page.bringToFront();
    await page.getByRole('button', { name: 'New lead' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Beatriz Lima');
    await dialog.getByLabel('Phone or WhatsApp').fill('(11) 91234-5678');
    await dialog.getByRole('button', { name: 'Add lead' }).click();
    await other.getByText('Beatriz Lima').first().waitFor({ timeout: 30_000 });
    await other.close();
  });

  test('a browser that speaks Portuguese is spoken to in Portuguese', async () => {
    const brazilian = await newPage('pt-BR');
    await brazilian.goto(crm.url);
    await brazilian.getByRole('button', { name: 'Entrar' }).waitFor();
    await brazilian.context().close();
  });

  test('no script failed, and nothing broke the content security policy', () => {
    expect(mistakes).toEqual([]);
  });
});
