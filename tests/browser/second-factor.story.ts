import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from '../local/project.ts';
import { openBrowser, showPagesOfFailures } from './browser.ts';

/*
 * What keeps strangers out, as people use it: the second factor with a phone and without it, and a new password by a link that a colleague
 * makes. Each of the three has an account of their own, at which ten wrong tries are taken in a quarter of an hour.
 */
const password = 'correct horse battery';
const people = {
  bia: { name: 'Bia Nunes', email: 'bia@lume.example', locale: 'en' },
  rui: { name: 'Rui Prado', email: 'rui@lume.example', locale: 'pt-BR' },
  caio: { name: 'Caio Mendes', email: 'caio@lume.example', locale: 'en' },
};

/** An authenticator app, into which the key was typed that the screen shows. */
class Phone {
  readonly #totp: TOTP;
  #clock = Date.now();

  constructor(key: string) {
    this.#totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) });
  }

  /** The code of this moment; the second one half a minute ahead of its time, which is right, too, and waited for by nobody. */
  next(): string {
    const timestamp = this.#clock;
    this.#clock += 30_000;
    return this.#totp.generate({ timestamp });
  }

  /** A code that is not right now, nor about now. */
  wrong(): string {
    const right = [-2, -1, 0, 1, 2, 3].map((step) =>
      this.#totp.generate({ timestamp: this.#clock + step * 30_000 }),
    );
    return ['000000', '111111', '222222', '333333', '444444', '555555', '666666'].find(
      (code) => !right.includes(code),
    )!;
  }
}

