import { rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ConductorError, exitCode } from '../../../errors.ts';
import type { House } from './house.ts';
import { markSeen } from './log-pipe.ts';
import { identify, signalProcess } from './process-id.ts';
import { type HostObserved, protocolVersion, type RolloutEvent, rolloutSchema } from './protocol.ts';
import { rollOut } from './rollout.ts';
import { beat, watchForSilence } from './silence.ts';

/** A rollout under way, tied to the connection of the command that asked for it. */
interface Rollout {
  readonly version: string;
  readonly calledOff: AbortController;
  readonly done: Promise<void>;
  openGate: (() => void) | null;
}

/** What the control server needs from the process that it runs in. */
export interface Life {
  /** Ends the host: with everything it owns, or leaving that to the next host. */
  end(how: 'stop' | 'leave'): Promise<void>;
}

/** The host's side of the control socket: HTTP with JSON, for this user only, as the folder of the socket guarantees. */
export class Control {
  readonly #house: House;
  readonly #life: Life;
  #server: Server;
  /** The socket by its number in the file system, for another can come in its place. */
  #listening: { readonly inode: number; readonly socket: string } | null = null;
  #rollout: Rollout | null = null;
  #keeper: { pid: number; answer: ServerResponse } | null = null;
  /** Called when no keeper watches over this host any more. */
  onKeeperLost: () => void = () => {};

  constructor(house: House, life: Life) {
    this.#house = house;
    this.#life = life;
    this.#server = this.#serve();
  }

