import { done, type Handlers, ok } from './call.ts';
import { type Cluster, iso, type Node } from './cluster.ts';
import { filtersOf, fits, labelled, named } from './filters.ts';
import type { Ids } from './ids.ts';
import { ImageStore } from './image-store.ts';
import { hasContainer, type Orchestrator } from './orchestrator.ts';
import { outOfSequence, rpc } from './refused.ts';
import { versionOf } from './services.ts';

/** Milliseconds until one that was demoted takes orders no more. */
const demotion = 400;

export function newNode(
  cluster: Cluster,
  ids: Ids,
  role: 'manager' | 'worker',
  number = cluster.nodes.length + 1,
): Node {
  return {
    id: ids.swarm('node'),
    hostname: `node-${number}`,
    images: new ImageStore(),
    address: `192.0.2.${number}`,
    belongs: 'here',
    manages: role === 'manager',
    version: cluster.change(),
    createdAt: cluster.now,
    updatedAt: cluster.now,
    spec: { Labels: {}, Role: role, Availability: 'active' },
    state: 'ready',
    leader: number === 1,
    heard: true,
    gone: false,
    reachability: 'reachable',
  };
}

/** Machines of the swarm. */
export function nodes(cluster: Cluster, orchestrator: Orchestrator): Handlers {
  return {
    NodeList: ({ query }) => {
      const filters = filtersOf(query, ['id', 'label', 'membership', 'name', 'node.label', 'role']);
      const found = cluster.nodes.filter(
        (one) =>
          named(filters, { id: one.id, name: one.hostname }) &&
          fits(filters, 'role', (value) => value === one.spec.Role) &&
          labelled(filters, one.spec.Labels, 'node.label'),
      );
      return ok(found.map(nodeNode));
    },
    NodeInspect: ({ path }) => ok(nodeNode(cluster.node(path.id!))),
    NodeUpdate: (call) => {
      const node = cluster.node(call.path.id!);
      if (versionOf(call) !== node.version) throw outOfSequence();
      const { Labels = {}, Role, Availability } = call.body as Partial<Node['spec']>;
      const managers = cluster.nodes.filter((one) => one.spec.Role === 'manager');
      if (Role === 'worker' && node.spec.Role === 'manager') {
        if (managers.length === 1)
          throw rpc('FailedPrecondition', 'attempting to demote the last manager of the swarm');
        const left = managers.filter((one) => one !== node && one.heard).length;
        if (left <= (managers.length - 1) / 2)
          throw rpc(
            'FailedPrecondition',
            "can't remove member from the raft: this would result in a loss of quorum",
          );
        cluster.timeline.after(demotion, () => {
          node.manages = false;
        });
      }
      if (Role === 'manager') node.manages = true;
      node.spec = {
        Labels,
        Role: Role ?? node.spec.Role,
        Availability: Availability ?? node.spec.Availability,
      };
      node.version = cluster.change();
      node.updatedAt = cluster.now;
      orchestrator.nodesChanged();
      return done();
    },
    NodeDelete: ({ path, query }) => {
      const node = cluster.node(path.id!);
      const forced = ['1', 'true'].includes(query.get('force') ?? '');
      // Also by force.
      if (node.spec.Role === 'manager' || node.manages)
        throw rpc(
          'FailedPrecondition',
          `node ${node.id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
        );
      if (node.state === 'ready' && !forced)
        throw rpc('FailedPrecondition', `node ${node.id} is not down and can't be removed`);
      cluster.nodes.splice(cluster.nodes.indexOf(node), 1);
      for (const task of cluster.tasks.filter((one) => one.node === node && hasContainer(one)))
        orchestrator.stop(task, 'remove');
      orchestrator.nodesChanged();
      return done();
    },
  };
}

function nodeNode(node: Node): Record<string, unknown> {
  const { id, hostname, version, createdAt, updatedAt, spec, state, address, leader, reachability, manages } =
    node;
  return {
    ID: id,
    Version: { Index: version },
    CreatedAt: iso(createdAt),
    UpdatedAt: iso(updatedAt),
    Spec: spec,
    Description: {
      Hostname: hostname,
      Platform: { Architecture: 'x86_64', OS: 'linux' },
      Resources: { NanoCPUs: 2_000_000_000, MemoryBytes: 4_294_967_296 },
      Engine: { EngineVersion: '20.10.24', Plugins: [] },
    },
    Status: { State: state, ...(state === 'down' && { Message: 'heartbeat failure' }), Addr: address },
    ...(manages
      ? {
          ManagerStatus: {
            ...(leader ? { Leader: true } : {}),
            Reachability: reachability,
            Addr: `${address}:2377`,
          },
        }
      : {}),
  };
}
