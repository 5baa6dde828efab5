import { commandWords } from '../config/command.ts';
import type { Command } from './found.ts';

/**
 * A command line as the config has it: Conductor runs commands without a shell, so one that needs a shell is given one, which it replaces
 * so that SIGTERM reaches the program itself. Undefined for a blank line.
 */
export function commandOf(line: string): Command | undefined {
  const text = line.trim().replaceAll(/\s*\\?\r?\n\s*/g, ' ');
  if (text === '') return undefined;
  return needsShell(text) ? ['sh', '-c', withExec(text)] : text;
}

/** Words as a list has them; those that need no quotes as one line. */
export function commandOfWords(words: readonly string[]): Command | undefined {
  const all = words.filter((word) => word.trim() !== '');
  if (all.length === 0) return undefined;
  const [shell, flag, line] = all;
  if (all.length === 3 && /(^|\/)(ba|da)?sh$/.test(shell!) && /^-[el]*c$/.test(flag!))
    return commandOf(line!);
  return all.every((word) => /^[\w@%+=:,./-]+$/.test(word)) ? all.join(' ') : all;
}

/** The line of a command, as a person would type it. */
export function lineOf(command: Command): string {
  if (typeof command === 'string') return command;
  const [shell, flag, line] = command;
  return shell === 'sh' && flag === '-c' && line !== undefined ? line : command.join(' ');
}

function needsShell(line: string): boolean {
  // A setting before the program, and what words cannot be split from.
  if (/^\w+=/.test(line) || /[*?~#(){}!]/.test(line.replaceAll(/'[^']*'|"[^"]*"/g, ''))) return true;
  // A word with quotes in its middle is one word to a shell and two to us.
  if (/[^\s'"]["']|["'][^\s'"]/.test(line.replaceAll(/(^|\s)('[^']*'|"[^"$`\\]*")(?=\s|$)/g, '$1')))
    return true;
  if (/"[^"]*[$`\\][^"]*"/.test(line)) return true;
  try {
    return commandWords(line).length === 0;
  } catch {
    return true;
  }
}

/** `a && b` → `a && exec b`: the last program takes the shell's place. Anything more involved is left as it is. */
function withExec(line: string): string {
  if (/[|;\n]|&(?!&)|(^|[^&])&$/.test(line.replaceAll('&&', '')) || /\|\||\bexec\b/.test(line)) return line;
  const parts = line.split(/\s*&&\s*/);
  const last = parts.pop()!;
  const [settings = ''] = /^(\w+=\S*\s+)*/.exec(last) ?? [];
  return [...parts, `${settings}exec ${last.slice(settings.length)}`].join(' && ');
}

/** A command that watches files for whoever writes the code: nothing to serve with. */
export const isForDevelopment = (line: string): boolean =>
  /\b(nodemon|ts-node-dev|tsnd|webpack-dev-server|concurrently|turbo (run )?dev)\b|--watch\b|--reload\b|--hot\b|\bdev\b|^(npx )?vite( serve)?(\s+-|$)|\b(react-scripts|nest|vue-cli-service|gatsby) (start|serve|develop)\b|\bng serve\b|\bvite preview\b|\brunserver\b|\bflask run\b/.test(
    line,
  ) && !/\bNODE_ENV=production\b/.test(line);
