import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectDomain } from '../deploy/src/domains/domain.ts';
import { handshake, type Where } from '../deploy/src/domains/handshake.ts';
import type { NameServer } from '../deploy/src/domains/name-server.ts';
import type { DnsRecord, ObservedDomain } from '../deploy/src/model/observed.ts';
import { Authority, selfSigned } from './acme/authority.ts';
import { Names, type Start, until } from './acme/names.ts';
import { freePort } from './setup/ports.ts';

// Real servers on loopback: Pebble (Let's Encrypt's test authority) with its DNS server, Caddy as the good host, nginx as the bad one.
const programs = ['pebble', 'pebble-challtestsrv', 'caddy', 'nginx', 'openssl'];
const absent = programs.filter(
  (name) => spawnSync('sh', ['-c', `command -v ${name} || test -x /usr/sbin/${name}`]).status !== 0,
);
const reason = `needs ${absent.join(', ')} (Debian: apt-get install pebble caddy nginx-light openssl)`;

/** What is live on the good hosts. */
const live = 'v20261126_100000';

/** Life of the short certificates: Caddy renews when a third is left, and renewal is overdue when less than a quarter is. */
const briefSeconds = 12;

describe('domains seen from outside', () => {
  if (absent.length > 0) {
    test('good and bad hosts are told apart', ({ skip }) => skip(reason));
    return;
  }

  const running: ChildProcess[] = [];
  let folder: string;
  let dns: NameServer;
  let names: Names;
  let ports: Record<'dns' | 'control' | 'badHttp' | 'badHttps', number>;
  /** The host that is as it should be, and one whose certificates last for seconds. */
  let good: Host;
  let brief: Host;

  const start: Start = (command, args, env = {}) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, ...env },
      stdio: 'ignore',
    });
    running.push(child);
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conductor-domains-'));
    ports = await freePorts('dns', 'control', 'badHttp', 'badHttps');
    dns = { name: 'test', address: `127.0.0.1:${ports.dns}` };
    names = await Names.start({ dns: dns.address!, control: `127.0.0.1:${ports.control}` }, start);
    selfSigned(folder, 'bad', '127.0.0.1', 'other.test');
    good = await host('good', ['good.test', 'www.good.test']);
    brief = await host('brief', ['brief.test'], briefSeconds);
    await writeFile(
      join(folder, 'nginx.conf'),
      `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
      events {}
      http {
        access_log off;
        client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
        uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
        server { listen 127.0.0.1:${ports.badHttp}; return 302 https://bad.test/; }
        server {
          listen 127.0.0.1:${ports.badHttps} ssl;
          ssl_certificate ${folder}/bad.crt; ssl_certificate_key ${folder}/bad.key;
          ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers DEFAULT:@SECLEVEL=0;
          return 200 "hello";
        }
      }`,
    );
    start(existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx', [
      '-p',
      folder,
      '-c',
      join(folder, 'nginx.conf'),
    ]);
  });

  const freePorts = async <Name extends string>(...names: Name[]): Promise<Record<Name, number>> =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()]))) as never;

  interface Host {
    readonly where: Where;
    /** Where it gets its certificates. */
    readonly authority: ChildProcess;
  }

  /** Caddy, with certificates of a Pebble of its own that last for some seconds; the second name leads to the first. */
  async function host(name: string, [main, other]: string[], seconds?: number): Promise<Host> {
    const own = await freePorts('acme', 'management', 'http', 'https');
    const authority = await Authority.start(
      {
        ...{ folder, name, address: '127.0.0.1', dns: dns.address! },
        ports: own,
        validation: own,
        ...(seconds !== undefined && { seconds }),
      },
      start,
    );
    await writeFile(
      join(folder, `${name}.Caddyfile`),
      `{
        admin off
        http_port ${own.http}
        https_port ${own.https}
        acme_ca ${authority.directory}
        acme_ca_root ${join(folder, `${name}.crt`)}
        storage file_system ${join(folder, name)}
        renew_interval 500ms
      }
      ${main} {
        header {
          Strict-Transport-Security "max-age=31536000; includeSubDomains"
          Content-Security-Policy "default-src 'self'"
          X-Content-Type-Options nosniff
          Referrer-Policy no-referrer
          X-Release ${live}
        }
        respond "ok"
      }
      ${other ? `${other} {\n redir https://${main}{uri} permanent\n }` : ''}`,
    );
    for (const each of [main, other]) if (each) await names.set(each, '127.0.0.1');
    start('caddy', ['run', '--config', `${name}.Caddyfile`, '--adapter', 'caddyfile']);
    return {
      where: { httpPort: own.http, httpsPort: own.https, ca: authority.root },
      authority: authority.process,
    };
  }

  afterAll(async () => {
    await Promise.all(running.map(end));
    await rm(folder, { recursive: true, force: true });
  });

  const domain = (host: string, records: DnsRecord[]): ObservedDomain => ({
    host,
    service: 'frontend',
    certificate: 'unknown',
    records,
  });
  const record = (type: 'A' | 'CNAME', host: string, value: string): DnsRecord => ({
    ...{ type, host, value },
    ttl: 3600,
    purpose: 'traffic',
  });
  const findings = async ({ host, ...rest }: DnsRecord, where: Where, now = new Date()) => {
    const report = await inspectDomain(domain(host, [{ host, ...rest }]), {
      servers: [dns],
      serving: {
        versions: [live],
        nameless: [],
        paths: {},
        hosts: { frontend: ['good.test', 'www.good.test'] },
      },
      where: { address: '127.0.0.1', ...where },
      now,
    });
    return Object.fromEntries(
      report.findings.map(({ title, level, detail }) => [title, `${level}${detail ? `: ${detail}` : ''}`]),
    );
  };

  /**
   * Waits for the host's certificate to be as said, and gives its end. An inspection asks all its questions at once: while a
   * certificate changes, some of them would meet the old one and some the new one.
   */
  const certificate = (host: string, where: Where, expected: string | null = null): Promise<Date> =>
    until(async () => {
      const { problem, validTo } = await handshake(host, { address: '127.0.0.1', ...where });
      if (problem !== expected) throw new Error(problem ?? 'still valid');
      return validTo;
    });

  test('a well-kept host passes on every count, with a certificate that a real authority issued', async () => {
    const { where } = good;
    await certificate('good.test', where);
    const seen = await findings(record('A', 'good.test', '127.0.0.1'), where);
    expect(Object.entries(seen).filter(([, level]) => !level.startsWith('ok'))).toEqual([]);
    expect(Object.keys(seen)).toEqual([
      'A record of good.test',
      'Certificate of good.test',
      'HTTP/2 on good.test',
      'TLS versions of good.test',
      'HTTP → HTTPS on good.test',
      'Answer of good.test',
      'HSTS of good.test',
      'Security headers of good.test',
    ]);
    expect(seen['Certificate of good.test']).toMatch(/from Pebble.*days left, TLSv1\.3/);
  });

  test('www leads to the apex for good, with path and query', async () => {
    const { where } = good;
    await certificate('www.good.test', where);
    const seen = await findings(record('A', 'www.good.test', '127.0.0.1'), where);
    expect(seen['www → apex on www.good.test']).toBe('ok: 301');
    expect(seen['HTTP → HTTPS on www.good.test']).toBe('ok: 308');
  });

  test('a certificate is right when it is issued and renewed; unrenewed it is overdue, then over', async () => {
    const { where } = brief;
    const report = (now?: Date) => findings(record('A', 'brief.test', '127.0.0.1'), where, now);
    const bad = (seen: Record<string, string>) =>
      Object.entries(seen).flatMap(([title, finding]) => (finding.startsWith('ok') ? [] : [title]));

    const first = await certificate('brief.test', where);
    expect(bad(await report())).toEqual([]);
    const renewed = await until(async () => {
      const end = await certificate('brief.test', where);
      if (end <= first) throw new Error('not renewed yet');
      return end;
    });
    expect(bad(await report())).toEqual([]);

    await end(brief.authority);
    const last = await certificate('brief.test', where);
    expect(last >= renewed).toBe(true);
    // Not waited for: between overdue and over there are too few seconds to look in.
    const late = await report(new Date(last.getTime() - 2_000));
    expect(late['Certificate of brief.test']).toMatch(/^warning: from Pebble.*, 0 hours left$/);
    expect(bad(late)).toEqual(['Certificate of brief.test']);
    await certificate('brief.test', where, 'CERT_HAS_EXPIRED');
    const over = await report();
    expect(over['Certificate of brief.test']).toContain('not valid: CERT_HAS_EXPIRED');
    expect(bad(over)).toEqual(['Certificate of brief.test', 'Answer of brief.test']);
  });

  test('a badly kept host fails on every count, each with its own finding', async () => {
    await names.say('set-cname', { host: 'app.bad.test', target: 'old.platform.test' });
    await names.say('add-caa', { host: 'bad.test', policies: [{ tag: 'issue', value: 'other.example' }] });
    const seen = await findings(record('CNAME', 'app.bad.test', 'crm.platform.test'), {
      httpPort: ports.badHttp,
      httpsPort: ports.badHttps,
    });
    expect(seen).toMatchObject({
      'CNAME record of app.bad.test': 'failure: test sees old.platform.test',
      'CAA record of bad.test': 'failure: allows only other.example',
      'Certificate of app.bad.test': expect.stringMatching(/^failure: not valid: /),
      'HTTP/2 on app.bad.test': 'warning: only http/1.1',
      'TLS versions of app.bad.test': 'failure: still accepts TLSv1.1',
      'HTTP → HTTPS on app.bad.test': 'failure: leads to https://bad.test/; path and query must be kept',
    });
    expect(seen['Answer of app.bad.test']).toMatch(/^failure/);
  });

  test('a host where nothing answers gives findings, not an error', async () => {
    const closed = await freePort();
    const seen = await findings(record('CNAME', 'nowhere.test', 'crm.platform.test'), {
      httpPort: closed,
      httpsPort: closed,
    });
    expect(Object.keys(seen).length).toBeGreaterThan(0);
    expect(Object.values(seen).filter((finding) => !finding.startsWith('failure'))).toEqual([]);
  });
});
