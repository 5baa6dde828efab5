import { connect } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { leadOn } from '../../../src/switch/tunnel.ts';
import type { Cluster } from './cluster.ts';
import type { Program, ProgramEnd } from './containers.ts';
import type { Switches } from './switch.ts';

/** What an edge was told. */
export interface Told {
  readonly service: string;
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** Programs that are run in the containers that have a role of ours. Null for all others. */
export function programs(cluster: Cluster, switches: Switches, told: Told[]) {
  return (program: Program): ProgramEnd | null => {
    const { task, command, service, variables } = program;
    const role = task.service.spec.Labels['conductor.role'];
    if (role === 'switch' && command[1] === '/conductor/switch.mjs') return switches.run(program);
    if (role === 'edge') {
      told.push({ service, command, variables });
      return { exitCode: 0 };
    }
    const last = command.at(-1) ?? '';
    if (command[0] === 'cat' && last.startsWith('/run/secrets/')) return secretOf(cluster, program, last);
    const printed = /^printf %s "\$(\w+)"$/.exec(last)?.[1];
    if (role === 'store' && printed !== undefined)
      return { exitCode: 0, stdout: variables[printed] ?? task.variables[printed] ?? '' };
    return null;
  };
}

/** The switch's own program that leads connections on, here to ports of this machine. */
export function talker({ task, command }: Program, listening: ReadonlyMap<string, number>): Duplex | null {
  const isSwitch = task.service.spec.Labels['conductor.role'] === 'switch';
  if (!isSwitch || command[1] !== '/conductor/switch.mjs' || command[2] !== 'tunnel') return null;
  const [out, back] = [new PassThrough(), new PassThrough()];
  void leadOn(Duplex.from({ readable: out, writable: back }), (port, host) =>
    connect({ port: listening.get(`${host}:${port}`) ?? 1, host: '127.0.0.1', allowHalfOpen: true }),
  );
  return Duplex.from({ readable: back, writable: out });
}

/** A secret as the service sees it, a file in `/run/secrets`. */
function secretOf(cluster: Cluster, { task }: Program, path: string): ProgramEnd {
  const name = path.slice('/run/secrets/'.length);
  const mounted = task.spec.ContainerSpec?.Secrets?.find(({ File }) => File?.Name === name);
  const secret = cluster.secrets.find(({ id }) => id === mounted?.SecretID);
  return secret
    ? { exitCode: 0, stdout: secret.data }
    : { exitCode: 1, stderr: `cat: can't open '${path}': No such file or directory\n` };
}
