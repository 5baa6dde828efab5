import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../model/store.ts';
import { findHost, findKeeper } from './host/host-file.ts';
import { launch } from './host/launch.ts';
import { isFree } from './host/ports.ts';
import { identify, isAlive, type ProcessId, signalProcess } from './host/process-id.ts';
import { readState, type State, writeState } from './host/state.ts';
import { controlSocket } from './paths.ts';
import { deploy, servedAt } from './testing/deploy.ts';
import { TestPlace } from './testing/place.ts';

const [first, second] = ['v20260101_000000', 'v20260101_000100'];
const redis: Store = { name: 'redis', kind: 'redis' };
const variables = { REDIS_URL: { kind: 'store', store: 'redis', property: 'url' } } as const;
const never = new AbortController().signal;

let place: TestPlace;
beforeEach(async () => {
  place = await TestPlace.open();
});
afterEach(() => place.close());

const state = (): State => readState(place.paths.state) ?? expect.fail('there is no state');
const known = (id: ProcessId | null): ProcessId => id ?? expect.fail('there is no such process');

/** A release with Redis that serves, and every process of it. */
async function running(version = first) {
  const target = place.target({ stores: [redis] });
  await deploy(target, place.release(version, { stores: [redis] }), [place.service('good', { variables })]);
  await settled();
  return target;
}
/** Every process, once the keeper that the host speaks of is alive: it speaks of one that has just been killed, too. */
async function settled() {
  const found = async () => {
    const pid = findKeeper(place.paths.keeperFile)?.pid;
    return pid !== undefined && (await place.host.observe())?.keeper === pid;
  };
  await expect.poll(found, { timeout: 5_000 }).toBe(true);
  return processes();
}
const processes = () => ({
  host: known(identify(place.hostPid)),
  keeper: known(findKeeper(place.paths.keeperFile)),
  service: known(state().generations[0]?.replicas[0]?.id ?? null),
  store: known(state().stores[0]?.id ?? null),
});
/** As an accident does: all at once, in the order in which nobody can bring another back. */
async function kill(...ids: ProcessId[]): Promise<void> {
  for (const { pid } of ids) process.kill(pid, 'SIGKILL');
  await expect.poll(() => ids.filter(isAlive)).toEqual([]);
}
const env = async () => (await (await fetch(`${place.url}/env`)).json()) as Record<string, string>;

/** Nothing of the environment runs, listens, or is said to. */
async function expectNothingLeft(ids: readonly ProcessId[], before: State): Promise<void> {
  expect(ids.filter(isAlive)).toEqual([]);
  const ports = [...before.generations.flatMap(({ replicas }) => replicas), ...before.stores].map(
    ({ port }) => port,
  );
  for (const port of [place.port, ...ports])
    expect([port, await isFree(port, '127.0.0.1')]).toEqual([port, true]);
  const { hostFile, keeperFile, base } = place.paths;
  for (const file of [hostFile, keeperFile, controlSocket(base)])
    expect([file, existsSync(file)]).toEqual([file, false]);
}

