import { type Doc, getField, isDoc, toNumber, truthy } from './bson/values.ts';
import { CommandError, failedToParse } from './errors.ts';

/** The connection is to be closed without an answer. */
export class CloseConnection extends Error {}

/**
 * MongoDB's fail point `failCommand`, by which clients test what they do when a server fails: the next commands of some
 * names get an error, a write concern error, or no answer at all.
 */
export class FailPoint {
  #data: Doc | undefined;
  #times = 0;
  #skip = 0;

  /** Takes `{configureFailPoint: 'failCommand', mode, data}`. Errors: 9 for another fail point or a wrong mode. */
  configure({ configureFailPoint: name, mode, data }: Doc): void {
    if (name !== 'failCommand')
      throw failedToParse(`fail point '${String(name)}' is not supported by embedded-mongo`);
    this.#data = undefined;
    this.#skip = 0;
    if (mode === 'off') return;
    if (mode === 'alwaysOn') this.#times = Number.POSITIVE_INFINITY;
    else if (isDoc(mode) && ('times' in mode || 'skip' in mode)) {
      this.#times = toNumber(mode.times) ?? Number.POSITIVE_INFINITY;
      this.#skip = toNumber(mode.skip) ?? 0;
    } else throw failedToParse('unknown mode of a fail point');
    if (!isDoc(data)) throw failedToParse("the fail point 'failCommand' needs data");
    this.#data = data;
  }

  /** What a command of this name is in for now: an error is thrown, anything to add to its reply is answered. */
  async strike(name: string): Promise<Doc> {
    const data = this.#data;
    if (!data || !(data.failCommands as string[] | undefined)?.includes(name)) return {};
    if (this.#skip > 0) {
      this.#skip--;
      return {};
    }
    if (this.#times <= 0) return {};
    this.#times--;
    if (truthy(data.blockConnection))
      await new Promise((resolve) => setTimeout(resolve, toNumber(data.blockTimeMS) ?? 0));
    if (truthy(data.closeConnection)) throw new CloseConnection();
    const labels = data.errorLabels as string[] | undefined;
    const code = toNumber(data.errorCode);
    if (code) {
      const extra: Doc = {};
      if (getField(data, 'errInfo') !== undefined) extra.errInfo = data.errInfo;
      throw new CommandError(code, `Failing command via 'failCommand' failpoint`, {
        extra,
        labels: labels ?? labelsOf(name, code),
      });
    }
    if (!isDoc(data.writeConcernError)) return {};
    const reply: Doc = { writeConcernError: data.writeConcernError };
    const own = labels ?? labelsOf(name, toNumber(data.writeConcernError.code) ?? 0);
    if (own.length > 0) reply.errorLabels = own;
    return reply;
  }
}

/** Failures after which a client may send a write again; the server says so in a label. */
const retryable = new Set([
  6, 7, 89, 91, 134, 189, 262, 317, 358, 384, 9001, 10107, 11600, 11602, 13435, 13436,
]);
const writing = new Set([
  'insert',
  'update',
  'delete',
  'findAndModify',
  'bulkWrite',
  'commitTransaction',
  'abortTransaction',
]);
const labelsOf = (name: string, code: number): string[] =>
  retryable.has(code) && writing.has(name) ? ['RetryableWriteError'] : [];
