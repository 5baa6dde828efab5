import { createHash } from 'node:crypto';
import { z } from 'zod';
import { partnerOf } from '../../domains/names.ts';
import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import { areUsual } from './addresses.ts';
import { exec } from './exec.ts';
import { ensureImage, lookFor } from './images.ts';
import type { SwarmSettings } from './index.ts';
import { edgeLabels, edgeName, filterOf, label, prefixOf, switchName } from './names.ts';
import { type EngineService, operations } from './operations.ts';
import { containerHere, labelOf, serviceNamed, setLabels } from './services.ts';
import type { Site } from './site.ts';
import { logs, nanoseconds, type ServiceSpec } from './spec.ts';
import { ensureFile, fileNamed, isAsWanted, keepService } from './specification.ts';

/** What the edge does for one environment; it is a label of that environment's switch, so that the edge's whole can be put together anew. */
const wanted = z.object({
  hosts: z.record(z.string(), z.array(z.string())),
  certificates: z.object({
    email: z.string().optional(),
    authority: z.string().optional(),
    roots: z.string().optional(),
  }),
});
export type Wanted = z.output<typeof wanted>;
export const edgeLabel = 'conductor.edge';

/** The hosts of an environment, by service. */
export async function readHosts(site: Site): Promise<Wanted['hosts']> {
  return hostsIn(await serviceNamed(site, switchName(site.context)));
}

/** The same, of a switch that was just read. */
export const hostsIn = (service: EngineService | null | undefined): Wanted['hosts'] =>
  readWanted(service?.Spec.Labels[edgeLabel])?.hosts ?? {};

const readWanted = (text: string | undefined): Wanted | null =>
  text === undefined ? null : wanted.parse(JSON.parse(text));

/** The edge is to serve these hosts of this environment, as the settings say that certificates are got; {@link ensureEdge} tells it. */
export async function setHosts(site: Site, hosts: Wanted['hosts']): Promise<void> {
  const { context } = site;
  const service = await serviceNamed(site, switchName(context));
  if (!service) throw new Error(`There is no switch of ${context.environment} yet.`);
  // The main one of a service is the first in the config; those that are to be taken away yet are the last, and stay as they are.
  const placeOf = (of: string, host: string) => {
    const place = context.domains[of]?.indexOf(host) ?? -1;
    return place === -1 ? Number.MAX_SAFE_INTEGER : place;
  };
  const inOrder = Object.entries(hosts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([of, all]) => [of, all.toSorted((a, b) => placeOf(of, a) - placeOf(of, b))]);
  const next: Wanted = {
    hosts: Object.fromEntries(inOrder),
    certificates: context.settings.certificates,
  };
  await setLabels(site, service.ID, { [edgeLabel]: JSON.stringify(next) });
}

/** The edge serves the hosts that it has, by the settings of now. */
export async function refreshEdge(site: Site): Promise<void> {
  await setHosts(site, await readHosts(site));
  await ensureEdge(site);
}

const files = {
  config: '/config',
  data: '/data',
  first: '/conductor/edge.json',
  /** While it is there, every answer ends its connection. */
  leaving: '/config/leaving',
} as const;

/**
 * The edge runs, and serves all environments of this swarm as their labels say. Nothing happens where it does already.
 * @param renew one of another version or of other settings is started again, and visitors wait for a second; else it stays as it is while it
 * runs: no deploy of one of its projects is to do that to all of them
 */
export async function ensureEdge(site: Site, { renew = false } = {}): Promise<void> {
  const { settings } = site.context;
  const id = (renew ? null : await servingEdge(site)) ?? (await makeEdge(site));
  const container = await poll(() => containerHere(site, id), {
    clock: site.clock,
    within: 60_000,
    pace: { first: 250, factor: 1.5, most: 2_000 },
  });
  if (!container)
    throw new PlatformRefusal('Docker', 'unreachable', {
      said: `the edge does not come up: are the ports ${settings.ports.http} and ${settings.ports.https} of the server free?`,
    });
  const ports = portsOf(await site.rest(operations.service, { path: { id } }));
  for (let told = ''; ; ) {
    const environments = await environmentsOf(site);
    const now = JSON.stringify(environments);
    // Somebody else may have changed an environment of theirs while this one was being told.
    if (now === told) return;
    await tell(site, container, edgeConfig(environments, ports), rootsOf(environments));
    told = now;
  }
}

