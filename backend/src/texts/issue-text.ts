import type { z } from 'zod';
import type { ProblemLanguage } from '../problem.ts';
import { translate } from './translate.ts';

/** What a schema finds wrong, as it is told of: the issue without its message. */
export type Issue = Omit<z.core.$ZodIssue, 'message' | 'path'> & Record<string, unknown>;

type Words = readonly [pt: string, en: string];

/** Says what is wrong with a value in the words of a person, not of a schema. `message`: the schema's own, where it has one. */
export function issueText(issue: Issue, message: string | undefined, language: ProblemLanguage): string {
  const words = wordsOf(issue, message);
  if (words === undefined) return translate(message ?? 'is not valid', language);
  return words[language === 'pt' ? 0 : 1];
}

/** Undefined where the schema has words of its own. */
function wordsOf(issue: Issue, message: string | undefined): Words | undefined {
  const { minimum, maximum, origin, format, expected } = issue as Record<string, unknown>;
  switch (issue.code) {
    case 'invalid_type':
      if (/received undefined/.test(message ?? '')) return ['Preencha este campo.', 'Fill this in.'];
      if (expected === 'int') return ['Use um número inteiro.', 'Use a whole number.'];
      if (expected === 'number') return ['Use um número.', 'Use a number.'];
      return ['Este valor não é válido.', 'This value is not valid.'];
    case 'invalid_value':
      return ['Escolha uma das opções.', 'Choose one of the options.'];
    case 'too_small':
      if (origin === 'string')
        return minimum === 1
          ? ['Preencha este campo.', 'Fill this in.']
          : [`Use pelo menos ${minimum} caracteres.`, `Use at least ${minimum} characters.`];
      if (origin === 'array') return [`Escolha pelo menos ${minimum}.`, `Choose at least ${minimum}.`];
      return [`O mínimo é ${minimum}.`, `The least is ${minimum}.`];
    case 'too_big':
      if (origin === 'string')
        return [`Use no máximo ${maximum} caracteres.`, `Use at most ${maximum} characters.`];
      if (origin === 'array') return [`No máximo ${maximum}.`, `At most ${maximum}.`];
      return [`O máximo é ${maximum}.`, `The most is ${maximum}.`];
    case 'invalid_format':
      return formats[String(format)];
    case 'unrecognized_keys': {
      const names = (issue.keys as string[]).join(', ');
      return [`Não há este campo aqui: ${names}.`, `There is no such field here: ${names}.`];
    }
    case 'custom':
      return undefined;
    default:
      return ['Este valor não é válido.', 'This value is not valid.'];
  }
}

/** Formats that have no words of their own where they are used. */
const formats: Readonly<Record<string, Words>> = {
  email: ['Este e-mail não é válido.', 'This e-mail address is not valid.'],
  url: ['Este endereço não é válido.', 'This address is not valid.'],
  datetime: ['Esta data e hora não é válida.', 'This date and time is not valid.'],
  date: ['Esta data não é válida.', 'This date is not valid.'],
};
