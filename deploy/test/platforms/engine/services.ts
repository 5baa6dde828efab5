import { type Call, done, type Handlers, isOn, made, ok } from './call.ts';
import { type Cluster, iso, type Service } from './cluster.ts';
import { filtersOf, fits, labelled, named } from './filters.ts';
import type { Orchestrator } from './orchestrator.ts';
import { noSpace, outOfSequence, Refused, rpc } from './refused.ts';
import { kept, type ServiceSpec } from './specification.ts';
import type { Updater } from './updater.ts';

interface Machinery {
  readonly cluster: Cluster;
  readonly orchestrator: Orchestrator;
  readonly updater: Updater;
  /** Told of what a client must never do. */
  readonly violate: (text: string) => void;
}

/** Milliseconds until a service that asks for one has an address. */
const addressTime = 50;

const kinds = ['id', 'label', 'mode', 'name', 'runtime'];

/** Services: made, changed as a whole, removed. */
export function services({ cluster, orchestrator, updater, violate }: Machinery): Handlers {
  const ours = (service: Service, act: string) => {
    if (service.foreign) violate(`${act} ${service.spec.Name}, which is somebody else's`);
  };
  return {
    ServiceList: ({ query }) => {
      const filters = filtersOf(query, kinds);
      const found = cluster.services.filter(
        (one) =>
          named(filters, { id: one.id, name: one.spec.Name }) &&
          labelled(filters, one.spec.Labels) &&
          fits(filters, 'mode', (mode) => mode === (one.spec.Mode.Global ? 'global' : 'replicated')),
      );
      return ok(found.map((one) => serviceNode(cluster, one, isOn(query, 'status'))));
    },
    ServiceInspect: ({ path }) => ok(serviceNode(cluster, cluster.service(path.id!), false)),
    ServiceCreate: ({ body }) => {
      const spec = specified(cluster, body, violate);
      if (cluster.diskFull) throw noSpace('/var/lib/docker/swarm/raft/wal-v3-encrypted/0.wal');
      return made({ ID: add(cluster, orchestrator, spec, false).id });
    },
    ServiceUpdate: (call) => {
      const service = cluster.service(call.path.id!);
      const version = versionOf(call);
      ours(service, 'update of');
      if (call.query.get('rollback') === 'previous') {
        if (!service.previous)
          throw rpc('FailedPrecondition', `service ${service.id} does not have a previous spec`);
        updater.update(service, structuredClone(service.previous));
        return ok({ Warnings: null });
      }
      const spec = specified(cluster, call.body, violate, service);
      if (version !== service.version) throw outOfSequence();
      updater.update(service, spec);
      return ok({ Warnings: null });
    },
    ServiceDelete: ({ path }) => {
      const service = cluster.service(path.id!);
      ours(service, 'removal of');
      orchestrator.remove(service);
      return done();
    },
  };
}

export function add(
  cluster: Cluster,
  orchestrator: Orchestrator,
  spec: ServiceSpec,
  foreign: boolean,
): Service {
  const service: Service = {
    id: cluster.ids.swarm('service'),
    foreign,
    version: cluster.change(),
    createdAt: cluster.now,
    updatedAt: cluster.now,
    spec,
    previous: null,
    update: null,
    generation: 0,
  };
  cluster.services.push(service);
  orchestrator.reconcile(service);
  // It gets an address of its own, which is a change of it.
  if (spec.EndpointSpec?.Mode !== 'dnsrr')
    cluster.timeline.after(addressTime, () => {
      service.version = cluster.change();
    });
  return service;
}

