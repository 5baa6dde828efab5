import type { Candidate } from '../src/counts.ts';

const day = 24 * 60 * 60 * 1000;

/** A backup as retention sees it, of so many days before `now`. */
export const candidate = (now: Date, days: number, what: Partial<Candidate> = {}): Candidate => ({
  id: `${days} days old`,
  startedAt: new Date(now.getTime() - days * day).toISOString(),
  purpose: 'scheduled',
  verification: { state: 'verified' },
  ...what,
});

export const suspicious = { reason: 'only 1 documents of 100 before', than: 'another' };
