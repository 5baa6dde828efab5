import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { beforeEach, onTestFailed } from 'vitest';

/** The system's Chromium, wherever its package put it. */
export function chromiumPath(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
  if (found === undefined)
    throw new Error('Chromium is not on the PATH. Debian, Ubuntu: apt-get install chromium');
  return found;
}

/** A browser of a test's own, with a profile of its own, that asks nothing of the network by itself. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: [
      // Its sandbox needs rights that root in a container lacks.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });

/** Says with the failure of a test what each page of its browser showed: what a person would have looked at first. */
export function showPagesOfFailures(browser: () => Browser | undefined): void {
  beforeEach(() => {
    onTestFailed(async ({ task }) => {
      const contexts = browser()?.contexts() ?? [];
      for (const page of contexts.flatMap((context) => context.pages())) {
        const seen = await page.locator('body').ariaSnapshot({ timeout: 5_000 }).catch(String);
        for (const error of task.result?.errors ?? []) error.message += `\n\n${page.url()} showed:\n${seen}`;
      }
    });
  });
}
