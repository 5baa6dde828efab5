import type { Finding } from '../model/finding.ts';
import type { CheckContext } from './context.ts';

/** Headings of the checklist, in its order. */
export const sections = [
  'Code',
  'Security',
  'Data',
  'Performance',
  'Monitoring',
  'Documentation',
  'Infrastructure',
  'After the deploy',
] as const;
export type Section = (typeof sections)[number];

/** A check's answer: a finding without its title, which is the check's. */
export type Answer = Omit<Finding, 'title'>;

/** A read-only question about whether a deploy may go ahead (or, after it, whether it went well). */
export interface Check {
  /** Short name for the config and the documentation; never reused for another question. */
  readonly id: string;
  /** What is true when it is good: "No secret in the tree". */
  readonly title: string;
  readonly section: Section;
  /** For the reference: what is looked at, and when the answer is a warning or a failure. */
  readonly about: string;
  /** Checks that use the working tree for themselves (building, testing) run one after another, in the list's order. */
  readonly alone?: boolean;
  /** Seconds after which it counts as failed. Default 60. */
  readonly deadline?: number;
  /** True, or why there is nothing to ask here. */
  applies(context: CheckContext): true | string;
  /** Throws only when the question could not be asked; that is a failure too. */
  run(context: CheckContext, signal: AbortSignal): Promise<Answer>;
}

/** It is as it should be. */
export const good = (detail?: string): Answer => ({ level: 'ok', ...(detail ? { detail } : {}) });

/** It should be fixed, and a deploy may go ahead. */
export const warning = (detail: string, fix: string): Answer => ({ level: 'warning', detail, fix });

/** It stops a deploy where the environment requires the check. */
export const failure = (detail: string, fix: string): Answer => ({ level: 'failure', detail, fix });

/** The question has no answer yet, for a reason that is nobody's mistake: a warning, never a pass. */
export const cannotTell = (why: string, fix: string): Answer => warning(`Cannot tell: ${why}`, fix);

const rank = { ok: 0, warning: 1, failure: 2 } as const;

/** One answer for several findings: the worst level, and what is wrong with each. */
export function combine(findings: readonly Finding[]): Answer {
  const wrong = findings.filter(({ level }) => level !== 'ok');
  if (wrong.length === 0) return good(findings.map(({ title }) => title).join('; '));
  const level = wrong.reduce<Finding['level']>(
    (worst, each) => (rank[each.level] > rank[worst] ? each.level : worst),
    'ok',
  );
  const lines = wrong.map(({ title, detail }) => (detail ? `${title}: ${detail}` : title));
  const fixes = new Set(wrong.flatMap(({ fix }) => (fix ? [fix] : [])));
  return { level, detail: lines.join('\n'), fix: [...fixes].join('\n') };
}

/** At most ten of a list, one a line, and how many more there are. */
export function listed(items: readonly string[], most = 10): string {
  const more = items.length > most ? [`… and ${items.length - most} more`] : [];
  return [...items.slice(0, most), ...more].join('\n');
}
