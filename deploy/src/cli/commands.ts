import type { Command } from './command.ts';

type Load = () => Promise<{ readonly default: Command }>;

/** Every command, in the order of help. Each is loaded when it is called, so that none pays for another's libraries. */
export const commands: Readonly<Record<string, Load>> = {
  init: () => import('./init.ts'),
  deploy: () => import('./deploy.ts'),
  plan: () => import('./plan.ts'),
  rollback: () => import('./rollback.ts'),
  status: () => import('./status.ts'),
  releases: () => import('./releases.ts'),
  logs: () => import('./logs.ts'),
  run: () => import('./run-command.ts'),
  connect: () => import('./connect.ts'),
  check: () => import('./check.ts'),
  domains: () => import('./domains.ts'),
  export: () => import('./export.ts'),
  secrets: () => import('./secrets.ts'),
  resume: () => import('./resume.ts'),
  abort: () => import('./abort.ts'),
  lock: () => import('./lock.ts'),
  backup: () => import('./backup.ts'),
  restore: () => import('./restore.ts'),
  start: () => import('./start.ts'),
  stop: () => import('./stop.ts'),
  maintenance: () => import('./maintenance.ts'),
  service: () => import('./service.ts'),
  server: () => import('./server.ts'),
};

export const loadCommand = async (name: string): Promise<Command | undefined> =>
  Object.hasOwn(commands, name) ? (await commands[name]!()).default : undefined;
