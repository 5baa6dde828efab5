import { isErrorLine } from '../../checks/error-kinds.ts';
import type { Target } from '../../targets/target.ts';
import { minute } from './judge.ts';

/** Lines that are looked through for those of the last minute. */
const looked = 500;

/** Lines of level error that a service's release logged in the minute before now. Lines that do not say when count too. */
export async function errorLinesBefore(
  target: Pick<Target, 'logs'>,
  service: string,
  version: string,
  signal?: AbortSignal,
): Promise<number> {
  const from = Date.now() - minute * 1000;
  let found = 0;
  for await (const { at, text } of target.logs(service, {
    lines: looked,
    version,
    ...(signal && { signal }),
  })) {
    if (isErrorLine(text) && (at === null || Date.parse(at) >= from)) found++;
  }
  return found;
}

/** Follows the log of a service's release, and counts its lines of level error. */
export class ErrorLines {
  #found = 0;
  /** Why the log could not be followed to the end. */
  problem: string | undefined;

  constructor(target: Pick<Target, 'logs'>, service: string, version: string, signal: AbortSignal) {
    void this.#follow(target, service, version, signal);
  }

  /** How many there were since the last call. */
  take(): number {
    const found = this.#found;
    this.#found = 0;
    return found;
  }

  async #follow(target: Pick<Target, 'logs'>, service: string, version: string, signal: AbortSignal) {
    const from = Date.now();
    try {
      // Some places refuse to give no line at all; what was logged before is left out by its time.
      for await (const { at, text } of target.logs(service, { lines: 1, follow: true, version, signal })) {
        if (isErrorLine(text) && (at === null || Date.parse(at) >= from)) this.#found++;
      }
    } catch (error) {
      if (!signal.aborted) this.problem = (error as Error).message;
    }
  }
}
