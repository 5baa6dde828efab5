import { parseSignInSearch, type SignInSearch } from './session/next.ts';

/** The screens before the door, by the first part of their addresses. */
export const doorScreens = ['login', 'forgot', 'setup', 'reset', 'invite'] as const;

/** Which of them is open, with what its address says. */
export interface DoorAddress {
  screen: (typeof doorScreens)[number];
  /** The secret of a link, `/invite/…` or `/reset/…`; empty for the others. */
  token: string;
  search: SignInSearch;
}

/** What an address of the page before the door opens, or undefined where it opens nothing. */
export function doorAddress({
  pathname,
  search,
}: {
  pathname: string;
  search: string;
}): DoorAddress | undefined {
  const [, name, token = ''] = pathname.split('/');
  const screen = doorScreens.find((one) => one === name);
  if (!screen) return undefined;
  return {
    screen,
    token: decodeURIComponent(token),
    search: parseSignInSearch(Object.fromEntries(new URLSearchParams(search))),
  };
}
