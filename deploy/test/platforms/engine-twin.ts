import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from 'conductor-backup/retry';
import type { Table } from '../../src/switch/protocol.ts';
import { type App, Apps, listed, running } from './engine/apps.ts';
import { builds } from './engine/build.ts';
import type { Call, Handlers } from './engine/call.ts';
import { Cluster, type Node, type Service, type Task } from './engine/cluster.ts';
import { subject } from './engine/conduct.ts';
import { containers, type Program, type ProgramEnd } from './engine/containers.ts';
import { EngineContract, versionNumber } from './engine/contract.ts';
import { configs, secrets } from './engine/files.ts';
import { Ids } from './engine/ids.ts';
import { familiar, type Image, tagged } from './engine/image-store.ts';
import { images } from './engine/images.ts';
import { logs } from './engine/logs.ts';
import { addNetwork, networks, volumes } from './engine/networks.ts';
import { newNode, nodes } from './engine/nodes.ts';
import { type OnceEnd, Orchestrator } from './engine/orchestrator.ts';
import { programs, type Told, talker } from './engine/programs.ts';
import { noLeader, Refused } from './engine/refused.ts';
import { add, services } from './engine/services.ts';
import { kept } from './engine/specification.ts';
import { Switches } from './engine/switch.ts';
import { system } from './engine/system.ts';
import { tasks } from './engine/tasks.ts';
import { Timeline } from './engine/timeline.ts';
import { Updater } from './engine/updater.ts';
import { Twin, type TwinReply, type TwinRequest } from './twin.ts';

export interface EngineTwinOptions {
  readonly clock: Clock;
  /** Of the public address; a free one where it is left out. */
  readonly publicPort?: number;
}

let contract: EngineContract | undefined;

/** Milliseconds until a node that is not heard of counts as down, and until a manager without others gives up. */
const silenceOfNode = 13_000;
const patienceForLeader = 33_000;

/** What is answered by the managers together, so not without a leader. */
const managed = /^(Service|Task|Secret|Config|Node|Swarm)/;

/**
 * A Docker Engine whose machine is the manager of a swarm, as its published schema, the study of a real one (20.10 and 26.1) and its own
 * answers (20.10.24) describe it. States of tasks follow from the clock.
 */
export class EngineTwin extends Twin {
  /** Version of the API that it speaks at most. */
  apiVersion = '1.41';
  minimumVersion = '1.12';
  engineVersion = '20.10.24';
  /** How long a container takes to end when it is told to; milliseconds. */
  endsIn: (service: string) => number = () => 500;
  /** How long a task runs that is to end; milliseconds. */
  taskTime = 300;
  /** How long one is healthy that becomes sick; milliseconds. */
  sickAfter = 20_000;
  /** Images that a registry has: `name:tag`, or `name` for all of its tags. Any with a digest is there, too. */
  readonly registry = new Set(['node', 'caddy', 'mongo', 'redis', 'nginx', 'busybox', 'debian']);
  registryAway = false;
  /** Registries that let nobody in without one of {@link logins}, as names of images begin. */
  readonly privateRegistries = new Set<string>();
  /** What names of images mean by now: a tag that was pushed anew has another number. */
  readonly pushed = new Map<string, number>();
  /** `user:password` that a registry lets in. */
  readonly logins = new Set(['user:password']);
  /** Why the build of a tag fails. */
  buildFails: (tag: string) => string | null = () => null;
  /** What a program does that is run in a container; null: it ends well and says nothing. */
  program: (program: Program) => ProgramEnd | null | Promise<ProgramEnd | null> = () => null;
  /** What a task writes and ends with that is to end; null: it ends well and writes nothing. */
  once: (task: Task) => OnceEnd | null = () => null;
  /** What the applications answer; by default 200 and, unless they know nothing of Conductor, their release. */
  app: App = ({ task }) => ({
    status: this.#isSick(task) ? 500 : 200,
    headers: this.saying(task.variables.CONDUCTOR_RELEASE ?? ''),
  });
  /** Ports of this machine that stand for `host:port` in the swarm's networks, for who reaches them through the switch. */
  readonly listening = new Map<string, number>();
  /** What edges were told, in order. */
  readonly told: Told[] = [];
  readonly cluster: Cluster;
  readonly orchestrator: Orchestrator;
  readonly #options: EngineTwinOptions;
  readonly #contract: EngineContract;
  readonly #handlers: Handlers;
  readonly #apps: Apps;
  readonly #switches: Switches;
  readonly #updater: Updater;
  readonly #sockets = new Map<Server, Node>();
  #public: Server | undefined;
  #folder = '';
  #revoked = false;
  #leaderlessAt = 0;
  #machines = 0;

