import type { Finding } from '../../../model/finding.ts';
import type { Facts } from './facts.ts';
import type { Login } from './login.ts';

/** What a machine is wanted to be. */
export interface Wanted {
  /** By which deploys reach the engine. */
  readonly account: string;
  /** Public ports of the edge; none: visitors come to another server. */
  readonly ports: readonly number[];
  /** Its own firewall counts. */
  readonly firewall: boolean;
  /** Addresses of the other servers. */
  readonly others: readonly string[];
}

/** What is found, and how root mends it there. */
export interface Found extends Finding {
  readonly mend?: {
    /** What it does, in a few words that begin small. */
    readonly doing: string;
    /** Lines of a shell; run a second time they change nothing. */
    readonly lines: readonly string[];
  };
}

export interface Look {
  readonly facts: Facts;
  readonly wanted: Wanted;
  readonly login: Login;
}

/** One thing that is asked of a machine. Null: it does not matter here. */
export type Check = (look: Look) => Found | null;

export const ok = (title: string): Found => ({ level: 'ok', title });

/** Something that a person has to do, or decide. */
export const byHand = (level: 'warning' | 'failure', title: string, fix: string): Found => ({
  level,
  title,
  fix,
});

/** Something that `--install` does, and a person may. */
export const mended = (
  level: 'warning' | 'failure',
  title: string,
  doing: string,
  lines: readonly string[],
): Found => ({ level, title, fix: lines.join('\n'), mend: { doing, lines } });

/** Waits while another program installs packages, but not while one fetches lists of them. */
export const aptGet = (...words: string[]): string =>
  `DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 ${words.join(' ')}`;

/** What was begun and killed is ended first. */
export const install = (...packages: string[]): string[] => [
  'dpkg --configure --pending',
  aptGet('update'),
  aptGet('install', '--yes', '--install-recommends', ...packages),
];
