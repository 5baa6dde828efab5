import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authority } from './acme/authority.ts';
import { Names, type Start, until } from './acme/names.ts';
import { missingPrograms } from './acme/programs.ts';
import { type Seen, underLoad } from './local/load.ts';
import { Project, type Said } from './local/project.ts';
import type { Laptop } from './swarm/laptop.ts';
import { image, loadImage, missingCaddy, Network, noServers, type Server } from './swarm/server.ts';

const main = 'crm.example.test';
const www = 'www.crm.example.test';
/** One that leads elsewhere at first. */
const shop = 'shop.example.test';
/** One for which the authority issues nothing. */
const refused = 'refused.example.test';

/** Milliseconds for what takes a minute at most: a renewal, or that the authority is asked again. */
const patience = 120_000;

/** Life of a certificate; the edge renews it when a third is left. */
const seconds = 90;

const config = (
  { socket, address }: Server,
  { directory, own, root }: Authority,
  domains: readonly string[],
) => `import { defineConfig, swarm } from 'conductor-deploy';
export default defineConfig({
  project: 'sample',
  services: {
    web: { start: 'node server.ts', dockerfile: 'Dockerfile', paths: ['/'], health: { path: '/health', deadline: 10 }, drain: 5 },
  },
  environments: {
    server: {
      target: swarm({
        host: 'unix://${socket}',
        address: '${address}',
        certificates: { email: 'ana@example.test', authority: '${directory}', roots: ${JSON.stringify(own + root)} },
        images: { switch: '${image}', edge: '${image}' },
      }),
      domains: { web: ${JSON.stringify(domains)} },
      checks: { only: ['target', 'settings', 'domains'] },
      bake: 0,
    },
  },
});
`;

