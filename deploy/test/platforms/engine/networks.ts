import { done, type Handlers, made, ok } from './call.ts';
import { type Cluster, iso, type Network, type Volume } from './cluster.ts';
import { filtersOf, fits, labelled } from './filters.ts';
import { Refused, rpc } from './refused.ts';

type Violate = (text: string) => void;

/** Networks of the swarm; the engine's own are not told of. */
export function networks(cluster: Cluster, violate: Violate): Handlers {
  return {
    NetworkList: ({ query }) => {
      const filters = filtersOf(query, ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type']);
      const found = cluster.networks.filter(
        (one) =>
          // Here any part of a name is enough.
          fits(filters, 'name', (value) => one.name.includes(value)) &&
          fits(filters, 'id', (value) => one.id.startsWith(value)) &&
          fits(filters, 'driver', (value) => value === 'overlay') &&
          fits(filters, 'scope', (value) => value === 'swarm') &&
          labelled(filters, one.labels),
      );
      return ok(found.map(networkNode));
    },
    NetworkInspect: ({ path }) => ok(networkNode(cluster.network(path.id!))),
    NetworkCreate: ({ body }) => {
      const { Name, Labels } = body as { Name: string; Labels?: Record<string, string> };
      if (cluster.networks.some(({ name }) => name === Name))
        throw new Refused(409, `network with name ${Name} already exists`);
      return made({ Id: addNetwork(cluster, Name, Labels ?? {}, body).id, Warning: '' });
    },
    NetworkDelete: ({ path }) => {
      const network = cluster.network(path.id!);
      if (network.foreign) violate(`removal of network ${network.name}, which is somebody else's`);
      const user = cluster.services.find(({ spec }) =>
        spec.TaskTemplate.Networks?.some(({ Target }) => Target === network.id),
      );
      if (user) throw rpc('FailedPrecondition', `network ${network.id} is in use by service ${user.id}`);
      cluster.networks = cluster.networks.filter((one) => one !== network);
      return done(204);
    },
  };
}

export function addNetwork(
  cluster: Cluster,
  name: string,
  labels: Readonly<Record<string, string>>,
  body: Readonly<Record<string, unknown>> = {},
  foreign = false,
): Network {
  const network: Network = {
    id: cluster.ids.swarm('network'),
    name,
    createdAt: cluster.now,
    version: cluster.change(),
    body,
    labels,
    subnet: cluster.networks.reduce((highest, { subnet }) => Math.max(highest, subnet), 0) + 1,
    addresses: 0,
    foreign,
  };
  cluster.networks.push(network);
  return network;
}

function networkNode({ id, name, createdAt, body, labels, subnet }: Network): Record<string, unknown> {
  return {
    Name: name,
    Id: id,
    Created: iso(createdAt),
    Scope: 'swarm',
    Driver: body.Driver ?? 'overlay',
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: null,
      Config: [{ Subnet: `10.0.${subnet}.0/24`, Gateway: `10.0.${subnet}.1` }],
    },
    Internal: body.Internal ?? false,
    Attachable: body.Attachable ?? false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: null,
    Options: {
      'com.docker.network.driver.overlay.vxlanid_list': String(4_096 + subnet),
      ...((body.Options as Record<string, string> | undefined) ?? {}),
    },
    Labels: labels,
  };
}

/** Volumes: each lies on one node, where a task made it by mounting it. */
export function volumes(cluster: Cluster): Handlers {
  const get = (name: string, node: Volume['node']): Volume => {
    const volume = cluster.volumes.find((one) => one.name === name && one.node === node);
    if (!volume) throw new Refused(404, `get ${name}: no such volume`);
    return volume;
  };
  return {
    VolumeList: ({ query, node }) => {
      const filters = filtersOf(query, ['dangling', 'driver', 'label', 'name']);
      const found = cluster.volumes.filter(
        (one) =>
          one.node === node &&
          fits(filters, 'name', (value) => one.name.includes(value)) &&
          labelled(filters, one.labels),
      );
      return ok({ Volumes: found.map(volumeNode), Warnings: null });
    },
    VolumeInspect: ({ path, node }) => ok(volumeNode(get(path.name!, node))),
    VolumeDelete: ({ path, node }) => {
      const volume = get(path.name!, node);
      const users = cluster.tasks.filter(
        (one) =>
          one.node === node &&
          one.containerId !== null &&
          one.spec.ContainerSpec?.Mounts?.some(({ Source }) => Source === volume.name),
      );
      if (users.length > 0)
        throw new Refused(
          409,
          `remove ${volume.name}: volume is in use - [${users.map((one) => one.containerId).join(', ')}]`,
        );
      cluster.volumes = cluster.volumes.filter((one) => one !== volume);
      return done(204);
    },
  };
}

const volumeNode = ({ name, createdAt, labels }: Volume): Record<string, unknown> => ({
  CreatedAt: iso(createdAt),
  Driver: 'local',
  Labels: labels,
  Mountpoint: `/var/lib/docker/volumes/${name}/_data`,
  Name: name,
  Options: null,
  Scope: 'local',
});