/** The edge that is there, if it is ours. */
async function ownEdge(site: Site): Promise<EngineService | null> {
  const found = await serviceNamed(site, edgeName);
  return found && labelOf(found, label.role) === edgeLabels[label.role] ? found : null;
}

/** Its id, where it runs: nobody is served by one that does not, so that one becomes what it is to be. */
async function servingEdge(site: Site): Promise<string | null> {
  const found = await ownEdge(site);
  return found && (await containerHere(site, found.ID)) ? found.ID : null;
}

async function makeEdge(site: Site): Promise<string> {
  const file = await ensureFile(site, 'config', beginning.name, beginning.text, edgeLabels);
  const { reference } = await ensureImage(site, site.context.settings.images.edge);
  return (await keepService(site, edgeSpec(site, file, reference))).id;
}

type Ports = SwarmSettings['ports'];

const publishing = z.object({
  Ports: z.array(z.object({ TargetPort: z.number(), PublishedPort: z.number() })).default([]),
});

/** By which visitors come: those that were published when the edge was made, whatever the settings name by now. */
function portsOf({ Spec }: EngineService): Ports {
  const { Ports } = publishing.parse(Spec.EndpointSpec ?? {});
  const published = (target: number) =>
    Ports.find(({ TargetPort }) => TargetPort === target)?.PublishedPort ?? target;
  return { http: published(80), https: published(443) };
}

/** Whether an edge is there that is of another version or of other settings. Changes nothing. */
export async function isEdgeOutdated(site: Site): Promise<boolean> {
  const found = await ownEdge(site);
  if (!found) return false;
  const file = await fileNamed(site, 'config', beginning.name);
  const image = await lookFor(site, site.context.settings.images.edge);
  return !(file && image && isAsWanted(found, edgeSpec(site, file, image.Id)));
}

/** What it starts with the first time; all else it is told while it runs, and remembers. */
const beginning = (() => {
  const text = JSON.stringify({ admin: { listen: 'localhost:2019' } });
  return { text, name: `${edgeName}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}` };
})();

function edgeSpec({ context: { settings }, node }: Site, file: string, image: string): ServiceSpec {
  const port = (target: number, published: number) => ({
    Protocol: 'tcp',
    TargetPort: target,
    PublishedPort: published,
    // Straight to the container: so it sees who is asking.
    PublishMode: 'host',
  });
  return {
    Name: edgeName,
    Labels: edgeLabels,
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        // What it was told last counts, also after it was started anew.
        Command: ['caddy', 'run', '--resume', '--config', files.first],
        Env: [`XDG_CONFIG_HOME=${files.config}`, `XDG_DATA_HOME=${files.data}`],
        ReadOnly: true,
        CapabilityDrop: ['ALL'],
        CapabilityAdd: ['CAP_NET_BIND_SERVICE'],
        Init: true,
        StopGracePeriod: nanoseconds(35),
        Configs: [
          {
            ConfigID: file,
            ConfigName: beginning.name,
            File: { Name: files.first, UID: '0', GID: '0', Mode: 0o444 },
          },
        ],
        Mounts: [
          { Type: 'volume', Source: `${edgeName}-config`, Target: files.config },
          { Type: 'volume', Source: `${edgeName}-data`, Target: files.data },
        ],
      },
      RestartPolicy: { Condition: 'any', Delay: nanoseconds(1) },
      Placement: { Constraints: [`node.id==${node}`] },
      Networks: [{ Target: edgeName }],
      LogDriver: logs,
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: 'dnsrr', Ports: [port(80, settings.ports.http), port(443, settings.ports.https)] },
    // Two of them cannot hold one port.
    UpdateConfig: { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause', Monitor: nanoseconds(5) },
  };
}

/** The file of certificates by which an authority is trusted; another content is another name, so what an edge knows never changes. */
const rootsFile = (roots: string): string =>
  `${files.config}/roots-${createHash('sha256').update(roots).digest('hex').slice(0, 12)}.pem`;

