/** Whole days that have passed since a moment. */
export const daysSince = (moment: string, now = Date.now()): number =>
  Math.max(0, Math.floor((now - new Date(moment).getTime()) / 86_400_000));
