/** How long ago something was, as people say it: `just now`, `4 min ago`, `3 h ago`, `12 d ago`. */
export function ago(at: string, now = new Date()): string {
  const minutes = Math.floor((now.getTime() - Date.parse(at)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** A time of today for people, in UTC: `00:27:16 UTC`. `at`: milliseconds since the epoch. */
export const timeOfDay = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`;

/** A moment for people, in UTC as versions are: `2026-11-24 00:27:16 UTC`. */
export const moment = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
