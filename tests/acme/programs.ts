import { spawnSync } from 'node:child_process';

/** What a test needs that is not on this machine, as a reason to skip it; null: all is there. */
export function missingPrograms(...programs: readonly string[]): string | null {
  const absent = programs.filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name} || test -x /usr/sbin/${name}`]).status !== 0,
  );
  if (absent.length === 0) return null;
  const packages: Readonly<Record<string, string>> = {
    nginx: 'nginx-light',
    'pebble-challtestsrv': 'pebble',
  };
  const named = [...new Set(absent.map((name) => packages[name] ?? name))];
  return `needs ${absent.join(', ')} (Debian: apt-get install ${named.join(' ')})`;
}
