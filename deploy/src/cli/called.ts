import { sep } from 'node:path';
import { commands } from './commands.ts';

/**
 * How the person called this command, and so calls it again: by the launcher of a repository as they typed it (it says so in
 * `CONDUCTOR_COMMAND`), by a package manager from a project's `node_modules`, or by its name.
 * @param script `process.argv[1]`
 */
export function calledAs(script: string, env: NodeJS.ProcessEnv): string {
  if (env.CONDUCTOR_COMMAND?.includes('/')) return env.CONDUCTOR_COMMAND;
  if (!script.includes(`${sep}node_modules${sep}`)) return 'conductor';
  const [manager = 'npm'] = (env.npm_config_user_agent ?? '').split('/');
  return (
    { pnpm: 'pnpm exec conductor', yarn: 'yarn conductor', bun: 'bunx conductor' }[manager] ?? 'npx conductor'
  );
}

const spoken = new RegExp(
  `(?<![\\w./-]|npx |--no |exec |yarn |bunx )conductor (?=(?:${Object.keys(commands).join('|')}|help|--help)\\b)`,
  'g',
);

/** A text in which each command of ours is written as `called`, so that what is printed works when it is typed. */
export const asCalled = (text: string, called: string): string =>
  called === 'conductor' ? text : text.replace(spoken, `${called} `);
