import { commandOf } from '../command-line.ts';
import type { Found, FoundService } from '../found.ts';
import { Unreadable } from '../found.ts';
import { Names } from '../names.ts';

/**
 * A Procfile: a process a line, `web` takes the requests, `release` runs once before new code serves.
 * https://devcenter.heroku.com/articles/procfile
 * @throws {Unreadable} naming the line that is none.
 */
export function readProcfile(text: string): Found {
  const names = new Names();
  const services: FoundService[] = [];
  let release: Found['release'];
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, process, rest = ''] = /^\s*([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (process === undefined) throw new Unreadable(`line ${i + 1} is not NAME: COMMAND`);
    const command = commandOf(rest);
    if (command === undefined) throw new Unreadable(`line ${i + 1} has no command`);
    if (process === 'release') release = { service: '', command };
    else services.push(serviceOf(names.take(process), process === 'web', command));
  }
  const first = services.find(({ visited }) => visited) ?? services[0];
  return {
    services,
    stores: [],
    notCarried: [],
    ...(release && first && { release: { ...release, service: first.name } }),
  };
}

/** Names of processes that start jobs by the clock. */
export const isClock = (name: string): boolean => /clock|schedul|cron|beat$/.test(name);

function serviceOf(name: string, visited: boolean, start: FoundService['start']): FoundService {
  return {
    name,
    visited,
    start,
    ...(isClock(name) && {
      singleton: true,
      guesses: { singleton: 'by its name it starts jobs by the clock, which two of them would start twice' },
    }),
  };
}
