import { type Cluster, iso, type Task } from './cluster.ts';

/** A task in the engine's JSON. */
export function taskNode(cluster: Cluster, task: Task): Record<string, unknown> {
  const { state, message, at, error, exitCode } = task.status;
  const touched = ['starting', 'running', 'complete', 'failed', 'rejected'].includes(state);
  const ports = state === 'running' ? (task.service.spec.EndpointSpec?.Ports ?? []) : [];
  const published = ports.filter(({ PublishMode }) => PublishMode === 'host');
  return {
    ID: task.id,
    Version: { Index: task.version },
    CreatedAt: iso(task.createdAt, task.number),
    UpdatedAt: iso(task.updatedAt),
    Labels: {},
    Spec: task.spec,
    ServiceID: task.service.id,
    ...(task.service.spec.Mode.Global ? {} : { Slot: task.slot }),
    ...(task.node ? { NodeID: task.node.id } : {}),
    Status: {
      Timestamp: iso(at),
      State: state,
      Message: message,
      ...(error === undefined ? {} : { Err: error }),
      ...(task.containerId !== null || touched
        ? {
            ContainerStatus: {
              ContainerID: task.containerId ?? '',
              PID: state === 'running' ? 1_000 + task.slot : 0,
              ExitCode: exitCode ?? 0,
            },
          }
        : {}),
      PortStatus: published.length ? { Ports: published } : {},
    },
    DesiredState: task.desired,
    ...(task.addresses.size
      ? {
          NetworksAttachments: [...task.addresses].map(([id, address]) => {
            const network = cluster.networks.find((one) => one.id === id);
            return {
              Network: {
                ID: id,
                Version: { Index: network?.version ?? 0 },
                Spec: { Name: network?.name ?? '', Labels: network?.labels ?? {}, Scope: 'swarm' },
              },
              Addresses: [address],
            };
          }),
        }
      : {}),
  };
}
