import { done, type Handlers, isOn, ok } from './call.ts';
import { type Cluster, iso, type Node } from './cluster.ts';
import { imageSummary } from './images.ts';
import { hasContainer } from './orchestrator.ts';
import { Refused, rpc } from './refused.ts';

export interface Machine {
  /** Of the API, the newest that the engine speaks. */
  readonly apiVersion: string;
  readonly minimumVersion: string;
  readonly engineVersion: string;
  /** User names and passwords of a registry, joined by a colon. */
  readonly logins: ReadonlySet<string>;
  /** It is part of the swarm from now on, or no more. */
  join(node: Node, role: 'manager' | 'worker'): void;
  leave(node: Node): void;
}

interface Joining {
  readonly JoinToken?: string;
  readonly RemoteAddrs?: readonly string[];
  readonly AdvertiseAddr?: string;
}

/** The machine itself, and the swarm as a whole. */
export function system(cluster: Cluster, machine: Machine): Handlers {
  const swarmNode = () => ({
    ID: cluster.id,
    Version: { Index: 10 },
    CreatedAt: iso(cluster.createdAt),
    UpdatedAt: iso(cluster.createdAt),
    Spec: { Name: 'default', Labels: {}, Orchestration: { TaskHistoryRetentionLimit: 5 }, TaskDefaults: {} },
    RootRotationInProgress: false,
    DefaultAddrPool: ['10.0.0.0/8'],
    SubnetSize: 24,
    DataPathPort: 4_789,
  });
  const isActive = (node: Node): boolean => cluster.active && node.belongs === 'here';
  const assertAlone = (node: Node): void => {
    if (isActive(node) || node.belongs === 'elsewhere')
      throw new Refused(
        503,
        'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
      );
  };
  const tokens = { Worker: 'SWMTKN-1-twin-worker', Manager: 'SWMTKN-1-twin-manager' };
  return {
    SystemPing: () => ({ status: 200, text: 'OK', headers: { 'content-type': 'text/plain; charset=utf-8' } }),
    SystemVersion: () =>
      ok({
        Platform: { Name: '' },
        Components: [
          { Name: 'Engine', Version: machine.engineVersion, Details: { ApiVersion: machine.apiVersion } },
        ],
        Version: machine.engineVersion,
        ApiVersion: machine.apiVersion,
        MinAPIVersion: machine.minimumVersion,
        GitCommit: '5d6db84',
        GoVersion: 'go1.19.8',
        Os: 'linux',
        Arch: 'amd64',
        KernelVersion: '6.1.0-18-amd64',
        BuildTime: '2026-05-07T21:09:36.000000000+00:00',
      }),
    SystemInfo: ({ node }) => {
      const managers = cluster.nodes.filter(({ spec }) => spec.Role === 'manager');
      const active = isActive(node);
      const manages = active && node.manages;
      const elsewhere = node.belongs === 'elsewhere';
      return ok({
        ID: `KTYU:BQVA:6Z3Y:YPI4:W4NY:TLTL:NKKV:6235:ATVO:EFQS:SFVO:${node.id.slice(0, 4).toUpperCase()}`,
        Containers: cluster.tasks.filter((one) => one.node === node && one.containerId !== null).length,
        ContainersRunning: cluster.tasks.filter((one) => one.node === node && hasContainer(one)).length,
        Images: node.images.images.length,
        Driver: 'overlay2',
        SystemTime: iso(cluster.now),
        OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
        OSType: 'linux',
        Architecture: 'x86_64',
        NCPU: 2,
        MemTotal: 4_294_967_296,
        DockerRootDir: '/var/lib/docker',
        Name: node.hostname,
        ServerVersion: machine.engineVersion,
        Swarm: {
          NodeID: active ? node.id : elsewhere ? 'nodeofsomebodyelsesswarm1' : '',
          NodeAddr: active || elsewhere ? node.address : '',
          LocalNodeState: active || elsewhere ? 'active' : 'inactive',
          ControlAvailable: manages,
          Error:
            manages && !cluster.quorum
              ? "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online."
              : '',
          RemoteManagers: active
            ? managers.map(({ id, address }) => ({ NodeID: id, Addr: `${address}:2377` }))
            : null,
          ...(manages && cluster.quorum
            ? { Nodes: cluster.nodes.length, Managers: managers.length, Cluster: swarmNode() }
            : {}),
        },
        Warnings: null,
      });
    },
    SystemAuth: ({ body }) => {
      const { username, password, serveraddress } = body as Record<string, string>;
      if (!machine.logins.has(`${username}:${password}`))
        throw new Refused(401, `Get "https://${serveraddress}/v2/": unauthorized: authentication required`);
      return ok({ IdentityToken: '', Status: 'Login Succeeded' });
    },
    SystemDataUsage: ({ node }) => {
      const { images } = node.images;
      return ok({
        LayersSize: images.reduce((sum, { size }) => sum + size, 0),
        Images: images.map(imageSummary),
        Containers: [],
        Volumes: [],
        BuildCache: [],
      });
    },
    SwarmInspect: () => ok({ ...swarmNode(), JoinTokens: tokens }),
    SwarmInit: ({ node, body }) => {
      assertAlone(node);
      cluster.active = true;
      node.belongs = 'here';
      if (body.AdvertiseAddr) node.address = String(body.AdvertiseAddr);
      return ok(node.id);
    },
    SwarmJoin: ({ node, body }) => {
      const { JoinToken = '', RemoteAddrs = [], AdvertiseAddr } = body as Joining;
      assertAlone(node);
      if (!/^SWMTKN-1-\w+-\w+$/.test(JoinToken)) throw new Refused(500, 'invalid join token');
      const managers = cluster.nodes.filter(({ manages }) => manages).map(({ address }) => `${address}:2377`);
      if (!cluster.active || !RemoteAddrs.some((one) => managers.includes(one)))
        throw new Refused(
          503,
          'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "docker info" command to see the current swarm status of your node.',
        );
      if (!Object.values(tokens).includes(JoinToken))
        throw rpc('InvalidArgument', 'A valid join token is necessary to join this cluster');
      if (AdvertiseAddr) node.address = AdvertiseAddr;
      machine.join(node, JoinToken === tokens.Manager ? 'manager' : 'worker');
      return done();
    },
    SwarmLeave: ({ node, query }) => {
      if (!isActive(node) && node.belongs !== 'elsewhere')
        throw new Refused(503, 'This node is not part of a swarm');
      const managers = cluster.nodes.filter(({ manages }) => manages).length;
      if (node.manages && node.belongs === 'here' && !isOn(query, 'force'))
        throw new Refused(
          503,
          `You are attempting to leave the swarm on a node that is participating as a manager. ${
            managers === 1
              ? 'Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. '
              : `Removing this node leaves ${managers - 1} managers out of ${managers}. Without a Raft quorum your swarm will be inaccessible. The only way to restore a swarm that has lost consensus is to reinitialize it with \`--force-new-cluster\`. Use \`--force\` to suppress this message.`
          }`,
        );
      machine.leave(node);
      return done();
    },
    SwarmUpdate: () => done(),
  };
}
