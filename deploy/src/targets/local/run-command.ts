import { ConductorError, exitCode } from '../../errors.ts';
import { runForeground } from '../foreground.ts';
import type { CommandOrder } from '../target.ts';
import { serviceEnvironment } from './host/environment.ts';
import type { State } from './host/state.ts';
import { storeUrl } from './host/store.ts';

/** What a program at a terminal needs to know of it. */
const ofTerminal = ['TERM', 'COLORTERM', 'NO_COLOR'];

/** Runs a command of a service as one more process of it: in the release's folder, with the settings that its processes got. */
export async function runCommand(
  state: State | null,
  { service: name, version, words, signal, output }: CommandOrder,
  environment: string,
): Promise<number> {
  const live = state?.generations.find(({ role, spec }) => role === 'live' && spec.version === version);
  const service = live?.spec.services.find((each) => each.name === name);
  if (!state || !live || !service) throw notLive(version, environment);
  const ports = Map.groupBy(live.replicas, (replica) => replica.service);
  const addresses = {
    stores: new Map(state.stores.map((store) => [store.spec.name, storeUrl(store)])),
    ports: new Map([...ports].map(([each, replicas]) => [each, replicas.map(({ port }) => port)])),
  };
  const terminal = ofTerminal.flatMap((each) => {
    const value = process.env[each];
    return value === undefined ? [] : [[each, value] as const];
  });
  return runForeground({
    words,
    cwd: service.cwd,
    env: { ...Object.fromEntries(terminal), ...serviceEnvironment(live.spec, service, null, addresses) },
    signal,
    ...(output && { output }),
  });
}

const notLive = (version: string, environment: string) =>
  new ConductorError({
    code: 'run.not-live',
    message: `${version} is not live any more.`,
    hint: `See how it is: conductor status ${environment}`,
    exit: exitCode.unknown,
  });