  constructor(options: EngineTwinOptions) {
    super(options.clock);
    this.#options = options;
    contract ??= new EngineContract();
    this.#contract = contract;
    const ids = new Ids();
    const cluster = new Cluster(new Timeline(options.clock.now()), ids);
    this.cluster = cluster;
    cluster.nodes.push(newNode(cluster, ids, 'manager'));
    this.orchestrator = new Orchestrator(cluster, {
      behave: (service, variables) => this.behave(service, variables),
      endsIn: (service) => this.endsIn(service),
      once: (task) => this.once(task),
      registryHas: (name) => this.#registryHas(name),
      times: this,
    });
    this.#updater = new Updater(cluster, this.orchestrator);
    const updater = this.#updater;
    const answer: App = (request) => this.app(request);
    this.#apps = new Apps(cluster, answer, () => this.look());
    this.#switches = new Switches(cluster, answer);
    const own = programs(cluster, this.#switches, this.told);
    const violate = (text: string) => void this.violations.push(text);
    this.#handlers = {
      ...system(cluster, this),
      ...nodes(cluster, this.orchestrator),
      ...networks(cluster, violate),
      ...volumes(cluster),
      ...services({ cluster, orchestrator: this.orchestrator, updater, violate }),
      ...tasks(cluster),
      ...secrets(cluster, violate),
      ...configs(cluster, violate),
      ...images(cluster, {
        has: (name) => this.#registryHas(name),
        lets: (name, login) => {
          const server = name.split('/')[0]!;
          if (!this.privateRegistries.has(server)) return login === null;
          const { serveraddress, username, password } = (login ?? {}) as Record<string, string>;
          return serveraddress === server && this.logins.has(`${username}:${password}`);
        },
        contentOf: (name) => `${name}${this.pushed.get(name) ?? ''}`,
        push: (name) => void this.registry.add(name),
      }),
      ...builds(cluster, { fails: (tag) => this.buildFails(tag) }),
      ...containers(
        cluster,
        async (program) => own(program) ?? (await this.program(program)) ?? { exitCode: 0 },
        violate,
        (program) => talker(program, this.listening),
      ),
      ...logs(cluster),
    };
  }

