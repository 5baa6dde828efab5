import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { commandFile } from '../installed.ts';
import type { Service } from '../model/service.ts';

/** What a unit is made of: everything that its text says. */
export interface BootUnit {
  readonly project: string;
  readonly environment: string;
  /** Absolute folder of the project. */
  readonly root: string;
  /** Absolute path of Node, which no shell's PATH has to find. */
  readonly node: string;
  readonly services: readonly Pick<Service, 'health' | 'drain'>[];
  /** The user that a system unit runs as; null for a user's own unit, which runs as them anyway. */
  readonly user: string | null;
}

/** Seconds: for stores to come up or end, for someone else's lock, for all that is done beside. */
const stores = 60;
const lock = 120;
const margin = 60;

/** `conductor-crm-local-1a2b3c4d.service`: two folders with the same project have a unit each. */
export function unitName({ project, environment, root }: Pick<BootUnit, 'project' | 'environment' | 'root'>) {
  const place = createHash('sha256').update(root).digest('hex').slice(0, 8);
  return `conductor-${project}-${environment}-${place}.service`;
}

/** The line by which a unit is known to be ours, and whose. */
export const unitMark = ({ environment, root }: Pick<BootUnit, 'environment' | 'root'>): string =>
  `# X-Conductor: environment ${environment} of ${root}`;

/**
 * The systemd unit that has an environment serve from boot to shutdown. Nothing of its settings is in it.
 * Format: systemd.unit(5), systemd.service(5), systemd.syntax(7).
 */
export function unitText(unit: BootUnit): string {
  const { project, environment, root, node, services, user } = unit;
  const deadline = Math.max(0, ...services.map(({ health }) => health?.deadline ?? 60));
  const drain = Math.max(0, ...services.map((service) => service.drain));
  const main = commandFile;
  const run = (verb: 'start' | 'stop') =>
    [node, '--disable-warning=ExperimentalWarning', main, verb, environment, '--wait', `${lock}s`]
      .map(word)
      .join(' ');
  const path = `${join(node, '..')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  return [
    '# Written by Conductor, which replaces it when it is installed again.',
    unitMark(unit),
    '[Unit]',
    `Description=${plain(`${project}, environment ${environment}, by Conductor`)}`,
    'After=network.target',
    '',
    '[Service]',
    // What it starts outlives it: the processes of the environment are their own masters until it is stopped.
    'Type=oneshot',
    'RemainAfterExit=yes',
    'KillMode=process',
    ...(user === null ? [] : [`User=${user}`]),
    `WorkingDirectory=${plain(root)}`,
    `Environment=${word(`PATH=${path}`).replaceAll('$$', '$')}`,
    `ExecStart=${run('start')}`,
    `ExecStop=${run('stop')}`,
    'Restart=on-failure',
    'RestartSec=30',
    // Nothing was ever live, or the project cannot be read: that does not fix itself.
    'RestartPreventExitStatus=2',
    `TimeoutStartSec=${stores + deadline + lock + margin}`,
    `TimeoutStopSec=${stores + drain + lock + margin}`,
    '',
    '[Install]',
    `WantedBy=${user === null ? 'default.target' : 'multi-user.target'}`,
    '',
  ].join('\n');
}

/** `%` begins a specifier. */
const plain = (text: string): string => text.replaceAll('%', '%%');

/** One word of a command: in quotes where it needs them, and without variables. */
function word(text: string): string {
  const escaped = plain(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$');
  return /[\s"'\\;]/.test(text) ? `"${escaped}"` : escaped;
}