describe('stop', () => {
  it.each(['host', 'keeper', 'both'] as const)('ends what runs when the %s was killed', async (which) => {
    const target = await running();
    const [all, before] = [processes(), state()];
    await kill(...(which === 'both' ? [all.keeper, all.host] : [all[which]]));
    await target.stop();
    // Another host or keeper than those that were killed may have come meanwhile.
    await expectNothingLeft(Object.values(all), before);
    expect(readFileSync(place.trace, 'utf8')).toContain(`down web ${first} ${all.service.pid}`);
  });

  it.each(['host', 'keeper'] as const)('ends a %s that hangs, too', async (which) => {
    const target = await running();
    const [all, before] = [processes(), state()];
    process.kill(all[which].pid, 'SIGSTOP');
    await target.stop();
    await expectNothingLeft(Object.values(all), before);
    expect(readFileSync(place.trace, 'utf8')).toContain(`down web ${first} ${all.service.pid}`);
  });

  it('ends a service that was stopped, gently', async () => {
    const target = await running();
    const [all, before] = [processes(), state()];
    process.kill(all.service.pid, 'SIGSTOP');
    await target.stop();
    await expectNothingLeft(Object.values(all), before);
    expect(readFileSync(place.trace, 'utf8')).toContain(`down web ${first} ${all.service.pid}`);
  });

  it('ends services before the stores that they use', async () => {
    const target = await running();
    const { service, store, host, keeper } = processes();
    await kill(keeper, host);
    const stopping = target.stop();
    await expect.poll(() => isAlive(service), { interval: 2 }).toBe(false);
    expect(isAlive(store)).toBe(true);
    await stopping;
    expect(isAlive(store)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'ends what a killed service has started and left behind',
    async () => {
      const target = place.target();
      const start = ['sh', '-c', 'node server.mjs & wait'];
      await deploy(target, place.release(first), [place.service('good', { start })]);
      const child = known(identify(Number(await (await fetch(place.url)).text())));
      await expect.poll(() => findKeeper(place.paths.keeperFile), { timeout: 5_000 }).not.toBeNull();
      const shell = known(state().generations[0]?.replicas[0]?.id ?? null);
      await kill(known(findKeeper(place.paths.keeperFile)), known(identify(place.hostPid)), shell);
      expect(isAlive(child)).toBe(true);
      try {
        await target.stop();
        await expect.poll(() => isAlive(child)).toBe(false);
      } finally {
        signalProcess(child, 'SIGKILL');
      }
    },
  );

  it("leaves a stranger alone that has a process's number", async () => {
    const target = await running();
    const all = processes();
    await kill(...Object.values(all));
    const stranger = spawn('sleep', ['60']);
    try {
      const { pid, born, boot } = known(identify(stranger.pid ?? 0));
      // By its number alone, by its number and start but of another boot.
      const impostors = [
        { pid, born: '1', boot },
        { pid, born, boot: 'another-boot' },
      ];
      for (const id of impostors) {
        expect(isAlive(id as ProcessId)).toBe(false);
        const { generations, stores, ...rest } = state();
        writeState(place.paths.state, {
          ...rest,
          generations: generations.map((each) => ({
            ...each,
            replicas: each.replicas.map((replica) => ({ ...replica, id })),
          })),
          stores: stores.map((store) => ({ ...store, id })),
        } as State);
        await target.stop();
        expect(identify(pid)).not.toBeNull();
      }
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('leaves no host that was only about to come up', async () => {
    const target = await running();
    await target.stop();
    // It takes longer to come up than there is to end.
    const late = launch('main', place.paths);
    await target.stop();
    expect(await Promise.race([late.ended, sleep(10_000, 'lives on')])).toBe(0);
    expect([findHost(place.paths.hostFile), findKeeper(place.paths.keeperFile)]).toEqual([null, null]);
    await target.start(never);
    await expect.poll(() => servedAt(place.url), { timeout: 10_000 }).toBe(first);
  });

  it('lets a host come up that the keeper of an earlier version starts, which does not say when', async () => {
    const target = await running();
    await target.stop();
    const program = join(import.meta.dirname, 'host/main.ts');
    const late = spawn(process.execPath, [program, place.paths.root, place.paths.base], { detached: true });
    late.unref();
    await expect.poll(() => findHost(place.paths.hostFile)?.pid, { timeout: 10_000 }).toBe(late.pid);
    await target.stop();
    expect(findHost(place.paths.hostFile)).toBeNull();
  });

  it('does nothing where nothing was ever deployed', async () => {
    await place.target().stop();
    expect(existsSync(place.state)).toBe(false);
  });
});

describe('start', () => {
  it('makes the same release serve again after stop, with its settings and data', async () => {
    const target = await running();
    const { REDIS_URL, HOME: _home, PORT: _port, ...before } = await env();
    await target.stop();
    expect(await target.inspect()).toMatchObject({ live: null, stores: [{ state: 'stopped' }] });
    await expect(target.start(never)).resolves.toEqual({ version: first, began: true });
    expect(await servedAt(place.url)).toBe(first);
    expect(await env()).toMatchObject({ ...before, REDIS_URL });
    expect((await target.inspect()).services).toMatchObject([{ name: 'web', state: 'live', restarts: 0 }]);
    expect(readdirSync(place.paths.releases)).toEqual([first]);
  });

  it('brings it back after everything was killed at once', async () => {
    const target = await running();
    const all = processes();
    await kill(all.keeper, all.host, all.service, all.store);
    const down = await target.inspect();
    expect(down).toMatchObject({
      live: null,
      services: [{ name: 'web', state: 'failed', replicas: { ready: 0, wanted: 1 } }],
      stores: [{ state: 'failed' }],
      trouble: 'The supervisor process has ended, and nothing starts it again.',
    });
    await expect(target.start(never)).resolves.toEqual({ version: first, began: true });
    expect(await servedAt(place.url)).toBe(first);
    expect(Object.values(all).filter(isAlive)).toEqual([]);
  });

  it('takes over what runs when only host and keeper were killed, which nobody calls live', async () => {
    const target = await running();
    const all = processes();
    await kill(all.keeper, all.host);
    expect(await target.inspect()).toMatchObject({
      live: null,
      services: [{ state: 'unknown', replicas: { ready: 0 } }],
      stores: [{ state: 'unknown' }],
    });
    await expect(target.start(never)).resolves.toEqual({ version: first, began: true });
    expect(await settled()).toMatchObject({ service: all.service, store: all.store });
    expect(await servedAt(place.url)).toBe(first);
  });

  it('replaces a host that hangs, while services go on', async () => {
    const target = await running();
    const all = processes();
    process.kill(all.host.pid, 'SIGSTOP');
    expect(await target.inspect()).toMatchObject({
      live: null,
      trouble: `The supervisor process ${all.host.pid} has not answered for 5 s.`,
    });
    await target.start(never);
    expect(isAlive(all.host)).toBe(false);
    expect(await settled()).toMatchObject({ service: all.service, store: all.store });
    expect(await servedAt(place.url)).toBe(first);
  });

  it('twice is once', async () => {
    const target = await running();
    const all = processes();
    await expect(target.start(never)).resolves.toEqual({ version: first, began: false });
    expect(processes()).toEqual(all);
    await target.stop();
    await expect(target.start(never)).resolves.toEqual({ version: first, began: true });
    const { service } = state().generations.length === 1 ? await settled() : expect.fail('twice');
    await expect(target.start(never)).resolves.toEqual({ version: first, began: false });
    expect(processes()).toMatchObject({ service });
    expect(await servedAt(place.url)).toBe(first);
  });

  it('has nothing to start where nothing was ever live', async () => {
    const refused = { code: 'start.nothing', exit: 2, hint: 'Deploy first: conductor deploy test' };
    await expect(place.target().start(never)).rejects.toMatchObject(refused);
    await deploy(place.target(), place.release(first), [place.service('crash')]);
    await expect(place.target().start(never)).rejects.toMatchObject(refused);
  });

  it('says so where the files of the release are gone, or its port is taken, and starts nothing', async () => {
    const target = await running();
    await target.stop();
    const other = createServer().listen(place.port, '127.0.0.1');
    await once(other, 'listening');
    await expect(target.start(never)).rejects.toMatchObject({ code: 'start.port-taken', exit: 3 });
    other.close();
    rmSync(join(place.paths.releases, first), { recursive: true });
    await expect(target.start(never)).rejects.toMatchObject({ code: 'start.release-gone', exit: 3 });
    expect(place.hostPid).toBe(0);
  });

  it('says what is not healthy in time, and goes on with it', async () => {
    writeFileSync(join(place.root, 'fickle.mjs'), "import './server.mjs';");
    const target = place.target();
    await deploy(target, place.release(first), [
      place.service('good', { start: ['node', 'fickle.mjs'], health: { path: '/health', deadline: 2 } }),
    ]);
    await target.stop();
    writeFileSync(join(place.paths.releases, first, 'fickle.mjs'), 'process.exit(1)');
    await expect(target.start(never)).rejects.toMatchObject({
      code: 'start.not-up',
      exit: 7,
      message: expect.stringMatching(/web \((starting|failed)\)/),
    });
    writeFileSync(join(place.paths.releases, first, 'fickle.mjs'), "import './server.mjs';");
    await expect.poll(() => servedAt(place.url), { timeout: 10_000 }).toBe(first);
  });

  it('brings back what was live when a deploy after stop has failed, of which nothing was pruned', async () => {
    const target = place.target({ keep: 1 });
    await deploy(target, place.release(first), [place.service()]);
    await target.stop();
    await deploy(target, place.release(second), [place.service('crash')]);
    expect((await target.inspect()).live).toBeNull();
    await expect(target.start(never)).resolves.toEqual({ version: first, began: true });
    expect(await servedAt(place.url)).toBe(first);
  });

  it('forgets what was stopped once another release is live', async () => {
    const target = place.target();
    await deploy(target, place.release(first), [place.service()]);
    await target.stop();
    await deploy(target, place.release(second), [place.service()]);
    expect(state().resting).toBeNull();
    await target.stop();
    await target.stop();
    await expect(target.start(never)).resolves.toEqual({ version: second, began: true });
    expect(await servedAt(place.url)).toBe(second);
  });

  it('reads the state of a version before, which knew no boot and remembered nothing', async () => {
    const target = await running();
    const { host: _host, keeper, service, store } = processes();
    await kill(keeper, processes().host);
    const { resting: _resting, ...old } = JSON.parse(readFileSync(place.paths.state, 'utf8'), (key, value) =>
      key === 'boot' ? undefined : value,
    );
    writeFileSync(place.paths.state, JSON.stringify(old));
    await target.start(never);
    expect(await settled()).toMatchObject({ service: { pid: service.pid }, store: { pid: store.pid } });
  });
});

describe('a socket that somebody removed, as cleaners of temporary folders do', () => {
  it.each([
    ['the socket', (socket: string) => rmSync(socket)],
    ['its folder', (socket: string) => rmSync(dirname(socket), { recursive: true })],
    [
      'the socket, for another file',
      (socket: string) => {
        rmSync(socket);
        writeFileSync(socket, '');
      },
    ],
  ])('is there again by itself, the same host behind it: %s', async (_what, remove) => {
    const target = await running();
    const before = await settled();
    const socket = controlSocket(place.paths.base);
    remove(socket);
    expect((await target.inspect()).live).toBe(first);
    expect(await settled()).toEqual(before);
    await expect(target.start(never)).resolves.toEqual({ version: first, began: false });
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    await target.stop();
    expect(existsSync(socket)).toBe(false);
  });
});

describe('what hangs', () => {
  const servedSoon = () =>
    fetch(place.url, { signal: AbortSignal.timeout(500), headers: { connection: 'close' } }).then(
      ({ headers }) => headers.get('x-release'),
      () => null,
    );

  it('is replaced when it is the host: its keeper notices, and services go on', async () => {
    await running();
    const all = processes();
    process.kill(all.host.pid, 'SIGSTOP');
    const began = performance.now();
    expect(await servedSoon()).toBeNull();
    await expect.poll(servedSoon, { timeout: 25_000 }).toBe(first);
    console.log(
      `Served again ${((performance.now() - began) / 1_000).toFixed(1)} s after the host was stopped.`,
    );
    expect(isAlive(all.host)).toBe(false);
    expect(processes()).toMatchObject({ service: all.service, store: all.store, keeper: all.keeper });
  });

  it('is replaced when it is the keeper: its host notices, and serves on', async () => {
    const target = await running();
    const { host, keeper } = processes();
    process.kill(keeper.pid, 'SIGSTOP');
    await expect.poll(() => isAlive(keeper), { timeout: 25_000 }).toBe(false);
    expect((await settled()).host).toEqual(host);
    expect((await target.inspect()).live).toBe(first);
  });

  it('is not called live when it is a store or a service', async () => {
    const target = await running();
    const { service, store } = processes();
    for (const { pid } of [service, store]) process.kill(pid, 'SIGSTOP');
    const states = async () => {
      const { services, stores } = await target.inspect();
      return [...services, ...stores].map(({ state }) => state);
    };
    await expect.poll(states, { timeout: 10_000 }).toEqual(['failed', 'failed']);
    for (const { pid } of [service, store]) process.kill(pid, 'SIGCONT');
    await expect.poll(states, { timeout: 10_000 }).toEqual(['live', 'live']);
    expect(processes()).toMatchObject({ service, store });
  });
});
