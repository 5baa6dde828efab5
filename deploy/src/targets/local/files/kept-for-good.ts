/** Folders in which bundlers put only what has the hash of its content in its name. */
const hashedFolders = /\/(?:_next\/static|_app\/immutable|_astro|_nuxt)\//;

/**
 * Whether a file's name changes whenever its content does, so that a browser need never ask for it again: `index-BkX3a9Qz.js`,
 * `main.1f3c09ab.css`. In doubt it does not: what is asked for again is at worst a little slower, and what is kept wrongly is stale for a year.
 */
export function isKeptForGood(path: string): boolean {
  if (hashedFolders.test(path)) return true;
  const [, hash = ''] = /[.-]([\w-]{8,64})\.\w+(?:\.map)?$/.exec(path) ?? [];
  const parts = [hash, hash.slice(-8)];
  return parts.some(isHash);
}

/** Of hexadecimal digits, or of the eight characters that Rollup writes; a date, a size or a word is none. */
const isHash = (part: string): boolean =>
  (/^[0-9a-f]{8,64}$/.test(part) && /\d/.test(part) && /[a-f]/.test(part)) ||
  (/^[\w-]{8}$/.test(part) && /\d/.test(part) && /[a-z]/.test(part) && /[A-Z]/.test(part));