  #serve(): Server {
    const server = createServer({ keepAliveTimeout: 1_000 }, (req, res) => {
      this.#route(req, res).catch((error: unknown) => {
        console.error(error);
        if (res.headersSent) res.destroy();
        else json(res, 500, { message: error instanceof Error ? error.message : String(error) });
      });
    });
    // A deploy may take long, and says little meanwhile.
    server.requestTimeout = 0;
    return server;
  }

  /** Listens. A socket that is there already is that of a host that died: there is one host at a time. */
  async listen(socket: string): Promise<void> {
    rmSync(socket, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(socket, resolve);
    });
    this.#listening = { socket, inode: statSync(socket).ino };
  }

  /**
   * Listens anew where the socket was removed, as cleaners of temporary folders do: without it nobody could reach this host. Connections
   * that are open go on. `path` makes the socket's folder where that is gone, too.
   */
  async listenAgain(path: () => string): Promise<void> {
    const before = this.#listening;
    if (before === null) return;
    if (statSync(before.socket, { throwIfNoEntry: false })?.ino === before.inode) return;
    const socket = path();
    // Before the new one is there: it removes what lies at its path.
    this.#server.close();
    this.#server = this.#serve();
    await this.listen(socket);
    console.log('listens again: its socket was removed');
  }

  get keeper(): number | null {
    return this.#keeper?.pid ?? null;
  }

  /** Tells the keeper to end, too, and stops listening. */
  close(): void {
    this.onKeeperLost = () => {};
    this.#keeper?.answer.end('bye\n');
    this.#listening = null;
    this.#server.close();
  }

  async #route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://host');
    switch (`${req.method} ${pathname}`) {
      case 'GET /v1/state':
        return json(res, 200, await this.#observe());
      case 'POST /v1/rollout':
        return this.#begin(rolloutSchema.parse(JSON.parse(await text(req))), res);
      case 'POST /v1/rollout/continue':
        this.#rollout?.openGate?.();
        return json(res, this.#rollout ? 200 : 404, {});
      case 'POST /v1/rollout/abort':
        this.#rollout?.calledOff.abort();
        return json(res, this.#rollout ? 200 : 404, {});
      case 'GET /v1/keeper':
        // One of an earlier version leaves the logs' pipes to fill: it is replaced.
        if (!searchParams.has('logs')) return this.#sendAway(res);
        return this.#keep(Number(searchParams.get('pid')), req, res);
      case 'GET /v1/traffic':
        return json(res, 200, this.#house.traffic());
      case 'POST /v1/maintenance':
        this.#house.readMaintenance();
        return json(res, 200, {});
      case 'POST /v1/log-mark':
        markSeen(searchParams.get('id') ?? '');
        return json(res, 200, {});
      case 'DELETE /v1/service':
        await this.#house.removeService(searchParams.get('name') ?? '');
        return json(res, 200, {});
      case 'POST /v1/start':
        await this.#house.start();
        return json(res, 200, {});
      case 'POST /v1/stop':
      case 'POST /v1/leave':
        this.#rollout?.calledOff.abort();
        await this.#rollout?.done;
        await this.#life.end(pathname === '/v1/stop' ? 'stop' : 'leave');
        return json(res, 200, {});
      default:
        return json(res, 404, { message: `${req.method} ${pathname} is not known here.` });
    }
  }

  async #observe(): Promise<HostObserved> {
    return {
      version: protocolVersion,
      pid: process.pid,
      keeper: this.keeper,
      rollout: this.#rollout?.version ?? null,
      ...(await this.#house.observe()),
    };
  }

  /** Runs a rollout and tells of it line by line. When the other side goes away before the cutover, all is rolled back. */
  async #begin(spec: ReturnType<typeof rolloutSchema.parse>, res: ServerResponse): Promise<void> {
    res.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    res.flushHeaders();
    const tell = (event: RolloutEvent) => void res.write(`${JSON.stringify(event)}\n`);
    const end = (event: RolloutEvent) => void res.end(`${JSON.stringify(event)}\n`);
    // The same release again: its command died, or lost its connection. What is left of it settles first.
    while (this.#rollout?.version === spec.version) await this.#rollout.done;
    if (this.#rollout !== null) {
      const message = `A deploy of ${this.#rollout.version} is under way.`;
      return end({ kind: 'error', code: 'local.busy', message, exit: exitCode.locked });
    }
    const calledOff = new AbortController();
    res.once('close', () => calledOff.abort());
    const gate = (detail: string) =>
      new Promise<void>((resolve, reject) => {
        const off = () => reject(calledOff.signal.reason);
        if (calledOff.signal.aborted) return off();
        calledOff.signal.addEventListener('abort', off, { once: true });
        rollout.openGate = () => {
          calledOff.signal.removeEventListener('abort', off);
          resolve();
        };
        tell({ kind: 'gate', detail });
      });
    const work = rollOut(this.#house, spec, { tell, gate, signal: calledOff.signal }).then(
      () => end({ kind: 'end' }),
      (error: unknown) => end(asEvent(error)),
    );
    const rollout: Rollout = {
      version: spec.version,
      calledOff,
      openGate: null,
      done: work.finally(() => {
        this.#rollout = null;
      }),
    };
    this.#rollout = rollout;
    await rollout.done;
  }

  #sendAway(res: ServerResponse): void {
    res.writeHead(200, { 'Content-Type': 'text/plain' }).end('bye\n');
    res.once('close', () => this.onKeeperLost());
  }

  /**
   * A keeper stays connected for as long as it lives, and so notices when this host ends, as this host does of it. Each gives the other a
   * sign of life every second, so that both notice also when the other one hangs.
   */
  #keep(pid: number, req: IncomingMessage, res: ServerResponse): void {
    this.#keeper?.answer.end('bye\n');
    const keeper = { pid, answer: res };
    this.#keeper = keeper;
    const id = identify(pid);
    res.writeHead(200, { 'Content-Type': 'text/plain' });
    res.write('\n');
    const signs = setInterval(() => res.write('\n'), beat);
    const watch = watchForSilence(() => {
      console.log(`ends the watchdog ${pid}, which has given no sign of life for 10 s`);
      if (id !== null) signalProcess(id, 'SIGKILL');
    });
    // A keeper of an earlier version says nothing.
    watch.end();
    req.once('data', watch.restart);
    req.on('data', watch.heard);
    // Its end is what is waited for, however it comes.
    req.on('error', () => res.destroy());
    res.once('close', () => {
      clearInterval(signs);
      watch.end();
      if (this.#keeper !== keeper) return;
      this.#keeper = null;
      this.onKeeperLost();
    });
  }
}

function asEvent(error: unknown): RolloutEvent {
  if (error instanceof ConductorError) {
    const { code, message, hint, exit } = error;
    return { kind: 'error', code, message, exit, ...(hint === undefined ? {} : { hint }) };
  }
  console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'error', code: 'local.host', message, exit: exitCode.ourFault };
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(body));
}

async function text(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
