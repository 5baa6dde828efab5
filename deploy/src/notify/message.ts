import type { EventKind, NotifyEvent } from '../model/event.ts';

/** An event in words. */
export interface Message {
  /** One line, enough on a locked phone. */
  readonly subject: string;
  /** Facts in the order in which a reader asks for them. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Log lines and the like, shown as they are. */
  readonly evidence: string;
  readonly links: NotifyEvent['links'];
  /** Someone should look now. */
  readonly alarm: boolean;
}

const words: Record<EventKind, { readonly mark: string; readonly says: string; readonly alarm: boolean }> = {
  started: { mark: '▶', says: 'deploy started', alarm: false },
  live: { mark: '✓', says: 'is live', alarm: false },
  failed: { mark: '✗', says: 'failed', alarm: true },
  'rolled-back': { mark: '↩', says: 'was rolled back', alarm: true },
  unknown: { mark: '?', says: 'ended in an unknown state', alarm: true },
  aborted: { mark: '■', says: 'deploy aborted', alarm: false },
  'locked-out': { mark: '⛔', says: 'deploy refused: the environment is locked', alarm: false },
  'backup-failed': { mark: '✗', says: 'backup failed', alarm: true },
  'backup-alarm': { mark: '!', says: 'backup alarm', alarm: true },
};

const mostSubjects = 10;
const longestEvidence = 2_500;

/** Says an event in words. Pure; what must not be said was taken out before. */
export function messageOf(event: NotifyEvent): Message {
  const { mark, says, alarm } = words[event.kind];
  const place = `${event.project} ${event.environment}`;
  return {
    subject: `${mark} ${place}: ${event.version ? `${event.version} ` : ''}${says}${consequence(event)}`,
    facts: factsOf(event),
    evidence: (event.evidence ?? []).join('\n').slice(-longestEvidence),
    links: event.links,
    alarm,
  };
}

/** What a failure means to those who use the environment. */
function consequence({ kind, serving }: NotifyEvent): string {
  if (kind !== 'failed' || serving === undefined) return '';
  return serving === null ? '; nothing is serving' : '; the release before is still serving';
}

/** A message as plain text, for e-mail and the terminal. */
export function textOf(message: Message): string {
  const facts = message.facts.map(({ name, value }) => `${name}: ${value.replaceAll('\n', '\n  ')}`);
  const links = message.links.map(({ title, url }) => `${title}: ${url}`);
  const blocks = [message.subject, facts.join('\n'), message.evidence, links.join('\n')];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function factsOf(event: NotifyEvent): Message['facts'] {
  const facts: Record<string, string | undefined> = {
    Why: event.detail,
    'Serving now': event.serving ?? undefined,
    Took: event.seconds === undefined ? undefined : duration(event.seconds),
    By: event.who,
    Reason: event.reason,
    Commits: commits(event.commits),
  };
  return Object.entries(facts).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

function commits(range: NotifyEvent['commits']): string | undefined {
  if (!range) return undefined;
  const short = (commit: string) => commit.slice(0, 7);
  const title = range.from ? `${short(range.from)}…${short(range.to)}` : short(range.to);
  const { subjects } = range;
  const more = subjects.length > mostSubjects ? [`… and ${subjects.length - mostSubjects} more`] : [];
  return [title, ...subjects.slice(0, mostSubjects).map((subject) => `- ${subject}`), ...more].join('\n');
}

/** 75 → `1 min 15 s` */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
