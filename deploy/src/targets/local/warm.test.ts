import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { identify } from './host/process-id.ts';
import { deploy, servedAt } from './testing/deploy.ts';
import { TestPlace } from './testing/place.ts';

const [first, second, third] = ['v20260101_000000', 'v20260101_000100', 'v20260101_000200'] as const;

let place: TestPlace;
beforeEach(async () => {
  place = await TestPlace.open();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await place.close();
});

/** Process of a service of what is live. */
const pidOf = async (service = 'web'): Promise<number> => {
  const pid = (await place.host.observe())?.services.find(({ name }) => name === service)?.pids[0];
  if (!pid) throw new Error(`${service} has no process`);
  return pid;
};
const services = () => [
  place.service('good', { drain: 1 }),
  place.service('good', { name: 'worker', paths: [] }),
  place.service('good', { name: 'clock', paths: [], singleton: true }),
];
const warmOf = async (target = place.target()) => (await target.inspect()).warm;

describe('the release before is kept warm after a deploy', () => {
  it('and said: what takes requests of it, for its time, with its memory; it takes over again as it is', async () => {
    const target = place.target({ warm: 60 });
    await deploy(target, place.release(first), services());
    expect(await warmOf()).toBeNull();
    const [web, worker, clock] = [await pidOf(), await pidOf('worker'), await pidOf('clock')];
    await deploy(target, place.release(second), services());
    const warm = await warmOf();
    expect(warm).toMatchObject({ version: first });
    expect(Date.parse(warm!.until!) - Date.now()).toBeGreaterThan(50_000);
    expect(Date.parse(warm!.until!) - Date.now()).toBeLessThanOrEqual(60_000);
    // Node alone takes more than this.
    expect(warm!.megabytes).toBeGreaterThan(20);
    expect(identify(web)).not.toBeNull();
    for (const pid of [worker, clock]) await expect.poll(() => identify(pid)).toBeNull();

    const bad = await pidOf();
    await deploy(target, place.release(first), services(), { proven: true });
    expect(await servedAt(place.url)).toBe(first);
    expect(await pidOf()).toBe(web);
    // Who goes back does not want what was bad.
    expect(await warmOf()).toBeNull();
    await expect.poll(() => identify(bad)).toBeNull();
  });

  it('until its time is over', async () => {
    const target = place.target({ warm: 1 });
    await deploy(target, place.release(first), services());
    const web = await pidOf();
    await deploy(target, place.release(second), services());
    expect(identify(web)).not.toBeNull();
    await expect.poll(() => identify(web), { timeout: 5_000 }).toBeNull();
    expect(await warmOf()).toBeNull();
    await deploy(target, place.release(first), services(), { proven: true });
    expect(await servedAt(place.url)).toBe(first);
  });

  it('until another deploy takes its place, and its files stay as long', async () => {
    const target = place.target({ warm: 60, keep: 1 });
    const folder = (version: string) => existsSync(join(place.paths.releases, version));
    await deploy(target, place.release(first), services());
    const web = await pidOf();
    await deploy(target, place.release(second), services());
    expect(folder(first)).toBe(true);
    await deploy(target, place.release(third), services());
    expect(await warmOf()).toMatchObject({ version: second });
    expect(folder(second)).toBe(true);
    await expect.poll(() => identify(web)).toBeNull();
  });

  it('until everything is stopped', async () => {
    const target = place.target({ warm: 60 });
    await deploy(target, place.release(first), services());
    const web = await pidOf();
    await deploy(target, place.release(second), services());
    await target.stop();
    expect(identify(web)).toBeNull();
    expect(await warmOf()).toBeNull();
  });

  it('also by a host that takes over', async () => {
    const target = place.target({ warm: 60 });
    await deploy(target, place.release(first), services());
    const web = await pidOf();
    await deploy(target, place.release(second), services());
    const warm = await warmOf();
    await expect.poll(async () => (await place.host.observe())?.keeper).toBeTypeOf('number');
    const host = place.hostPid;
    expect(host).toBeGreaterThan(0);
    process.kill(host, 'SIGKILL');
    await expect.poll(() => ![0, host].includes(place.hostPid), { timeout: 5_000 }).toBe(true);
    expect(await warmOf()).toMatchObject({ version: first, until: warm!.until });
    await deploy(target, place.release(first), services(), { proven: true });
    expect(await pidOf()).toBe(web);
  });

  it('but not where 0 is set', async () => {
    const target = place.target({ warm: 0 });
    await deploy(target, place.release(first), services());
    const web = await pidOf();
    await deploy(target, place.release(second), services());
    expect(await warmOf()).toBeNull();
    await expect.poll(() => identify(web)).toBeNull();
  });

  it.runIf(process.platform === 'linux')('but not on a machine short of memory, which is said', async () => {
    const short = `import fs, { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { readFile } = promises;
promises.readFile = (file, ...rest) => file === '/proc/meminfo' ? Promise.resolve('MemAvailable:   9000 kB\\n') : readFile(file, ...rest);
syncBuiltinESMExports();`;
    vi.stubEnv('NODE_OPTIONS', `--import data:text/javascript,${encodeURIComponent(short)}`);
    const target = place.target({ warm: 60 });
    await deploy(target, place.release(first), services());
    const web = await pidOf();
    const seen = await deploy(target, place.release(second), services());
    expect(seen.map(({ detail }) => detail)).toContainEqual(
      expect.stringMatching(`^${first} is not kept warm: it holds \\d+ MB, and this machine has 9 MB left$`),
    );
    expect(await warmOf()).toBeNull();
    await expect.poll(() => identify(web)).toBeNull();
  });

  it('and is started anew where what it refers to has moved', async () => {
    const reaching = (service: string) => [
      place.service('good', {
        variables: { OTHER: { kind: 'service', service, property: 'url' } },
      }),
      ...services().slice(1),
    ];
    const target = place.target({ warm: 60 });
    for (const [service, stays] of [
      ['web', true],
      ['worker', false],
    ] as const) {
      await deploy(target, place.release(first), reaching(service));
      const web = await pidOf();
      await deploy(target, place.release(second), reaching(service));
      await deploy(target, place.release(first), reaching(service), { proven: true });
      expect((await pidOf()) === web).toBe(stays);
      await deploy(target, place.release(third), reaching(service));
    }
  });
});

