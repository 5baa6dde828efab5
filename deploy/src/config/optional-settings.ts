import type { DescribedService } from './description.ts';
import type { Setting } from './settings.ts';

/** A setting that a release goes without where its secret has no value. */
export const isOptional = (setting: Setting): boolean =>
  typeof setting === 'object' && setting.kind === 'optional';

/** Lines that name the optional settings of a file without them, those together that the same services have. None where there are none. */
export function leftOut(services: readonly Pick<DescribedService, 'name' | 'settings'>[]): string[] {
  const users = new Map<string, string[]>();
  for (const { name, settings } of services) {
    for (const [key, setting] of Object.entries(settings)) {
      if (isOptional(setting)) users.set(key, [...(users.get(key) ?? []), name]);
    }
  }
  const lines = Map.groupBy(users, ([, names]) => names.join(', '));
  if (lines.size === 0) return [];
  return [
    'Left out, because they may have no value. Give one in the dashboard to those that are wanted:',
    ...[...lines].flatMap(([names, keys]) => wrapped(`${names}: ${keys.map(([key]) => key).join(', ')}`)),
  ];
}

/** Lines of at most 110 characters, indented as a list under the line before. */
function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1)!.length + word.length > 108) lines.push('');
    lines.push(`${lines.pop()} ${word}`);
  }
  return lines.map((line, i) => `${i === 0 ? ' ' : '   '}${line}`);
}