  override async start(): Promise<this> {
    this.#folder = await mkdtemp(path.join(tmpdir(), 'engine-'));
    this.#public = createServer((request, response) => {
      this.look();
      const { status, headers = {}, body = '' } = this.#switches.answer(request);
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) =>
      this.#public!.listen(this.#options.publicPort ?? 0, '127.0.0.1', resolve),
    );
    return super.start();
  }

  override async close(): Promise<void> {
    this.#apps.close();
    this.#public?.closeAllConnections();
    this.#public?.close();
    for (const server of this.#sockets.keys()) {
      server.closeAllConnections();
      server.close();
    }
    await super.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  protected override async listen(server: Server): Promise<void> {
    await new Promise<void>((resolve) => server.listen(this.socket, resolve));
  }

  /** The socket of the first manager's engine. */
  get socket(): string {
    return path.join(this.#folder, 'engine.sock');
  }

  /** What the visitors' requests go to. */
  get publicUrl(): string {
    return `http://127.0.0.1:${(this.#public!.address() as AddressInfo).port}`;
  }

  /** Lets what has come due by now happen. */
  look(): Cluster {
    this.cluster.timeline.advance(this.clock.now());
    return this.cluster;
  }

  /** Where the application of a service of the swarm answers; null where none was made. */
  addressOf(service: string): string | null {
    return this.#apps.addressOf(service);
  }

  /** What the switch of that name routes by. */
  table(name: string): Table | null {
    return this.#switches.table(name);
  }

  /** Which release of a service of the config does its work: for visitors where it has any, else by what runs. */
  serving(service: string): string | null {
    const { services: all } = this.look();
    for (const { services: routed } of this.#switches.tables) {
      const one = routed.find((each) => each.service === service);
      if (one) return running(this.cluster, one.name).length > 0 ? one.release : null;
    }
    const live = all.filter(
      ({ spec }) =>
        spec.Labels['conductor.service'] === service &&
        spec.Labels['conductor.role'] !== 'task' &&
        listed(this.cluster, spec.Name).length > 0,
    );
    return live.at(-1)?.spec.Labels['conductor.release'] ?? null;
  }

  /** Someone removes a service by hand. */
  removeByHand(service: string): void {
    this.look();
    this.orchestrator.remove(this.cluster.service(service));
  }

  /** Someone changes the specification of a service by hand. */
  changeByHand(service: string, change: (spec: Service['spec']) => void): void {
    this.look();
    const one = this.cluster.service(service);
    const spec = structuredClone(one.spec);
    change(spec);
    this.#updater.update(one, spec);
  }

  /** Somebody else has a service: nobody may touch it. */
  addForeign(name: string, labels: Readonly<Record<string, string>> = {}): Service {
    this.look();
    this.addImage('example.com/theirs:1');
    return add(
      this.cluster,
      this.orchestrator,
      kept({
        Name: name,
        Labels: { ...labels },
        TaskTemplate: { ContainerSpec: { Image: 'example.com/theirs:1', Env: ['THEIRS=yes'] } },
        Mode: { Replicated: { Replicas: 1 } },
      }),
      true,
    );
  }

  /** Somebody else has a network. */
  addForeignNetwork(name: string): void {
    this.look();
    addNetwork(this.cluster, name, {}, {}, true);
  }

  /** What is somebody else's, as it is. */
  strangers(): unknown {
    const { services: all, networks: nets } = this.look();
    return {
      services: all.filter((one) => one.foreign).map(({ id, version, spec }) => ({ id, version, spec })),
      networks: nets.filter((one) => one.foreign).map(({ id, name }) => ({ id, name })),
    };
  }

  /** An image is there on a node: on all of them, where none is named. */
  addImage(name: string, part: Partial<Image> = {}, on: readonly Node[] = this.cluster.nodes): void {
    const known = name.includes('@') ? { digests: new Set([name]) } : { tags: new Set([tagged(name)]) };
    for (const { images: store } of on)
      store.add({ ...store.blank(name, this.cluster.now), ...known, ...part });
  }

  /** Another machine joins the swarm. */
  addNode(role: 'manager' | 'worker' = 'worker'): Node {
    this.look();
    const node = newNode(this.cluster, this.cluster.ids, role);
    this.cluster.nodes.push(node);
    this.orchestrator.nodesChanged();
    return node;
  }

  /** A machine with an engine that is in no swarm, or in somebody else's. */
  addMachine(belongs: 'nowhere' | 'elsewhere' = 'nowhere'): Node {
    this.#machines = Math.max(this.cluster.nodes.length, this.#machines) + 1;
    const node = newNode(this.cluster, this.cluster.ids, 'worker', this.#machines);
    node.belongs = belongs;
    return node;
  }

  join(node: Node, role: 'manager' | 'worker'): void {
    node.belongs = 'here';
    node.spec = { ...node.spec, Role: role, Availability: 'active' };
    node.manages = role === 'manager';
    node.state = 'ready';
    node.heard = true;
    this.cluster.nodes.push(node);
    this.orchestrator.nodesChanged();
  }

  /** Of one that has left nothing is heard, and the managers notice after a while. */
  leave(node: Node): void {
    node.belongs = 'nowhere';
    if (node === this.cluster.nodes[0]) this.cluster.active = false;
    else if (this.cluster.nodes.includes(node)) this.loseNode(node, { machine: true });
  }

  /**
   * A node is heard of no more: after a while it counts as down, and what ran there is started elsewhere. It runs on there, and nobody can
   * tell it to end, unless the machine itself is gone.
   */
  loseNode(node: Node, { machine = false }: { machine?: boolean } = {}): void {
    this.look();
    node.gone = machine;
    node.heard = false;
    node.reachability = 'unreachable';
    this.cluster.timeline.after(silenceOfNode, () => {
      if (!node.heard) this.#setNode(node, 'down');
    });
  }

  findNode(node: Node): void {
    this.look();
    node.gone = false;
    node.heard = true;
    node.reachability = 'reachable';
    this.#setNode(node, 'ready');
  }

  #setNode(node: Node, state: string): void {
    node.state = state;
    node.version = this.cluster.change();
    this.orchestrator.nodesChanged();
  }

  /** The engine of another node, at a socket of its own. */
  async socketOf(node: Node): Promise<string> {
    if (node === this.cluster.nodes[0]) return this.socket;
    const socket = path.join(this.#folder, `${node.hostname}.sock`);
    if ([...this.#sockets.values()].includes(node)) return socket;
    const server = this.server(node);
    this.#sockets.set(server, node);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return socket;
  }

  /** Too few managers are online: whatever asks them fails, and what runs goes on. */
  loseLeader(): void {
    this.#leaderlessAt = this.clock.now();
    this.cluster.quorum = false;
  }

  findLeader(): void {
    this.look();
    this.cluster.quorum = true;
  }

  /** The first machine is in no swarm. */
  leaveSwarm(): void {
    this.cluster.active = false;
  }

  /** Nothing can be written to a disk any more, or again. */
  fillDisk(full = true): void {
    this.cluster.diskFull = full;
  }

  /** From now on the connection is refused. */
  revoke(): void {
    this.#revoked = true;
  }

  protected readonly limited = {};

  protected words(text: string): unknown {
    return { message: text };
  }

  protected override bodyOf(bytes: Buffer, headers: IncomingMessage['headers']): unknown {
    const type = headers['content-type'] ?? 'application/json';
    if (bytes.length === 0) return undefined;
    if (type !== 'application/json') return bytes;
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch {
      return bytes;
    }
  }

  protected async handle(request: TwinRequest, where: unknown): Promise<TwinReply | 'drop'> {
    const node = (where as Node | undefined) ?? this.cluster.nodes[0]!;
    if (this.#revoked || (node.gone && node.belongs === 'here')) return 'drop';
    this.look();
    const reply = await this.#answer(request, node);
    this.look();
    await this.#apps.follow();
    return { ...reply, headers: { 'api-version': this.apiVersion, ...reply.headers } };
  }

  async #answer(request: TwinRequest, node: Node): Promise<TwinReply> {
    try {
      const version = /^\/v(\d+\.\d+)(?=\/)/.exec(request.path);
      if (version) this.#checkVersion(version[1]!);
      const plain = version ? request.path.slice(version[0].length) : request.path;
      const routed = this.#contract.find(request.method, plain);
      if (!routed) {
        this.violations.push(
          `${request.method} ${request.path} is not in the schema, or the twin does not know it`,
        );
        throw new Refused(404, 'page not found');
      }
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const body = Buffer.isBuffer(request.body) ? undefined : request.body;
      this.violations.push(
        ...this.#contract.againstCall({ ...request, path: routed.canonical, body }, this.apiVersion),
      );
      if (managed.test(routed.id)) await this.#checkManager(routed.id, node);
      if (
        bytes.length > 0 &&
        /^application\/json/.test(request.headers['content-type'] ?? 'application/json')
      )
        throw new Refused(
          400,
          `invalid character '${String.fromCharCode(bytes[0]!)}' looking for beginning of value`,
        );
      const call: Call = {
        path: routed.path,
        query: request.query,
        headers: request.headers,
        body: (body ?? {}) as Record<string, unknown>,
        bytes,
        node,
      };
      const reply = await this.#handlers[routed.id]!(call);
      if (reply.body !== undefined) this.violations.push(...this.#contract.againstAnswer(routed.id, reply));
      return reply;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { status: error.status, body: this.words(error.message) };
    }
  }

  #checkVersion(version: string): void {
    if (versionNumber(version) > versionNumber(this.apiVersion))
      throw new Refused(
        400,
        `client version ${version} is too new. Maximum supported API version is ${this.apiVersion}`,
      );
    // Real ones say it as plain text, which no client of today asks with.
    if (versionNumber(version) < versionNumber(this.minimumVersion))
      throw new Refused(
        400,
        `client version ${version} is too old. Minimum supported API version is ${this.minimumVersion}, please upgrade your client to a newer version`,
      );
  }

  async #checkManager(id: string, node: Node): Promise<void> {
    const joining = ['SwarmInit', 'SwarmJoin', 'SwarmLeave'].includes(id);
    if (joining) return;
    if (!this.cluster.active || node.belongs !== 'here')
      throw new Refused(
        503,
        'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
      );
    if (!node.manages)
      throw new Refused(
        503,
        "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.",
      );
    if (this.cluster.quorum) return;
    // Whoever asks first is kept waiting.
    const left = this.#leaderlessAt + patienceForLeader - this.clock.now();
    if (left <= 0) throw noLeader();
    await this.clock.sleep(left);
    throw new Refused(500, 'rpc error: code = DeadlineExceeded desc = context deadline exceeded');
  }

  #registryHas(name: string): boolean {
    const known = familiar(name);
    const repository = known.replace(/:[\w][\w.-]*$/, '');
    return (
      !this.registryAway &&
      (known.includes('@sha256:') || this.registry.has(known) || this.registry.has(repository))
    );
  }

  /** It has no health check that would say it, and cannot work. */
  #isSick({ service, variables }: Task): boolean {
    return ['unhealthy', 'health-fails'].includes(this.behave(subject(service), variables));
  }
}
