import { existsSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConductorError, type ExitCode, exitCode } from '../../../errors.ts';
import { type LocalPaths, prepareFolders } from '../paths.ts';
import { findHost } from './host-file.ts';
import { launch } from './launch.ts';
import { logPath, tail } from './log-file.ts';
import { identify, isAlive } from './process-id.ts';
import {
  eventSchema,
  type HostObserved,
  observedSchema,
  protocolVersion,
  type RolloutEvent,
  type RolloutSpec,
} from './protocol.ts';

/** ms that a host may take to come up, or back. */
const patience = 15_000;
/** ms that a killed host may take to be back, its keeper watching. A whole machine that was restarted has neither. */
const comeback = 2_000;

/** The command's side of the control socket. */
export class HostClient {
  readonly #paths: LocalPaths;

  constructor(paths: LocalPaths) {
    this.#paths = paths;
  }

  /** Finds the host, or starts one. A host that speaks another version of the protocol is replaced; services go on. */
  async ensure(): Promise<void> {
    prepareFolders(this.#paths);
    const found = findHost(this.#paths.hostFile);
    if (found !== null && found.protocol !== protocolVersion) {
      await this.#ask('POST', '/v1/leave');
      await until(
        () => findHost(this.#paths.hostFile) === null,
        'The host of an earlier version does not end.',
      );
    }
    if (await this.#answers()) return;
    let ended: number | null | undefined;
    if (findHost(this.#paths.hostFile) === null) {
      void launch('main', this.#paths).ended.then((code) => {
        ended = code;
      });
    }
    const late = Date.now() + patience;
    while (!(await this.#answers())) {
      if ((ended !== undefined && ended !== 0) || Date.now() > late) throw this.#didNotStart();
      await sleep(20);
    }
  }

  /** What the host says of its environment; null when no host runs. One that has just died is waited for: its keeper starts it again. */
  async observe(): Promise<HostObserved | null> {
    const late = Date.now() + comeback;
    while (existsSync(this.#paths.hostFile)) {
      if (findHost(this.#paths.hostFile) !== null) {
        try {
          return observedSchema.parse(await this.#ask('GET', '/v1/state'));
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      }
      if (Date.now() > late) return null;
      await sleep(20);
    }
    return null;
  }

  /**
   * Has a release rolled out. A `gate` event is passed on, and the rollout goes on when the next event is asked for. When the
   * signal aborts, all is taken back and the events say so; when the caller stops listening, too.
   */
  async *rollOut(spec: RolloutSpec, signal: AbortSignal): AsyncGenerator<RolloutEvent> {
    const answer = await this.#open('POST', '/v1/rollout', spec);
    const abort = () => void this.#ask('POST', '/v1/rollout/abort').catch(() => answer.destroy());
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      for await (const line of createInterface({ input: answer })) {
        const event = eventSchema.parse(JSON.parse(line));
        yield event;
        if (event.kind === 'gate' && !signal.aborted) await this.#ask('POST', '/v1/rollout/continue');
        if (event.kind === 'end' || event.kind === 'error') return;
      }
      throw new HostLost();
    } catch (error) {
      throw isGone(error) ? new HostLost() : error;
    } finally {
      signal.removeEventListener('abort', abort);
      answer.destroy();
    }
  }

  async removeService(name: string): Promise<void> {
    await this.#ask('DELETE', `/v1/service?name=${encodeURIComponent(name)}`);
  }

  /** Ends everything that the host owns, the host and its keeper. Data stays. When it resolves, nothing runs. */
  async stop(): Promise<void> {
    const host = findHost(this.#paths.hostFile);
    const observed = await this.observe();
    if (host === null || observed === null) return;
    const keeper = observed.keeper === null ? null : identify(observed.keeper);
    await this.#ask('POST', '/v1/stop');
    await until(() => !isAlive(host) && !(keeper && isAlive(keeper)), 'The host does not end.');
  }

  async #answers(): Promise<boolean> {
    if (findHost(this.#paths.hostFile)?.protocol !== protocolVersion) return false;
    try {
      await this.#ask('GET', '/v1/state');
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  async #ask(method: string, path: string): Promise<unknown> {
    const answer = await this.#open(method, path);
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    const body: unknown = JSON.parse(text);
    if (answer.statusCode !== 200 && answer.statusCode !== 404) throw new Error(`The host answered ${text}`);
    return body;
  }

  #open(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    const host = findHost(this.#paths.hostFile);
    return new Promise((resolve, reject) => {
      if (host === null) return reject(new HostLost());
      const outgoing = request({ socketPath: host.socket, path, method, agent: false });
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  #didNotStart(): ConductorError {
    const log = logPath(this.#paths.logs, 'host');
    return new ConductorError({
      code: 'local.host-start',
      message: `The host process did not start.\n${tail(log, 10).join('\n')}`,
      hint: `Its log is ${log}.`,
      exit: exitCode.ourFault,
      fault: 'conductor',
    });
  }
}

/** The host ended while it was asked. */
export class HostLost extends Error {
  constructor() {
    super('The host process ended.');
    this.name = 'HostLost';
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return error instanceof HostLost || ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code);
}

async function until(condition: () => boolean, message: string): Promise<void> {
  const late = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > late) {
      throw new ConductorError({
        code: 'local.host-end',
        message,
        exit: exitCode.ourFault,
        fault: 'conductor',
      });
    }
    await sleep(20);
  }
}

/** The error that an event of the host stands for. */
export function asError({
  code,
  message,
  hint,
  exit,
}: Extract<RolloutEvent, { kind: 'error' }>): ConductorError {
  return new ConductorError({
    code,
    message,
    exit: exit as ExitCode,
    ...(hint === undefined ? {} : { hint }),
  });
}
