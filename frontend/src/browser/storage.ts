/**
 * What this browser remembers by itself. A browser that forbids storage (private mode, strict settings) simply
 * remembers nothing; that is no reason for a screen to fail.
 */
export const storage = {
  get(name: string): string | null {
    try {
      return localStorage.getItem(`conductor.${name}`);
    } catch {
      return null;
    }
  },
  set(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(`conductor.${name}`);
      else localStorage.setItem(`conductor.${name}`, value);
    } catch {
      // Not remembered: see above.
    }
  },
  /** Forgets everything whose name begins so. */
  forget(beginning: string): void {
    try {
      for (const key of Object.keys(localStorage))
        if (key.startsWith(`conductor.${beginning}`)) localStorage.removeItem(key);
    } catch {
      // There was nothing to remember with.
    }
  },
};
