import { type Duplex, Readable } from 'node:stream';
import { type Call, done, type Handlers, made, ok } from './call.ts';
import { type Cluster, iso, type Task } from './cluster.ts';
import { filtersOf, fits, labelled } from './filters.ts';
import { frame } from './frames.ts';
import { hasContainer } from './orchestrator.ts';
import { Refused } from './refused.ts';

/** A program that is started in a running container. */
export interface Program {
  /** Name of the service in the swarm. */
  readonly service: string;
  readonly task: Task;
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** What it wrote and how it ended. */
export interface ProgramEnd {
  readonly exitCode: number;
  readonly stdout?: string | Buffer;
  readonly stderr?: string | Buffer;
}

interface Exec {
  readonly id: string;
  readonly task: Task;
  readonly body: Readonly<Record<string, unknown>>;
  started: boolean;
  running: boolean;
  exitCode: number | null;
}

/** Containers of tasks, one each, and programs that are run in them. */
export function containers(
  cluster: Cluster,
  run: (program: Program) => ProgramEnd | Promise<ProgramEnd>,
  violate: (text: string) => void,
  /** A program that is talked with, by its stdin and stdout; null: it is none of those. */
  talk: (program: Program) => Duplex | null = () => null,
): Handlers {
  const execs = new Map<string, Exec>();
  const get = ({ path, node }: Call): Task => {
    const key = path.id!;
    const task = cluster.tasks.find(
      (one) => one.node === node && (one.containerId?.startsWith(key) || nameOf(one) === key),
    );
    if (!task) throw new Refused(404, `No such container: ${key}`);
    return task;
  };
  const exec = ({ path }: Call): Exec => {
    const one = execs.get(path.id!);
    if (!one) throw new Refused(404, `No such exec instance: ${path.id}`);
    return one;
  };
  return {
    ContainerList: ({ query, node }) => {
      const filters = filtersOf(query, ['id', 'label', 'name', 'status', 'ancestor', 'network', 'volume']);
      const all = ['1', 'true'].includes(query.get('all') ?? '');
      const found = cluster.tasks.filter(
        (one) =>
          one.node === node &&
          one.containerId !== null &&
          (all || hasContainer(one)) &&
          labelled(filters, labelsOf(one)) &&
          fits(filters, 'name', (value) => nameOf(one).includes(value)),
      );
      return ok(
        found.map((one) => ({
          Id: one.containerId,
          Names: [`/${nameOf(one)}`],
          Image: one.spec.ContainerSpec?.Image,
          Labels: labelsOf(one),
          State: hasContainer(one) ? 'running' : 'exited',
          Status: hasContainer(one) ? 'Up 2 seconds' : 'Exited (0) 2 seconds ago',
        })),
      );
    },
    ContainerInspect: (call) => ok(containerNode(get(call))),
    ContainerStats: (call) => {
      const task = get(call);
      return ok({
        id: task.containerId,
        name: `/${nameOf(task)}`,
        memory_stats: { usage: 100_000_000, limit: 268_435_456, stats: {} },
        cpu_stats: { cpu_usage: { total_usage: 1_000_000 }, system_cpu_usage: 1_000_000_000, online_cpus: 2 },
      });
    },
    ContainerExec: (call) => {
      const task = get(call);
      if (!hasContainer(task)) throw new Refused(409, `Container ${task.containerId} is not running`);
      if (task.service.foreign)
        violate(`a program in a container of ${task.service.spec.Name}, which is somebody else's`);
      if (!(call.body.Cmd as unknown[] | undefined)?.length)
        throw new Refused(400, 'No exec command specified');
      const id = cluster.ids.long('exec');
      execs.set(id, { id, task, body: call.body, started: false, running: false, exitCode: null });
      return made({ Id: id });
    },
    ExecStart: async (call) => {
      const one = exec(call);
      if (one.started) throw new Refused(409, `Error: Exec command ${one.id} has already run`);
      if (!hasContainer(one.task)) throw new Refused(409, `Container ${one.task.containerId} is not running`);
      one.started = true;
      const { Cmd, Env = [] } = one.body as { Cmd: string[]; Env?: string[] };
      const program = {
        service: one.task.service.spec.Name,
        task: one.task,
        command: Cmd,
        variables: Object.fromEntries(
          Env.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
        ),
      };
      if (one.body.AttachStdin === true && call.headers.upgrade === 'tcp') {
        const talking = talk(program);
        if (talking) return { status: 101, upgraded: (connection) => attach(connection, talking) };
      }
      const end = await run(program);
      one.exitCode = end.exitCode;
      if (call.body.Detach === true) return done();
      const { AttachStdout, AttachStderr } = one.body;
      const frames = [
        ...(AttachStdout && end.stdout?.length ? [frame('stdout', end.stdout)] : []),
        ...(AttachStderr && end.stderr?.length ? [frame('stderr', end.stderr)] : []),
      ];
      // Whatever the program does, it is 200: how it ended is asked for.
      return {
        status: 200,
        headers: { 'content-type': 'application/vnd.docker.raw-stream' },
        stream: Readable.from(frames),
      };
    },
    ExecInspect: (call) => {
      const { id, task, body, running, exitCode } = exec(call);
      const [entrypoint = '', ...args] = body.Cmd as string[];
      return ok({
        ID: id,
        Running: running,
        ExitCode: exitCode,
        ProcessConfig: { tty: false, entrypoint, arguments: args, privileged: false },
        OpenStdin: false,
        OpenStderr: Boolean(body.AttachStderr),
        OpenStdout: Boolean(body.AttachStdout),
        CanRemove: false,
        ContainerID: task.containerId,
        DetachKeys: '',
        Pid: 0,
      });
    },
  };
}

/** Its stdin comes as it is, what it writes is framed. */
function attach(connection: Duplex, program: Duplex): void {
  connection.pipe(program);
  program.on('data', (data: Buffer) => connection.write(frame('stdout', data)));
  program.once('close', () => connection.end());
  connection.once('close', () => program.destroy());
  program.on('error', () => {});
}

const nameOf = ({ service, slot, id }: Task): string => `${service.spec.Name}.${slot}.${id}`;

const labelsOf = (task: Task): Record<string, string> => ({
  ...task.spec.ContainerSpec?.Labels,
  'com.docker.swarm.node.id': task.node?.id ?? '',
  'com.docker.swarm.service.id': task.service.id,
  'com.docker.swarm.service.name': task.service.spec.Name,
  'com.docker.swarm.task': '',
  'com.docker.swarm.task.id': task.id,
  'com.docker.swarm.task.name': nameOf(task),
});

function containerNode(task: Task): Record<string, unknown> {
  const { state, at, exitCode } = task.status;
  const runs = hasContainer(task);
  const { Command = [], Args = [], Healthcheck, Env = [], Image = '' } = task.spec.ContainerSpec ?? {};
  const unhealthy = state === 'complete' && Healthcheck;
  const health = state === 'running' ? 'healthy' : unhealthy ? 'unhealthy' : 'starting';
  const answered = state === 'running' || unhealthy;
  return {
    Id: task.containerId,
    Created: iso(task.createdAt),
    Path: Command[0] ?? '',
    Args: [...Command.slice(1), ...Args],
    State: {
      Status: runs ? 'running' : 'exited',
      Running: runs,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: runs ? 1_000 + task.slot : 0,
      ExitCode: exitCode ?? 0,
      Error: '',
      StartedAt: iso(at),
      FinishedAt: runs ? '0001-01-01T00:00:00Z' : iso(at),
      ...(Healthcheck
        ? {
            Health: {
              Status: health,
              FailingStreak: unhealthy ? (Healthcheck.Retries ?? 3) : 0,
              Log: answered
                ? [
                    {
                      Start: iso(at),
                      End: iso(at),
                      ExitCode: unhealthy ? 1 : 0,
                      Output: unhealthy ? 'the health check got 503' : '',
                    },
                  ]
                : [],
            },
          }
        : {}),
    },
    Image,
    Name: `/${nameOf(task)}`,
    RestartCount: 0,
    Driver: 'overlay2',
    Platform: 'linux',
    Config: { Env, Image, Labels: labelsOf(task), Entrypoint: Command, Cmd: Args.length ? Args : null },
    NetworkSettings: { Ports: {}, Networks: {} },
  };
}
