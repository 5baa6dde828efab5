import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';

interface Look {
  scheme: 'light' | 'dark';
  width: number;
}

/** What is seriously wrong with screens for people who can't see or point well, and screens that are wider than they may be. */
export async function findings(
  context: BrowserContext,
  origin: string,
  screens: string[],
  { scheme, width }: Look,
): Promise<string[]> {
  const found: string[] = [];
  const page = await context.newPage();
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height: 900 });
  for (const screen of screens) {
    await page.goto(origin + screen);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'hidden' });
    for (const violation of await violations(page)) found.push(`${screen} ${scheme} ${width}: ${violation}`);
    const wider = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
    if (!(wider <= 0)) found.push(`${screen} ${width}: ${wider} px too wide`);
  }
  await page.close();
  return found;
}

/** What axe finds seriously wrong with what a page shows now, and where. */
export async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(' ')}`);
}
