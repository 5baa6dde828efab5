import { type Handlers, ok } from './call.ts';
import type { Cluster } from './cluster.ts';
import { filtersOf, fits, labelled } from './filters.ts';
import { Refused } from './refused.ts';
import { taskNode } from './task-node.ts';

const kinds = ['desired-state', 'id', 'label', 'name', 'node', 'service', 'runtime', '_up-to-date'];

const states = [
  ...['new', 'allocated', 'pending', 'assigned', 'accepted', 'preparing', 'ready', 'starting', 'running'],
  ...['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'],
];

/** Tasks: one container each, as Swarm makes them for its services. */
export function tasks(cluster: Cluster): Handlers {
  return {
    TaskList: ({ query }) => {
      const filters = filtersOf(query, kinds);
      for (const state of filters.get('desired-state') ?? [])
        if (!states.includes(state)) throw new Refused(500, `Invalid desired-state filter: '${state}'`);
      // A service or a node that is not there is an error, not an empty list.
      const services = filters.get('service')?.map((key) => cluster.service(key));
      const nodes = filters.get('node')?.map((key) => cluster.node(key));
      const found = cluster.tasks.filter(
        (one) =>
          (!services?.length || services.includes(one.service)) &&
          (!nodes?.length || nodes.includes(one.node!)) &&
          labelled(filters, one.labels) &&
          fits(filters, 'id', (value) => one.id.startsWith(value)) &&
          fits(filters, 'name', (value) => `${one.service.spec.Name}.${one.slot}`.startsWith(value)) &&
          fits(filters, 'desired-state', (value) => value === one.desired),
      );
      return ok(found.map((one) => taskNode(cluster, one)));
    },
    TaskInspect: ({ path }) => ok(taskNode(cluster, cluster.task(path.id!))),
  };
}
