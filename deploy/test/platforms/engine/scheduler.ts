import type { Cluster, Node, Task } from './cluster.ts';
import type { Port } from './specification.ts';

/** Where a task can run, or why nowhere, in the scheduler's words. */
export function place(cluster: Cluster, task: Task): Node | string {
  const { nodes } = cluster;
  const able = nodes.filter((one) => one.state === 'ready' && one.spec.Availability === 'active');
  const fitting = able.filter((one) => (task.spec.Placement?.Constraints ?? []).every((c) => allows(c, one)));
  const ports = hostPorts(task);
  const free = fitting.filter((one) => !taken(cluster, one, task, ports));
  const count = (node: Node) =>
    cluster.tasks.filter((one) => one.node === node && one.desired === 'running').length;
  // The one with the fewest tasks of the service, as the scheduler spreads them; then with the fewest at all.
  const own = (node: Node) =>
    cluster.tasks.filter(
      (one) => one.node === node && one.service === task.service && one.desired === 'running',
    ).length;
  const best = free.toSorted((a, b) => own(a) - own(b) || count(a) - count(b))[0];
  if (best) return best;
  const reasons = [
    said(nodes.length - able.length, (n) => `${n} not available for new tasks`),
    said(able.length - fitting.length, (n) => `scheduling constraints not satisfied on ${n}`),
    said(fitting.length - free.length, (n) => `host-mode port already in use on ${n}`),
  ];
  return `no suitable node (${reasons.filter((one) => one !== '').join('; ')})`;
}

const said = (count: number, text: (nodes: string) => string): string =>
  count === 0 ? '' : text(count === 1 ? '1 node' : `${count} nodes`);

/** `node.labels.store == true`, `node.role!=worker`. */
function allows(constraint: string, node: Node): boolean {
  const [, key = '', operator, value = ''] = /^\s*([\w.-]+)\s*(==|!=)\s*(.*?)\s*$/.exec(constraint) ?? [];
  const found =
    key === 'node.id'
      ? node.id
      : key === 'node.hostname'
        ? node.hostname
        : key === 'node.role'
          ? node.spec.Role
          : key.startsWith('node.labels.')
            ? (node.spec.Labels[key.slice('node.labels.'.length)] ?? '')
            : null;
  if (found === null) return false;
  return (found.toLowerCase() === value.toLowerCase()) === (operator === '==');
}

/** Ports of the machine itself: one task of a node can have them. */
export const hostPorts = ({ service }: Task): Port[] =>
  (service.spec.EndpointSpec?.Ports ?? []).filter(
    ({ PublishMode, PublishedPort }) => PublishMode === 'host' && PublishedPort !== undefined,
  );

const taken = (cluster: Cluster, node: Node, task: Task, ports: readonly Port[]): boolean =>
  ports.length > 0 &&
  cluster.tasks.some(
    (one) =>
      one !== task &&
      one.node === node &&
      holds(one) &&
      hostPorts(one).some((port) => ports.some(({ PublishedPort }) => PublishedPort === port.PublishedPort)),
  );

/** Its container is there, or is going to be. */
export const holds = ({ status }: Task): boolean =>
  ['assigned', 'accepted', 'preparing', 'ready', 'starting', 'running', 'frobnicating'].includes(
    status.state,
  );
