import { format } from 'node:util';
import { LogFile } from './log-file.ts';

/**
 * The host's (or keeper's) own words: said to its log, which can fail without ending anything. What could not be written is counted,
 * and the count is written when there is room again.
 */
export class Words {
  readonly #log: LogFile;
  readonly #who: string;

  /** @param who "host", "keeper". */
  constructor(path: string, who: string) {
    this.#log = new LogFile(path);
    this.#who = `${who} ${process.pid}`;
  }

  /** Never throws. Errors are written with their stack. */
  say(...what: unknown[]): void {
    this.#log.append(`${new Date().toISOString()} ${this.#who} ${format(...what)}\n`);
  }

  /**
   * From here on nothing that this process says ends it: `console` goes here, and so do the failures of its own output, which is the
   * same file, for what Node itself says when it gives up.
   */
  takeOver(): void {
    for (const level of ['log', 'info', 'warn', 'error'] as const) {
      console[level] = (...what: unknown[]) => this.say(...what);
    }
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error) => this.say(error));
    }
  }
}
