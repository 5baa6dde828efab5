import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConductorError, exitCode } from '../errors.ts';
import { cleanEnvironment } from '../model/clean-environment.ts';

const run = promisify(execFile);
/** A user's own systemd is found by its bus. */
const env = () => cleanEnvironment(['DBUS_SESSION_BUS_ADDRESS']);

/** Words of `systemctl is-system-running` for a systemd that takes units: systemctl(1). */
const up = ['running', 'degraded', 'starting', 'initializing', 'maintenance', 'stopping'];

/** systemd of this machine, by its program: the system's, or this user's own. */
export class Systemd {
  readonly #which: readonly string[];

  constructor(whose: 'system' | 'user') {
    this.#which = whose === 'user' ? ['--user'] : [];
  }

  /** `systemctl --user enable NAME`, as a person types it. */
  line(...words: readonly string[]): string {
    return ['systemctl', ...this.#which, ...words].join(' ');
  }

  /** Whether it runs: not in most containers, nor for a user that nobody is logged in as. Null: this machine does not even have it. */
  async runs(): Promise<boolean | null> {
    const said = await this.#ask('is-system-running');
    return said === null ? null : up.includes(said);
  }

  /** "enabled", "disabled", "not-found"; null where nobody can tell. */
  isEnabled = (unit: string): Promise<string | null> => this.#ask('is-enabled', unit);

  /** "active", "inactive", "failed"; null where nobody can tell. */
  isActive = (unit: string): Promise<string | null> => this.#ask('is-active', unit);

  /** @throws {ConductorError} `service.systemctl` (exit 3) with what it said. */
  async do(...words: readonly string[]): Promise<void> {
    try {
      await run('systemctl', [...this.#which, ...words], { env: env() });
    } catch (error) {
      const said = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
      throw new ConductorError({
        code: 'service.systemctl',
        message: `${this.line(...words)} failed: ${said}`,
        hint: 'Fix what it says and run the command again.',
        exit: exitCode.checksFailed,
        cause: error,
      });
    }
  }

  /** The word that it answers with, whatever its exit code, which only repeats it. */
  async #ask(...words: readonly string[]): Promise<string | null> {
    try {
      return (await run('systemctl', [...this.#which, ...words], { env: env() })).stdout.trim() || 'unknown';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      return (error as { stdout?: string }).stdout?.trim() || 'unknown';
    }
  }
}