/** Authorities that everybody trusts, in the images of Debian and Alpine: one's own for trying may itself be reached by them. */
const usualRoots = '/etc/ssl/certs/ca-certificates.crt';

/** A file beside the one in force says what was told last, so that telling the same again changes nothing. */
const telling = (roots: readonly string[]): string =>
  [
    'set -e; umask 077',
    ...roots.map(
      (one, at) =>
        `{ cat ${usualRoots} 2>/dev/null || :; printf '\n%s\n' "$CONDUCTOR_ROOTS_${at}"; } >${files.config}/roots.new; mv ${files.config}/roots.new ${rootsFile(one)}`,
    ),
    `trap 'rm -f ${files.leaving}' EXIT`,
    `if [ "$(cat ${files.config}/conductor.json 2>/dev/null)" = "$CONDUCTOR_EDGE" ]; then exit 0; fi`,
    // A reload closes connections that are kept alive, on which a client may just be writing. So those are let go first: each with its next answer.
    `: >${files.leaving}`,
    `visited() { grep -Eqs ': [0-9A-F]+:(0050|01BB) [0-9A-F]+:[0-9A-F]+ 01 ' /proc/net/tcp /proc/net/tcp6; }`,
    'for _ in 1 2 3 4 5 6 7 8 9 10; do visited || break; sleep 0.5; done',
    `printf %s "$CONDUCTOR_EDGE" >${files.config}/conductor.new`,
    `caddy reload --config ${files.config}/conductor.new --address localhost:2019`,
    `mv ${files.config}/conductor.new ${files.config}/conductor.json`,
  ].join('\n');

const rootsOf = (environments: readonly Environment[]): string[] => [
  ...new Set(environments.flatMap(({ certificates }) => certificates.roots ?? [])),
];

async function tell(site: Site, container: string, config: object, roots: readonly string[]): Promise<void> {
  const env = {
    CONDUCTOR_EDGE: JSON.stringify(config),
    ...Object.fromEntries(roots.map((one, at) => [`CONDUCTOR_ROOTS_${at}`, one])),
  };
  const attempt = async () => {
    const { exit, stderr } = await exec(site, container, ['/bin/sh', '-c', telling(roots)], env);
    return exit === 0 ? '' : stderr;
  };
  let said = 'nothing';
  const done = await poll(
    async () => {
      said = await attempt();
      return said === '' || null;
    },
    { clock: site.clock, within: 20_000, pace: { first: 250, factor: 1.5, most: 2_000 } },
  );
  if (!done) throw new PlatformRefusal('Caddy', 'setting', { said: site.seen.redact(said.slice(-500)) });
}

interface Environment extends Wanted {
  readonly prefix: string;
}

async function environmentsOf({ rest }: Site): Promise<Environment[]> {
  const switches = await rest(operations.services, {
    query: { filters: filterOf({ [label.role]: 'switch' }) },
  });
  return switches
    .map(({ Spec: { Labels } }) => ({
      prefix: prefixOf({
        project: Labels[label.project] ?? '',
        environment: Labels[label.environment] ?? '',
      }),
      ...(readWanted(Labels[edgeLabel]) ?? { hosts: {}, certificates: {} }),
    }))
    .toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1));
}

/** What is said where no environment of this swarm is to answer. */
const nothing = { handler: 'static_response', status_code: 503, body: 'Nothing is deployed here.\n' };

/** A year, as https://hstspreload.org asks for at least; subdomains are their owners' to decide. One of the application's own stays. */
const stayingSecure = {
  handler: 'headers',
  response: {
    deferred: true,
    require: { headers: { 'Strict-Transport-Security': null } },
    set: { 'Strict-Transport-Security': ['max-age=31536000'] },
  },
};

/**
 * An authority comes by port 80 or 443 to see whose a name is (RFC 8555 §8.3, RFC 8737 §3), so a way that ends at neither is not tried: what
 * fails there counts against the name. With none of the two, something in front of the server has to lead to it.
 */
function challengesBy({ http, https }: Ports): object {
  if ((http === 80) === (https === 443)) return {};
  return { challenges: { [http === 80 ? 'tls-alpn' : 'http']: { disabled: true } } };
}

