import type { ProblemLanguage } from '../problem.ts';
import { portuguese } from './portuguese.ts';

const kinds: Readonly<Record<string, string>> = {
  lead: 'lead',
  contact: 'contato',
  company: 'empresa',
  deal: 'negócio',
  task: 'tarefa',
  email: 'e-mail',
  template: 'modelo',
  user: 'pessoa',
};

const patterns = Object.entries(portuguese)
  .filter(([english]) => english.includes('{}'))
  .map(([english, text]) => ({ pattern: patternOf(english), text }));

/** A sentence of ours in the language of whoever reads it; one that the list does not have stays as it is. */
export function translate(english: string, language: ProblemLanguage): string {
  if (language === 'en') return english;
  const whole = portuguese[english];
  if (whole !== undefined) return whole;
  for (const { pattern, text } of patterns) {
    const parts = pattern.exec(english)?.slice(1);
    if (parts) return text.replaceAll('{}', () => inWords(parts.shift()!));
  }
  return english;
}

const inWords = (part: string): string => kinds[part] ?? part;

function patternOf(english: string): RegExp {
  const parts = english.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.+?)')}$`, 's');
}