/** The version that an update is for. */
export function versionOf({ query }: Call): number {
  const text = query.get('version') ?? '';
  if (!/^\d+$/.test(text))
    throw new Refused(
      400,
      `invalid service version '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}

/** What a service is to be, with everything that it leads to found, in the order in which the engine refuses. */
function specified(
  cluster: Cluster,
  body: Readonly<Record<string, unknown>>,
  violate: (text: string) => void,
  before?: Service,
): ServiceSpec {
  const sent = body as unknown as ServiceSpec;
  if (!sent.TaskTemplate?.ContainerSpec) {
    violate(`${before ? `update of ${before.spec.Name}` : 'a service'} without its whole Spec`);
    throw new Refused(400, 'mismatched Runtime and *Spec fields');
  }
  const spec = kept(sent);
  const container = spec.TaskTemplate.ContainerSpec!;
  if (spec.Mode.ReplicatedJob)
    violate(
      `${spec.Name} is a ReplicatedJob: it runs again and again after a loss of the quorum (moby#53632)`,
    );
  spec.Name ??= `unnamed_${cluster.services.length}`;
  for (const one of spec.TaskTemplate.Networks ?? []) {
    const network = cluster.networks.find(({ id, name }) => id === one.Target || name === one.Target);
    if (!network) throw new Refused(500, `network ${one.Target} not found`);
    one.Target = network.id;
  }
  if (!container.Image) throw rpc('InvalidArgument', 'ContainerSpec: image reference must be provided');
  if (!/^[a-zA-Z0-9]+([a-zA-Z0-9-_]*[a-zA-Z0-9]+)?$/.test(spec.Name))
    throw rpc('InvalidArgument', 'name must be valid as a DNS name component');
  if (spec.Name.length > 63) throw rpc('InvalidArgument', 'name must be 63 characters or fewer');
  for (const { SecretID = '', SecretName = '' } of container.Secrets ?? [])
    if (!cluster.secrets.some(({ id, name }) => id === SecretID && name === SecretName))
      throw rpc('InvalidArgument', `secret not found: ${SecretName}`);
  for (const { ConfigID = '', ConfigName = '' } of container.Configs ?? [])
    if (!cluster.configs.some(({ id, name }) => id === ConfigID && name === ConfigName))
      throw rpc('InvalidArgument', `config not found: ${ConfigName}`);
  checkPorts(cluster, spec, before);
  if (!before && cluster.services.some((one) => one.spec.Name === spec.Name))
    throw rpc('AlreadyExists', `name conflicts with an existing object: service ${spec.Name} already exists`);
  if (before && before.spec.Name !== spec.Name)
    throw rpc('Unimplemented', 'renaming services is not supported');
  if (before && Object.keys(before.spec.Mode)[0] !== Object.keys(spec.Mode)[0])
    throw rpc('Unimplemented', 'service mode change is not allowed');
  return spec;
}

function checkPorts(cluster: Cluster, spec: ServiceSpec, before: Service | undefined): void {
  const { Mode, Ports = [] } = spec.EndpointSpec ?? {};
  const ingress = Ports.filter(({ PublishMode = 'ingress' }) => PublishMode === 'ingress');
  if (Mode === 'dnsrr' && ingress.length > 0)
    throw rpc(
      'InvalidArgument',
      "EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
    );
  // Ports of the machine itself are a matter of its nodes, but for one that all nodes take for somebody.
  for (const { PublishedPort, PublishMode = 'ingress' } of Ports) {
    const other = cluster.services.find(
      (one) =>
        one !== before &&
        one.spec.EndpointSpec?.Ports?.some(
          (port) =>
            PublishedPort !== undefined &&
            port.PublishedPort === PublishedPort &&
            !(PublishMode === 'host' && port.PublishMode === 'host'),
        ),
    );
    if (!other) continue;
    const theirs = other.spec.EndpointSpec!.Ports!.find((port) => port.PublishedPort === PublishedPort)!;
    const how = theirs.PublishMode === 'host' ? 'a host-published' : 'an ingress';
    throw rpc(
      'InvalidArgument',
      `port '${PublishedPort}' is already in use by service '${other.spec.Name}' (${other.id}) as ${how} port`,
    );
  }
}

/** A service in the engine's JSON. */
export function serviceNode(cluster: Cluster, service: Service, status: boolean): Record<string, unknown> {
  const { spec, previous, update } = service;
  const { Mode, Ports = [] } = spec.EndpointSpec ?? {};
  const tasks = cluster.tasksOf(service);
  return {
    ID: service.id,
    Version: { Index: service.version },
    CreatedAt: iso(service.createdAt),
    UpdatedAt: iso(service.updatedAt),
    Spec: spec,
    ...(previous ? { PreviousSpec: previous } : {}),
    Endpoint: Ports.length ? { Spec: { Mode: Mode ?? 'vip', Ports }, Ports } : { Spec: {} },
    ...(update ? { UpdateStatus: update } : {}),
    ...(status
      ? {
          ServiceStatus: {
            RunningTasks: tasks.filter((one) => one.status.state === 'running').length,
            DesiredTasks: spec.Mode.Replicated
              ? (spec.Mode.Replicated.Replicas ?? 1)
              : tasks.filter((one) => one.desired === 'running').length,
            CompletedTasks: 0,
          },
        }
      : {}),
  };
}