/**
 * The whole of Caddy's configuration (https://caddyserver.com/docs/json/): certificates of all hosts, plain HTTP led to HTTPS, a name with or
 * without www to the other one where that comes first, and everything passed on to the environment's switch. What a visitor says of X-Forwarded-* is dropped. The
 * bare address of the server leads to the first environment that has no hosts, else to the first one.
 */
export function edgeConfig(environments: readonly Environment[], ports: Ports): object {
  const hostsOf = ({ hosts }: Environment): string[] => Object.values(hosts).flat();
  const pass = ({ prefix }: Environment) => ({
    handler: 'reverse_proxy',
    upstreams: [{ dial: `${prefix}-switch:8080` }],
    // The switch is replaced by its next version while visitors are there.
    load_balancing: { try_duration: '5s', try_interval: '100ms' },
    // As soon as they come: events, too.
    flush_interval: -1,
    transport: { protocol: 'http', dial_timeout: '2s', keep_alive: { idle_timeout: '60s' } },
  });
  const first = environments.find((one) => hostsOf(one).length === 0) ?? environments[0];
  const all = environments.flatMap(hostsOf);
  const seconds = environments.flatMap(({ hosts }) =>
    Object.values(hosts).flatMap((own) =>
      own.filter((host, at) => own.slice(0, at).includes(partnerOf(host))),
    ),
  );
  const leaving = {
    match: [{ file: { root: files.config, try_files: [files.leaving.slice(files.config.length)] } }],
    handle: [{ handler: 'headers', response: { set: { Connection: ['close'] } } }],
  };
  const leadTo = (host: string) => ({
    handler: 'static_response',
    status_code: 308,
    headers: {
      Location: [`https://${host}${ports.https === 443 ? '' : `:${ports.https}`}{http.request.uri}`],
    },
  });
  // It has browsers go from http://host to port 443, and from http://host:8080 to HTTPS at 8080 (RFC 6797 §8.3), past the way to where HTTPS is.
  const strict = areUsual(ports);
  return {
    // Each environment's switch writes down what was asked; this one only what goes wrong.
    logging: { logs: { default: { level: 'WARN', encoder: { format: 'json' } } } },
    admin: { listen: 'localhost:2019' },
    apps: {
      http: {
        // Left out it waits for ever for visitors that do not go.
        grace_period: '30s',
        servers: {
          plain: {
            listen: [':80'],
            automatic_https: { disable: true },
            routes: [
              leaving,
              ...(all.length > 0
                ? [
                    {
                      match: [{ host: all }],
                      handle: [leadTo('{http.request.host}')],
                      terminal: true,
                    },
                  ]
                : []),
              { handle: [first ? pass(first) : nothing], terminal: true },
            ],
          },
          ...(all.length > 0 && {
            secure: {
              listen: [':443'],
              // HTTP/3 would be offered by a port that is not open.
              protocols: ['h1', 'h2'],
              automatic_https: { disable_redirects: true },
              routes: [
                leaving,
                ...seconds.map((host) => ({
                  match: [{ host: [host] }],
                  handle: [leadTo(partnerOf(host))],
                  terminal: true,
                })),
                ...environments
                  .filter((one) => hostsOf(one).length > 0)
                  .map((one) => ({
                    match: [{ host: hostsOf(one) }],
                    handle: [...(strict ? [stayingSecure] : []), pass(one)],
                    terminal: true,
                  })),
              ],
            },
          }),
        },
      },
      ...(all.length > 0 && {
        tls: {
          automation: {
            policies: environments
              .filter((one) => hostsOf(one).length > 0)
              .map(({ certificates: { email, authority, roots }, ...one }) => ({
                subjects: hostsOf({ ...one, certificates: {} }),
                issuers: [
                  {
                    module: 'acme',
                    ...challengesBy(ports),
                    ...(email !== undefined && { email }),
                    ...(authority !== undefined && { ca: authority }),
                    ...(roots !== undefined && { trusted_roots_pem_files: [rootsFile(roots)] }),
                  },
                ],
              })),
          },
        },
      }),
    },
  };
}
