/** `vYYYYMMDD_HHMMSS` of a moment, in UTC. */
export function versionAt(moment: Date): string {
  const digits = moment.toISOString().replace(/\D/g, '');
  return `v${digits.slice(0, 8)}_${digits.slice(8, 14)}`;
}

/** The version for a release made now: of this second, or of the first one after it that no release has yet. */
export function nextVersion(now: Date, taken: ReadonlySet<string>): string {
  for (let moment = now; ; moment = new Date(moment.getTime() + 1000)) {
    const version = versionAt(moment);
    if (!taken.has(version)) return version;
  }
}

export const versionPattern = /^v\d{8}_\d{6}$/;
