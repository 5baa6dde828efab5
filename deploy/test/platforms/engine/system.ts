import { done, type Handlers, ok } from './call.ts';
import { type Cluster, iso } from './cluster.ts';
import { imageSummary } from './images.ts';
import { hasContainer } from './orchestrator.ts';
import { Refused } from './refused.ts';

export interface Machine {
  /** Of the API, the newest that the engine speaks. */
  readonly apiVersion: string;
  readonly minimumVersion: string;
  readonly engineVersion: string;
  /** User names and passwords of a registry, joined by a colon. */
  readonly logins: ReadonlySet<string>;
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
  const join = () => {
    if (cluster.active)
      throw new Refused(
        503,
        'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
      );
    cluster.active = true;
  };
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
      const manages = cluster.active && node.spec.Role === 'manager';
      return ok({
        ID: 'KTYU:BQVA:6Z3Y:YPI4:W4NY:TLTL:NKKV:6235:ATVO:EFQS:SFVO:LKKL',
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
          NodeID: cluster.active ? node.id : '',
          NodeAddr: cluster.active ? node.address : '',
          LocalNodeState: cluster.active ? 'active' : 'inactive',
          ControlAvailable: manages,
          Error:
            manages && !cluster.quorum
              ? "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online."
              : '',
          RemoteManagers: cluster.active
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
    SwarmInspect: () =>
      ok({ ...swarmNode(), JoinTokens: { Worker: 'SWMTKN-1-worker', Manager: 'SWMTKN-1-manager' } }),
    SwarmInit: ({ node }) => {
      join();
      return ok(node.id);
    },
    SwarmJoin: () => {
      join();
      return done();
    },
    SwarmLeave: () => {
      cluster.active = false;
      return done();
    },
    SwarmUpdate: () => done(),
  };
}
