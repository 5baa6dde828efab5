import { existsSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConductorError, type ExitCode, exitCode } from '../../../errors.ts';
import { type LocalPaths, prepareFolders } from '../paths.ts';
import { endAll } from './end-all.ts';
import { findHost, findKeeper } from './host-file.ts';
import { launch } from './launch.ts';
import { logPath, tail } from './log-file.ts';
import { isAlive, signalProcess } from './process-id.ts';
import {
  eventSchema,
  type HostObserved,
  type HostTraffic,
  observedSchema,
  protocolVersion,
  type RolloutEvent,
  type RolloutSpec,
  trafficSchema,
} from './protocol.ts';

/** ms that a host may take to come up, or back. */
const patience = 15_000;
/** ms that a killed host may take to be back, its keeper watching. A whole machine that was restarted has neither. */
const comeback = 2_000;
/** ms for the answer to a question that takes the host 2 s at most, and after which it is taken to hang and is replaced. */
const answerLimit = 5_000;
const hangLimit = 10_000;
/** ms for keeper and host to end by themselves when all that they own has ended. */
const farewell = 2_000;

/** The command's side of the control socket. */
export class HostClient {
  readonly #paths: LocalPaths;
  readonly #environment: string;

  constructor(paths: LocalPaths, environment: string) {
    this.#paths = paths;
    this.#environment = environment;
  }

  /** Finds the host, or starts one. One that hangs, or speaks another version of the protocol, is replaced; services go on. */
  async ensure(): Promise<void> {
    prepareFolders(this.#paths);
    await this.endSilent();
    const found = findHost(this.#paths.hostFile);
    if (found !== null && found.protocol !== protocolVersion) {
      await this.#ask('POST', '/v1/leave');
      await until(
        () => findHost(this.#paths.hostFile) === null,
        'The supervisor process of an earlier version does not end.',
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

  /**
   * What the host says of its environment; null when no host runs. One that has just died is waited for: its keeper starts it again.
   * @throws {HostSilent} when it hangs.
   */
  async observe(): Promise<HostObserved | null> {
    const { hostFile, keeperFile } = this.#paths;
    const late = Date.now() + comeback;
    while (existsSync(hostFile)) {
      if (findHost(hostFile) !== null) {
        try {
          return observedSchema.parse(await this.#ask('GET', '/v1/state'));
        } catch (error) {
          if (!isGone(error)) throw error;
        }
        // Keepers of earlier versions have no file.
      } else if (existsSync(keeperFile) && findKeeper(keeperFile) === null) return null;
      if (Date.now() > late) return null;
      await sleep(20);
    }
    return null;
  }

  /**
   * Has a release rolled out. A `gate` event is passed on, and the rollout goes on when the next event is asked for. When the
   * signal aborts, all is rolled back and the events say so; when the caller stops listening, too.
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

  /** What was answered for each replica that runs. */
  async traffic(): Promise<HostTraffic> {
    return trafficSchema.parse(await this.#ask('GET', '/v1/traffic'));
  }

  /**
   * Has what `write` writes down be what visitors are told. Where no host runs, the next one finds it; one of an earlier version, which
   * would not look, is replaced.
   */
  async setMaintenance(write: () => void): Promise<void> {
    prepareFolders(this.#paths);
    write();
    if ((await this.observe()) === null) return;
    await this.ensure();
    await this.#ask('POST', '/v1/maintenance');
  }

  async removeService(name: string): Promise<void> {
    await this.#ask('DELETE', `/v1/service?name=${encodeURIComponent(name)}`);
  }

  /** Has what was live when everything was stopped serve again. It is on its way when this resolves; `observe` tells when it is up. */
  async start(): Promise<void> {
    await this.ensure();
    await this.#ask('POST', '/v1/start');
  }

  /**
   * Ends everything of the environment, the host and its keeper, also where those are dead or hang. Data stays. When it resolves, nothing
   * runs, listens or says that it does.
   */
  async stop(): Promise<void> {
    const host = findHost(this.#paths.hostFile);
    const keeper = findKeeper(this.#paths.keeperFile);
    if (host !== null && (await this.#stopsByItself())) {
      const late = Date.now() + farewell;
      while ((isAlive(host) || (keeper && isAlive(keeper))) && Date.now() < late) await sleep(20);
    }
    await endAll(this.#paths);
  }

  /** Has the host end everything, which may take as long as services may drain. False when it could not, or hangs. */
  async #stopsByItself(): Promise<boolean> {
    const over = new AbortController();
    const stopped = this.#ask('POST', '/v1/stop', null).then(() => true);
    const silence = this.#untilSilent(over.signal).then(() => false);
    try {
      return await Promise.race([stopped, silence]);
    } catch {
      // It died, or could not do it. What it has left is ended without it, and that fails with its own reason.
      return false;
    } finally {
      over.abort();
    }
  }

  async #untilSilent(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted && !(await this.#speaks())) return;
    }
  }

  /** Ends a host that hangs: the next one takes what runs over. */
  async endSilent(): Promise<void> {
    const host = findHost(this.#paths.hostFile);
    if (host === null || (await this.#speaks())) return;
    signalProcess(host, 'SIGKILL');
    await until(() => !isAlive(host), 'The supervisor process does not end.');
  }

  /** False when the host has not answered in time. One that is not there (any more, or yet) may be on its way. */
  async #speaks(): Promise<boolean> {
    try {
      await this.#ask('GET', '/v1/state', hangLimit);
      return true;
    } catch (error) {
      if (isGone(error)) return true;
      if (error instanceof HostSilent) return false;
      throw error;
    }
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

  /** @param limit ms for the whole answer; null: as long as it takes. */
  async #ask(method: string, path: string, limit: number | null = answerLimit): Promise<unknown> {
    const host = findHost(this.#paths.hostFile);
    const signal = limit === null ? undefined : AbortSignal.timeout(limit);
    let text = '';
    let answer: IncomingMessage;
    try {
      answer = await this.#open(method, path, undefined, signal);
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    } catch (error) {
      if (signal?.aborted) throw new HostSilent(host?.pid ?? 0, this.#environment, error);
      throw error;
    }
    const body: unknown = JSON.parse(text);
    if (answer.statusCode !== 200 && answer.statusCode !== 404)
      throw new Error(`The supervisor process answered ${text}`);
    return body;
  }

  #open(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
    const host = findHost(this.#paths.hostFile);
    return new Promise((resolve, reject) => {
      if (host === null) return reject(new HostLost());
      const outgoing = request({ socketPath: host.socket, path, method, agent: false, signal });
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  #didNotStart(): ConductorError {
    const log = logPath(this.#paths.logs, 'host');
    return new ConductorError({
      code: 'local.host-start',
      message: `The supervisor process did not start.\n${tail(log, 10).join('\n')}`,
      hint: `Its log is ${log}.`,
      exit: exitCode.ourFault,
      fault: 'conductor',
    });
  }
}

/** The host ended while it was asked. */
export class HostLost extends Error {
  constructor() {
    super('The supervisor process ended.');
    this.name = 'HostLost';
  }
}

/** The host lives and does not answer. Its keeper replaces it soon, where it has one. */
export class HostSilent extends ConductorError {
  constructor(pid: number, environment: string, cause: unknown) {
    super({
      code: 'local.host-silent',
      message: `The supervisor process ${pid} has not answered for ${answerLimit / 1_000} s.`,
      hint: `Replace it, while services go on: conductor start ${environment}`,
      exit: exitCode.unknown,
      cause,
    });
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