describe('getting in, and keeping others out', () => {
  let crm: Project;
  let browser: Browser;
  let marina: Page;
  const pages = {} as Record<keyof typeof people, Page>;
  const mistakes: string[] = [];

  /** A page in a browser context of its own, so with cookies of its own. */
  const newBrowser = async (locale: string): Promise<Page> => {
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 860 } });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => mistakes.push(error.message));
    return page;
  };
  const send = async (page: Page, method: string, path: string, data: object) => {
    const answer = await page.request.fetch(`${crm.url}/api/v1${path}`, {
      method,
      data,
      headers: { Origin: crm.url, 'X-Requested-With': 'conductor' },
    });
    expect([path, answer.ok()]).toEqual([path, true]);
    return answer.json();
  };

  beforeAll(async () => {
    [crm, browser] = await Promise.all([Project.crm(), openBrowser()]);
    await crm.change(['deploy']);
    marina = await newBrowser('en-US');
    await send(marina, 'POST', '/setup', {
      organisation: 'Studio Lume',
      name: 'Marina Castro',
      email: 'marina@lume.example',
      password,
      locale: 'en',
      token: await crm.setupToken(),
    });
    await Promise.all(
      Object.entries(people).map(async ([who, { name, email, locale }]) => {
        const page = await newBrowser(locale);
        pages[who as keyof typeof people] = page;
        const { link } = await send(marina, 'POST', '/invites', { email, role: 'rep' });
        await send(page, 'POST', '/auth/accept-invite', { token: link.split('/').at(-1), name, password });
        await send(page, 'PATCH', '/auth/me', { locale });
      }),
    );
  });
  showPagesOfFailures(() => browser);
  afterAll(async () => {
    await browser?.close();
    await crm?.close();
  });

  const isIn = (page: Page) => page.getByRole('heading', { name: 'Today', exact: true }).waitFor();
  const signOut = async (page: Page, name: string) => {
    await page.getByRole('button', { name }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
  };
  const signIn = async (page: Page, email: string, secret = password) => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').first().fill(secret);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const giveCode = async (page: Page, code: string) => {
    await page.getByLabel('Code of your authenticator app').fill(code);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const wrongCode = (page: Page) => page.getByText('Not the code of this moment').waitFor();

  test('one switches the second factor on, gets in with the phone and without it, and switches it off', async () => {
    const { bia: page } = pages;
    const { name, email } = people.bia;
    // Without a camera; a slip of the finger is told at its field.
    await page.clock.install();
    await page.goto(`${crm.url}/settings/profile`);
    await page.getByRole('button', { name: 'Switch on' }).click();
    const dialog = page.getByRole('dialog', { name: 'Two-step verification' });
    await dialog.getByLabel('Current password').fill('correct horse batery');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('This is not your present password.').waitFor();
    await dialog.getByLabel('Current password').fill(password);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    await dialog.getByText('No camera? Type this key into the app:').waitFor();
    const phone = new Phone((await dialog.locator('pre').textContent())!);
    const code = dialog.getByLabel('6-digit code that the app shows');
    await code.fill(phone.wrong());
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await wrongCode(page);
    await code.fill(phone.next());
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('Keep these codes away from the phone').waitFor();
    // Meanwhile she writes them down elsewhere, and comes back to this window.
    await page.clock.fastForward('06:00');
    const askedAgain = page.waitForResponse(/\/auth\/me$/);
    await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))");
    await askedAgain;
    const recoveryCodes = (await dialog.locator('pre').textContent())!.split('\n');
    await dialog.getByRole('button', { name: 'I kept the codes' }).click();
    await page.getByText('On: the code of your phone is asked for after the password.').waitFor();
    expect(recoveryCodes).toHaveLength(10);

    await signOut(page, name);
    await signIn(page, email);
    await giveCode(page, phone.wrong());
    await wrongCode(page);
    const used = phone.next();
    await giveCode(page, used);
    await isIn(page);

    // Whoever looked over her shoulder.
    await signOut(page, name);
    await signIn(page, email);
    await giveCode(page, used);
    await wrongCode(page);
    // The phone is gone for a day.
    await giveCode(page, recoveryCodes[0]!);
    await isIn(page);

    await signOut(page, name);
    await signIn(page, email);
    await giveCode(page, recoveryCodes[0]!);
    await wrongCode(page);
    // However it is typed.
    await giveCode(page, recoveryCodes[1]!.replace('-', ' ').toUpperCase());
    await isIn(page);

    await page.goto(`${crm.url}/settings/profile`);
    await page.getByText('8 recovery codes are left').waitFor();
    await page.getByRole('button', { name: 'New codes' }).click();
    const renewal = page.getByRole('dialog', { name: 'New recovery codes' });
    await renewal.getByLabel('Current password').fill(password);
    await renewal.getByRole('button', { name: 'Continue' }).click();
    const renewed = (await renewal.locator('pre').textContent())!.split('\n');
    expect(renewed.filter((one) => !recoveryCodes.includes(one))).toHaveLength(10);
    await renewal.getByRole('button', { name: 'I kept the codes' }).click();
    await page.getByText('10 recovery codes are left').waitFor();

    await page.getByRole('button', { name: 'Switch off' }).click();
    await dialog.getByLabel('Current password').fill(password);
    await dialog.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('Besides the password, ask for a code').waitFor();
    await signOut(page, name);
    await signIn(page, email);
    await isIn(page);
  });

  test('one whose browser speaks another language joins in the organisation’s', async () => {
    const { link } = await send(marina, 'POST', '/invites', { email: 'uta@lume.example', role: 'rep' });
    const page = await newBrowser('de-DE');
    await page.goto(link);
    await page.getByText('Create your account for uta@lume.example.').waitFor();
    await page.getByLabel('Your name').fill('Uta Vogel');
    await page.getByLabel('Password').first().fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await isIn(page);
    expect(await (await page.request.get(`${crm.url}/api/v1/auth/me`)).json()).toMatchObject({
      locale: 'en',
    });
  });

  /** The link for a new password that an admin makes for a colleague. */
  const linkFor = async (name: string): Promise<string> => {
    await marina.goto(`${crm.url}/settings/people`);
    await marina.getByRole('button', { name: `Link for a new password: ${name}` }).click();
    return marina.getByRole('dialog').getByRole('textbox', { name: 'Copy link' }).inputValue();
  };

  test('one who forgot their password is given a link by a colleague, and is signed out where they were signed in', async () => {
    const before = pages.rui;
    await before.goto(`${crm.url}/leads`);
    await before.getByRole('heading', { level: 1, name: 'Leads' }).waitFor();
    const link = await linkFor('Rui Prado');

    const now = await newBrowser('pt-BR');
    await now.goto(link);
    await now.getByText('Para a conta de rui@lume.example.').waitFor();
    for (const [weak, sentence] of [
      ['123456789', 'A senha precisa de 10 caracteres.'],
      ['1234567890', 'Esta senha está nas listas que outros tentam primeiro.'],
      ['rui@lume.example', 'A senha não pode ser o próprio e-mail.'],
    ] as const) {
      await now.getByLabel('Nova senha').fill(weak);
      await now.getByRole('button', { name: 'Salvar e entrar' }).click();
      await now.getByText(sentence).waitFor();
    }
    await now.getByLabel('Nova senha').fill('quatro cavalos azuis cantando');
    await now.getByRole('button', { name: 'Salvar e entrar' }).click();
    await now.getByRole('heading', { name: 'Hoje', exact: true }).waitFor();

    // Nothing is clicked there.
    await before.getByRole('heading', { name: 'Entrar', exact: true }).waitFor();
    await before.goto(link);
    await before.getByRole('heading', { name: 'Este link não vale mais' }).waitFor();
    await before.goto(`${crm.url}/login?next=/leads`);
    await before.getByLabel('E-mail').fill(people.rui.email);
    await before.getByLabel('Senha').first().fill(password);
    await before.getByRole('button', { name: 'Entrar', exact: true }).click();
    await before.getByText('O e-mail ou a senha não confere.').waitFor();
  });

  test('one who lost the phone besides gets in once an admin has taken the second factor away', async () => {
    const { secret } = await send(pages.caio, 'POST', '/auth/second-factor', { password });
    await send(pages.caio, 'POST', '/auth/second-factor/confirm', { code: new Phone(secret).next() });
    const link = await linkFor('Caio Mendes');
    await marina.getByText('The two-step verification stays on.').waitFor();

    const now = await newBrowser('en-US');
    await now.goto(link);
    await now.getByLabel('New password').fill('four blue horses singing');
    await now.getByRole('button', { name: 'Save and sign in' }).click();
    // The link proves no phone: with it alone nobody is in.
    await now.getByText('The new password is saved. Sign in with it').waitFor();
    await signIn(now, people.caio.email, 'four blue horses singing');
    await now.getByLabel('Code of your authenticator app').waitFor();

    await marina.goto(`${crm.url}/settings/people`);
    await marina.getByRole('button', { name: 'Take the two-step verification away: Caio Mendes' }).click();
    const sure = marina.getByRole('dialog', {
      name: 'Take the two-step verification away from Caio Mendes?',
    });
    await sure.getByText('After this, the password alone protects the account of Caio Mendes').waitFor();
    // Another look first: nothing was taken yet.
    await sure.getByRole('button', { name: 'Cancel' }).click();
    await sure.waitFor({ state: 'hidden' });
    await marina.getByRole('button', { name: 'Take the two-step verification away: Caio Mendes' }).click();
    await sure.getByRole('button', { name: 'Take it away' }).click();
    await marina.getByText('Caio Mendes signs in with the password alone').waitFor();
    await now.getByRole('button', { name: 'Sign in', exact: true }).click();
    await isIn(now);
  });

  test('no script failed on any of the screens', () => {
    expect(mistakes).toEqual([]);
  });
});
