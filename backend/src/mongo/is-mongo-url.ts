import { parseConnectionString } from 'conductor-backup/connection-string';

/** Whether the driver would take it: also several hosts, which make it no URL. */
export function isMongoUrl(text: string): boolean {
  try {
    parseConnectionString(text);
    return true;
  } catch {
    // Why not would quote a secret.
    return false;
  }
}