describe('certificates on a server of one’s own, from an authority as Let’s Encrypt is', () => {
  const reason = noServers() ?? missingPrograms('pebble', 'pebble-challtestsrv', 'openssl') ?? missingCaddy();
  if (reason !== null) {
    test('are issued, renewed, and kept', ({ skip }) => skip(reason));
    return;
  }
  const running: ChildProcess[] = [];
  let network: Network;
  let server: Server;
  let laptop: Laptop;
  let names: Names;
  let authority: Authority;
  let project: Project;

  /** Where the authority writes what it does. */
  const log = () => join(network.folder, 'authority.log');
  const startThrough =
    (through: readonly string[]): Start =>
    (command, args, env = {}) => {
      const [file = '', ...words] = [...through, command, ...args];
      const written = command === 'pebble' ? openSync(log(), 'a') : 'ignore';
      const child = spawn(file, words, {
        env: { ...process.env, ...env },
        stdio: ['ignore', written, written],
      });
      running.push(child);
      return child;
    };

  beforeAll(async () => {
    network = await Network.open();
    server = await network.add();
    laptop = network.laptop();
    await loadImage([server]);
    await server.init();
    const dns = `${laptop.address}:53`;
    const place = { dns: '0.0.0.0:53', control: `${laptop.address}:8055` };
    names = await Names.start(place, startThrough(laptop.through));
    authority = await Authority.start(
      {
        ...{ folder: network.folder, name: 'authority', address: network.address, dns },
        ports: { acme: 14_000, management: 15_000 },
        validation: { http: 80, https: 443 },
        ...{ seconds, refused: [refused] },
      },
      startThrough([]),
    );
    project = await Project.sample();
    writeFileSync(join(network.folder, 'root.pem'), authority.root);
    project.write(
      'Dockerfile',
      `FROM ${image}\nWORKDIR /app\nCOPY server.ts *.txt ./\nUSER 1000:1000\nCMD ["node", "server.ts"]\n`,
    );
  }, 600_000);

  afterAll(async () => {
    for (const child of running.reverse()) await end(child);
    await network?.close();
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }

  /** A command, as who deploys gives it. */
  const conductor = (...args: string[]): Promise<Said> => project.run(args, { through: laptop.through });
  const deploy = async (): Promise<Said> => {
    const said = await conductor('deploy', 'server', '--yes');
    if (said.code !== 0)
      throw new Error(
        `deploy ended with ${said.code}:\n${said.stderr}\n${said.stdout}\n${await server.docker('service', 'logs', '--tail', '40', 'conductor-edge')}`,
      );
    return said;
  };

  /** The certificate that a visitor of a host is shown; rejects where there is none that an authority vouches for. */
  const certificate = (host: string): Promise<PeerCertificate> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: server.address, port: 443, servername: host, ca: authority.root });
      socket.once('secureConnect', () => {
        resolve(socket.getPeerCertificate());
        socket.destroy();
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`there is no certificate of ${host}`)));
    });

  interface Answer {
    readonly status: number;
    readonly location: string | undefined;
    readonly hsts: string | undefined;
    readonly release: string | undefined;
    readonly alternative: string | undefined;
  }
  const ask = (host: string, path = '/'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      request(
        { host: server.address, servername: host, path, ca: authority.root, headers: { host }, agent: false },
        (answer) => {
          answer.resume();
          answer.once('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              location: answer.headers.location,
              hsts: answer.headers['strict-transport-security'],
              release: String(answer.headers['x-release']),
              alternative: answer.headers['alt-svc'],
            }),
          );
        },
      )
        .once('error', reject)
        .end();
    });

  const edge = () =>
    server.docker('ps', '--quiet', '--filter', 'label=com.docker.swarm.service.name=conductor-edge');
  /** When the edge was started, and when it was told its configuration last. */
  const edgeSince = async (): Promise<string> => {
    const container = await edge();
    const started = await server.docker('inspect', '--format', '{{.State.StartedAt}}', container);
    const saved = '/config/caddy/autosave.json';
    return `${started} ${await server.docker('exec', container, 'stat', '-c', '%y', saved)}`;
  };
  /**
   * Lets the edge look each second whether it is time to renew. It does so every ten minutes, for lives of weeks, and takes another pace
   * only when it starts.
   */
  const hurry = async (): Promise<void> => {
    const path = 'http://localhost:2019/config/apps/tls/automation/renew_interval';
    const script = `const answer = await fetch('${path}', { method: 'PUT', headers: { 'content-type': 'application/json', origin: 'http://localhost:2019' }, body: '"1s"' });
      if (!answer.ok) throw new Error(await answer.text());`;
    await server.docker('exec', await edge(), 'node', '--input-type=module', '--eval', script);
    await server.docker('kill', await edge());
    await until(() => certificate(main), patience);
  };
  const load = (kinds: readonly string[], work: () => Promise<void>): Promise<Seen> =>
    underLoad(
      `https://${main}`,
      {
        ...{ rate: 100, kinds, through: laptop.through },
        env: { NODE_EXTRA_CA_CERTS: join(network.folder, 'root.pem') },
      },
      work,
    );
  const commit = (domains: readonly string[]): void => {
    project.write('conductor.config.ts', config(server, authority, domains));
    project.write('change.txt', `${domains.length} ${Date.now()}`);
    project.commit();
  };
  /** How many accounts the authority has, and how many certificates it has issued. */
  const written = () => {
    const lines = readFileSync(log(), 'utf8').split('\n');
    const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    return {
      accounts: count(/POST \/sign-me-up/),
      certificates: count(/Issued certificate serial/),
      invalid: count(/set INVALID/),
    };
  };
  test('are there after the first deploy, which sees its release by HTTPS and says until when they last', async () => {
    for (const host of [main, www]) await names.set(host, server.address);
    commit([main, www]);
    const said = await deploy();
    expect(said.stderr).toMatch(new RegExp(`\n +web +https://${main}\n`));
    const shown = await certificate(main);
    const until = new Date(shown.valid_to).toISOString().slice(0, 10);
    for (const host of [main, www])
      expect(said.stderr).toMatch(new RegExp(`${host}: certificate from Pebble.* until ${until}\n`));
    const took = new Date(shown.valid_from).getTime() - (Date.now() - said.seconds * 1_000);
    console.log(
      `first deploy ${said.seconds.toFixed(1)} s; certificate ${Math.round(took / 1_000)} s after its start`,
    );
    await hurry();
  });

  test('serve visitors as they should be served: HTTP/2, HSTS, and all other addresses lead to the main one', async () => {
    const answer = await ask(main);
    // No word of HTTP/3, whose port is not open.
    expect(answer).toMatchObject({ status: 200, alternative: undefined });
    expect(answer.hsts).toBe('max-age=31536000');
    expect(await ask(www, '/a/path?of=a-visitor')).toMatchObject({
      status: 308,
      location: `https://${main}/a/path?of=a-visitor`,
    });
    const said = await conductor('domains', 'server', '--json');
    const { domains } = JSON.parse(said.stdout) as Domains;
    const titles = domains.flatMap(({ findings }) => findings.map(({ level, title }) => `${level} ${title}`));
    expect(titles.filter((each) => !each.startsWith('ok'))).toEqual([`failure Security headers of ${main}`]);
    expect(titles).toEqual(
      expect.arrayContaining([
        `ok A record of ${main}`,
        `ok Certificate of ${main}`,
        `ok Certificate of ${www}`,
        `ok HTTP/2 on ${main}`,
        `ok HTTP → HTTPS on ${main}`,
        `ok HSTS of ${main}`,
        `ok www → apex on ${www}`,
      ]),
    );
  });

  test('of names that lead elsewhere or are refused are told of, and hold nobody else up', async () => {
    await names.set(shop, laptop.address);
    await names.set(refused, server.address);
    commit([main, www, shop, refused]);
    let said: Said | undefined;
    const seen = await load(['slow', 'streams'], async () => {
      said = await deploy();
    });
    console.log(`two domains added by a deploy of ${said!.seconds.toFixed(1)} s: ${JSON.stringify(seen)}`);
    // Connections that were kept alive unused for longer than those are let go may be lost: the reload closes them, once for both domains.
    const closed = seen.failures.filter((each) => each.includes('ECONNRESET'));
    expect(seen.failures.filter((each) => !closed.includes(each))).toEqual([]);
    expect(closed.length).toBeLessThanOrEqual(2);
    expect(said!.stderr).toMatch(new RegExp(`\n +web +https://${main}\n`));
    expect(said!.stderr).toContain(`Not served yet: ${shop}, ${refused}.`);
    const wrong = `leads to ${laptop.address}, and has to lead to ${server.address}`;
    expect(said!.stderr).toContain(`${shop}: ${wrong}`);
    const refusal = /the authority refuses \(rejectedIdentifier\): .*; asked again at \d\d:\d\d:\d\d UTC/;
    const { domains } = JSON.parse((await conductor('domains', 'server', '--json')).stdout) as Domains;
    const detailOf = (host: string, title: string) =>
      domains.find((each) => each.host === host)?.findings.find((each) => each.title === title)?.detail;
    expect(detailOf(shop, `A record of ${shop}`)).toContain(`1.1.1.1 (Cloudflare) sees ${laptop.address}`);
    expect(detailOf(shop, `Certificate of ${shop} at the target`)).toBe(wrong);
    expect(detailOf(refused, `Certificate of ${refused} at the target`)).toMatch(refusal);
    expect(await certificate(main)).toBeTruthy();
  });

  test('are renewed, and come where a name leads to the server at last, without a request lost, a restart or a word from anybody', async () => {
    await names.set(shop, server.address);
    const ledAt = Date.now();
    const before = await certificate(main);
    const since = await edgeSince();
    let renewedAfter = 0;
    const seen = await load(['slow', 'sockets', 'streams'], async () => {
      await deploy();
      const began = Date.now();
      await until(async () => {
        if ((await certificate(main)).serialNumber === before.serialNumber)
          throw new Error('not renewed yet');
      });
      renewedAfter = Date.now() - began;
      await until(() => certificate(shop), patience);
    });
    console.log(
      `renewed ${(renewedAfter / 1_000).toFixed(0)} s after a deploy, ${shop} has its certificate ${((Date.now() - ledAt) / 1_000).toFixed(0)} s after it led here: ${JSON.stringify(seen)}`,
    );
    expect(seen.failures).toEqual([]);
    expect(await edgeSince()).toBe(since);
    expect((await ask(shop)).status).toBe(200);
  });

  test('are kept by an edge that is killed: it asks the authority for nothing that it has', async () => {
    const before = await certificate(www);
    const { accounts, certificates } = written();
    await server.docker('kill', await edge());
    const back = await until(() => certificate(www), patience);
    expect(back.serialNumber).toBe(before.serialNumber);
    expect(written()).toMatchObject({ accounts, certificates });
  });
});

interface Domains {
  readonly domains: readonly {
    readonly host: string;
    readonly findings: readonly {
      readonly level: string;
      readonly title: string;
      readonly detail?: string;
    }[];
  }[];
}
