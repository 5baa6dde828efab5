import type { Service } from '../model/service.ts';

/** A command as platforms take it: one line. Words with anything but plain characters are quoted for a POSIX shell. */
export const commandLine = (words: readonly string[]): string =>
  words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');

/** What starts a service in its image. */
export const imageStart = ({ imageStart, start }: Pick<Service, 'start' | 'imageStart'>): readonly string[] =>
  imageStart ?? start;
