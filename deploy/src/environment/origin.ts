import { hostname, userInfo } from 'node:os';
import type { Origin } from '../ledger/record.ts';

/** Who runs this command, and where. A container may have no name for its user. */
export function origin(): Origin {
  const user = process.env.USER ?? process.env.LOGNAME;
  if (user) return { user, host: hostname() };
  try {
    return { user: userInfo().username, host: hostname() };
  } catch {
    return { user: `uid ${process.getuid?.() ?? '?'}`, host: hostname() };
  }
}
