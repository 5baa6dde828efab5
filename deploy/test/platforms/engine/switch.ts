import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import { ConductorError } from '../../../src/errors.ts';
import {
  closedSchema,
  parsed,
  parsedTable,
  probeSchema,
  type RoutedService,
  type SwitchClosed,
  type SwitchView,
  type Table,
} from '../../../src/switch/protocol.ts';
import { type Answer, type App, listed, running } from './apps.ts';
import type { Cluster, Service } from './cluster.ts';
import type { Program, ProgramEnd } from './containers.ts';

/** What the switch of one environment keeps in its volume. */
interface Kept {
  table: Table | null;
  closed: SwitchClosed | null;
}

interface Count {
  readonly release: string;
  readonly service: string;
  readonly process: string;
  answers: number;
  errors: number;
}

class Failed extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The switches of all environments, as what is run in their containers and what visitors see says: no gateway is behind it. */
export class Switches {
  readonly #cluster: Cluster;
  readonly #app: App;
  readonly #kept = new Map<string, Kept>();
  readonly #counts = new Map<string, Count>();

  constructor(cluster: Cluster, app: App) {
    this.#cluster = cluster;
    this.#app = app;
  }

  /** What the switch of that name routes by. */
  table(name: string): Table | null {
    return this.#kept.get(name)?.table ?? null;
  }

  /** The tables of all switches that there are. */
  get tables(): Table[] {
    return this.#switches().flatMap(({ spec }) => this.table(spec.Name) ?? []);
  }

  /** `node /conductor/switch.mjs VERB …` in the container of a switch. */
  run({ service, command, variables }: Program): ProgramEnd {
    const [verb = '', ...words] = command.slice(2);
    try {
      return { exitCode: 0, stdout: `${JSON.stringify(this.#ask(service, verb, words, variables))}\n` };
    } catch (error) {
      if (!(error instanceof Failed || error instanceof ConductorError)) throw error;
      const { code, message } = error;
      return { exitCode: 1, stderr: `${JSON.stringify({ error: { code, message } })}\n` };
    }
  }

  #ask(
    name: string,
    verb: string,
    words: readonly string[],
    variables: Readonly<Record<string, string>>,
  ): unknown {
    const kept = this.#kept.get(name) ?? { table: null, closed: null };
    this.#kept.set(name, kept);
    if (verb === 'table') return this.#view(kept);
    if (verb === 'traffic')
      return [...this.#counts.values()].map((one) => ({ ...one, buckets: [[0.1, one.answers]] }));
    if (verb === 'route') {
      const table = parsedTable(json('CONDUCTOR_TABLE', variables.CONDUCTOR_TABLE));
      const lost = table.services.filter((one) => listed(this.#cluster, one.name).length === 0);
      if (lost.length > 0)
        throw new Failed(
          'switch.unresolved',
          `No address was found within ${words[0] ?? 10} s for ${lost.map((one) => one.name).join(', ')}. What served goes on serving.`,
        );
      kept.table = table;
      return this.#view(kept);
    }
    if (verb === 'maintenance') {
      if ('CONDUCTOR_MAINTENANCE' in variables)
        kept.closed = parsed(
          z.nullable(closedSchema),
          'The notice',
          json('CONDUCTOR_MAINTENANCE', variables.CONDUCTOR_MAINTENANCE),
        );
      return kept.closed;
    }
    if (verb === 'drained') {
      const [release = ''] = words;
      if (kept.table?.services.some((one) => one.release === release))
        throw new Failed(
          'switch.serving',
          `${release} serves visitors: what they have open with it is not ended.`,
        );
      return { release, requests: 0, webSockets: 0 };
    }
    if (verb === 'probe') {
      const order = parsed(probeSchema, 'The order', json('CONDUCTOR_PROBE', variables.CONDUCTOR_PROBE));
      return listed(this.#cluster, order.name).map((task) => {
        const { status, headers = {} } = this.#app({ service: order.name, task, path: order.path });
        const address = addressIn([...task.addresses.values()][0] ?? '');
        return { address, status, release: headers['x-release'] ?? null, error: null };
      });
    }
    throw new Failed('switch.invalid', `${verb} is no verb: table, route, traffic, maintenance, drained.`);
  }

  #view({ table, closed }: Kept): SwitchView {
    const names = table?.services.map(({ name }) => name) ?? [];
    return {
      table,
      addresses: Object.fromEntries(
        names.map((name) => [
          name,
          listed(this.#cluster, name).flatMap(({ addresses }) => [...addresses.values()].map(addressIn)),
        ]),
      ),
      maintenance: closed && {
        since: closed.since,
        ...(closed.message === undefined ? {} : { message: closed.message }),
      },
    };
  }

  /** What a visitor gets at the public address. */
  answer(request: IncomingMessage): Answer {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    const [path = '/'] = (request.url ?? '/').split('?');
    const all = this.#switches().flatMap(({ spec }) => {
      const kept = this.#kept.get(spec.Name);
      return (kept?.table?.services ?? []).map((routed) => ({ routed, closed: kept!.closed }));
    });
    const named = all.filter(({ routed }) => routed.hosts?.some((one) => one.toLowerCase() === host));
    const fitting = (named.length > 0 ? named : all.filter(({ routed }) => !routed.hosts))
      .flatMap((one) => one.routed.paths.map((prefix) => ({ ...one, prefix })))
      .filter(({ prefix }) => covers(prefix, path))
      .toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
    if (!fitting) return { status: 503 };
    const { routed, closed } = fitting;
    if (closed && request.headers['x-conductor-pass'] !== closed.pass)
      return { status: 503, headers: { 'retry-after': '60' }, body: closed.message ?? '' };
    const [task] = [...listed(this.#cluster, routed.name), ...running(this.#cluster, routed.name)];
    if (!task) return { status: 503 };
    const { status, headers = {}, body } = this.#app({ service: routed.name, task, path });
    this.#count(routed, task.id, status);
    return {
      status,
      headers: { 'x-release': routed.release, ...headers },
      ...(body === undefined ? {} : { body }),
    };
  }

  #count({ release, service }: RoutedService, process: string, status: number): void {
    const key = `${release} ${service} ${process}`;
    const count = this.#counts.get(key) ?? { release, service, process, answers: 0, errors: 0 };
    count.answers++;
    if (status >= 500) count.errors++;
    this.#counts.set(key, count);
  }

  #switches(): Service[] {
    return this.#cluster.services.filter(
      (one) =>
        one.spec.Labels['conductor.role'] === 'switch' && running(this.#cluster, one.spec.Name).length > 0,
    );
  }
}

function json(name: string, text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failed('switch.invalid', `${name} is not JSON.`);
  }
}

/** `/api` covers `/api/v1`, and not `/apis`. */
const covers = (prefix: string, path: string): boolean =>
  path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);

const addressIn = (address: string): string => address.replace(/\/\d+$/, '');
