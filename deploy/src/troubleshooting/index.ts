import { backupPages } from './backups.ts';
import { commandLinePages } from './command-line.ts';
import { deployPages } from './deploys.ts';
import { historyPages } from './history.ts';
import type { ErrorPage, ErrorPages } from './page.ts';
import { placePages } from './places.ts';
import { secretPages } from './secrets.ts';
import { serverPages } from './servers.ts';

export type { ErrorPage } from './page.ts';

/** By chapter. A `*` stands for what is only known when it happens. */
export const chapters: Readonly<Record<string, ErrorPages>> = {
  'The command line and the config': commandLinePages,
  'Deploys, rollbacks, what is live': deployPages,
  'This machine and the platforms': placePages,
  'Own servers': serverPages,
  'History and locks': historyPages,
  Secrets: secretPages,
  'Backups and restores': backupPages,
};

/** The page of an error; undefined where there is none. */
export function errorPage(code: string): ErrorPage | undefined {
  const all = Object.assign({}, ...Object.values(chapters)) as ErrorPages;
  const general = Object.keys(all).find((key) => key.includes('*') && fits(key, code));
  return all[code] ?? (general === undefined ? undefined : all[general]);
}

const fits = (pattern: string, code: string): boolean =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[\\w-]+')}$`).test(code);
