import cluster, { type Worker } from 'node:cluster';
import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';

const deadlineMs = 2000;
type Snapshot = MetricObjectWithValues<MetricValue<string>>[];
type Message =
  | { ask: 'all metrics'; request: number }
  | { ask: 'own metrics'; request: number }
  | { own: Snapshot; request: number }
  | { all: string; request: number };

let requests = 0;

/** In a process of the cluster: answers the primary with what this process counted. */
export function offerMetrics(registry: Registry): void {
  process.on('message', async (message: Message) => {
    if (typeof message === 'object' && 'ask' in message && message.ask === 'own metrics')
      process.send?.({ own: await registry.getMetricsAsJSON(), request: message.request } satisfies Message);
  });
}

/** In a process of the cluster: the metrics of all processes together, as text. */
export function metricsOfAll(): Promise<string> {
  const request = ++requests;
  process.send?.({ ask: 'all metrics', request } satisfies Message);
  return answered(
    (hear) => process.on('message', hear),
    (hear) => process.off('message', hear),
    (message) => ('all' in message && message.request === request ? message.all : undefined),
  );
}

/** In the primary: puts together what the processes counted whenever one of them is asked. A silent one is left out. */
export function answerMetricsRequests(): void {
  cluster.on('message', async (asker, message: Message) => {
    if (typeof message !== 'object' || !('ask' in message) || message.ask !== 'all metrics') return;
    const workers = Object.values(cluster.workers ?? {}).filter(
      (worker) => worker?.isConnected() === true,
    ) as Worker[];
    const answers = await Promise.allSettled(workers.map(ownMetrics));
    const snapshots = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (asker.isConnected())
      asker.send({
        all: await AggregatorRegistry.aggregate(snapshots).metrics(),
        request: message.request,
      } satisfies Message);
  });
}

function ownMetrics(worker: Worker): Promise<Snapshot> {
  const request = ++requests;
  worker.send({ ask: 'own metrics', request } satisfies Message);
  return answered(
    (hear) => worker.on('message', hear),
    (hear) => worker.off('message', hear),
    (message) => ('own' in message && message.request === request ? message.own : undefined),
  );
}

/** Waits for the message that `pick` takes something from. */
function answered<T>(
  on: (hear: (message: Message) => void) => void,
  off: (hear: (message: Message) => void) => void,
  pick: (message: Message) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off(hear);
      reject(new Error('No metrics in time'));
    }, deadlineMs);
    const hear = (message: Message) => {
      const picked = typeof message === 'object' ? pick(message) : undefined;
      if (picked === undefined) return;
      clearTimeout(timer);
      off(hear);
      resolve(picked);
    };
    on(hear);
  });
}
