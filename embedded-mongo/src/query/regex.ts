import { BSONRegExp } from 'bson';
import type { Value } from '../bson/values.ts';
import { CommandError } from '../errors.ts';

/** Removes what PCRE's `x` option ignores: white space and comments outside character classes. */
const withoutComments = (pattern: string): string => {
  let result = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === '\\') {
      result += char + (pattern[++at] ?? '');
    } else if (inClass) {
      if (char === ']') inClass = false;
      result += char;
    } else if (char === '[') {
      inClass = true;
      result += char;
    } else if (char === '#') {
      while (at < pattern.length && pattern[at] !== '\n') at++;
    } else if (!/\s/.test(char)) result += char;
  }
  return result;
};

/** Pattern and options of a regular expression value, or undefined for anything else. */
export const regexParts = (value: Value): { pattern: string; options: string } | undefined => {
  if (value instanceof BSONRegExp) return { pattern: value.pattern, options: value.options };
  if (value instanceof RegExp)
    return { pattern: value.source, options: value.flags.replaceAll(/[^imsx]/g, '') };
  return undefined;
};

/** Errors: 51108 for an unknown option, 51091 for a pattern that is not a regular expression. */
export const compileRegex = (pattern: string, options: string): RegExp => {
  for (const option of options)
    if (!'imsxu'.includes(option)) throw new CommandError(51108, `invalid flag in regex options: ${option}`);
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  const flags = new Set(options + (inline?.[1] ?? ''));
  let source = inline ? pattern.slice(inline[0].length) : pattern;
  if (flags.delete('x')) source = withoutComments(source);
  source = source.replace(/^\\A/, '^').replace(/\\[zZ]$/, '$');
  // Classes such as \p{L} are PCRE's by default and JavaScript's only with `u`.
  if (/\\[pP]\{/.test(source)) flags.add('u');
  try {
    return new RegExp(source, [...flags].join(''));
  } catch (cause) {
    throw new CommandError(51091, `Regular expression is invalid: ${(cause as Error).message}`, { cause });
  }
};

/** The text every match must begin with, when the pattern is anchored and says so plainly; otherwise undefined. */
export const literalPrefix = (pattern: string, options: string): string | undefined => {
  if (options !== '' || !pattern.startsWith('^') || pattern.includes('|')) return undefined;
  const plain = /^\^([^\\^$.|?*+()[\]{}]*)(.?)/s.exec(pattern)!;
  let prefix = plain[1]!;
  if (plain[2] !== '' && '?*{'.includes(plain[2]!)) prefix = prefix.slice(0, -1);
  return prefix === '' ? undefined : prefix;
};