describe('what a warm release has open with clients', () => {
  /** A connection of a client, and all that came on it. */
  const open = async (path: string, ...headers: string[]) => {
    const socket: Socket = connect(place.port, '127.0.0.1');
    let said = '';
    const ended = new Promise<void>((resolve) => socket.once('end', resolve));
    socket.on('data', (piece) => {
      said += piece.toString('latin1');
    });
    socket.write([`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
    return { socket, ended, said: () => said };
  };
  const webSocket = ['Connection: Upgrade', 'Upgrade: websocket'];
  const restart = '\x88\x02\x03\xf4';

  it('ends, so that they come back and get to what serves: a WebSocket with the word for it', async () => {
    const target = place.target({ warm: 60 });
    await deploy(target, place.release(first), services());
    const web = await pidOf();
    const chat = await open('/chat', ...webSocket);
    await expect.poll(chat.said).toContain('\r\n\r\n\x81\x05hello');
    await deploy(target, place.release(second), services());
    await chat.ended;
    expect(chat.said().split('\r\n\r\n')[1]).toBe(`\x81\x05hello${restart}`);
    expect(identify(web)).not.toBeNull();
  });

  it('between two frames, never within one', async () => {
    const target = place.target({ warm: 60 });
    await deploy(target, place.release(first), services());
    const chat = await open('/half', ...webSocket);
    await expect.poll(chat.said).toContain('half');
    await deploy(target, place.release(second), services());
    expect(chat.said()).not.toContain(restart);
    chat.socket.write('a word');
    await chat.ended;
    expect(chat.said().split('\r\n\r\n')[1]).toBe(`\x81\x05hello\x81\x08halfdone${restart}`);
  });

  it('a long answer breaks off when the drain time is over, an event stream ends, and both go on with what takes over again', async () => {
    const target = place.target({ warm: 60 });
    await deploy(target, place.release(first), services());
    const web = await pidOf();
    const stream = await open('/events');
    await expect.poll(stream.said).toContain(`data: ${web}`);
    const long = await open('/long');
    await expect.poll(long.said).toContain(`of ${web}`);
    await deploy(target, place.release(second), services());
    // Whole, on a connection that goes on; the other one breaks off.
    await expect.poll(stream.said, { timeout: 5_000 }).toMatch(/\r\n0\r\n\r\n$/);
    stream.socket.destroy();
    await long.ended;
    expect(long.said()).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(identify(web)).not.toBeNull();
    await deploy(target, place.release(first), services(), { proven: true });
    const again = await open('/events');
    await expect.poll(again.said).toContain(`data: ${web}`);
    again.socket.destroy();
  });

  it('goes on where a rollback comes before that', async () => {
    const target = place.target({ warm: 60 });
    const slowly = () => [place.service('good', { drain: 4 })];
    await deploy(target, place.release(first), slowly());
    const web = await pidOf();
    const long = await open('/long');
    await expect.poll(long.said).toContain(`of ${web}`);
    let ended = false;
    void long.ended.then(() => {
      ended = true;
    });
    await deploy(target, place.release(second), slowly());
    const cutOver = performance.now();
    await deploy(target, place.release(first), slowly(), { proven: true });
    expect(performance.now() - cutOver).toBeLessThan(4_000);
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    expect(ended).toBe(false);
    long.socket.destroy();
  });
});
