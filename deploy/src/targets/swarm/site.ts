import { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Clock } from 'conductor-backup/retry';
import { z } from 'zod';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Objection } from '../http.ts';
import type { TargetContext } from '../kind.ts';
import { PlatformRefusal } from '../refusal.ts';
import { createRest, type Rest, type Sentences } from '../rest.ts';
import type { SecretsSeen } from '../secrets-seen.ts';
import { connection, type Surroundings } from '../surroundings.ts';
import { addressOf, byHandOf, type Dial, dialTo } from './dial.ts';
import { type EngineHttp, engineHttp, type StreamCall } from './engine-http.ts';
import type { SwarmSettings } from './index.ts';
import { type Others, othersAt } from './nodes.ts';
import type { EngineInfo } from './operations.ts';
import { infoOf, isWithoutQuorum, noQuorum, sayingQuorum } from './quorum.ts';
import { type RegistryLogin, registryLogin } from './registry.ts';

/** A swarm that answers, as its manager sees it. */
export interface Site {
  readonly context: TargetContext<SwarmSettings>;
  readonly rest: Rest;
  readonly engine: EngineHttp;
  readonly clock: Clock;
  readonly seen: SecretsSeen;
  /** Version of the API that is spoken: 1.41, or 1.44 where the engine knows it. */
  readonly api: number;
  /** The node that is asked: the stores, the switch and the edge run there. */
  readonly node: string;
  readonly info: EngineInfo;
  /** Finds the addresses of names in place of this machine's resolver. */
  readonly lookup: LookupFunction | undefined;
  /** Of the registry in the settings. */
  readonly login: RegistryLogin | null;
  /** Engines of the other nodes: asked by what has to do with images. */
  readonly others: () => Promise<Others>;
}

const oldest = 1.41;
const newest = 1.44;

/** What Swarm's managers say with a status that is not the right one. */
export const sentences: Sentences = [
  [/update out of sequence/, 'other'],
  [/does not have a leader|DeadlineExceeded|context deadline exceeded/i, 'unreachable'],
  [
    /No such image|pull access denied|unauthorized: authentication|manifest unknown|not found: manifest/i,
    'source',
  ],
  [/no space left on device/i, 'quota'],
  [/AlreadyExists|name conflicts/i, 'name'],
];

/** The version of the API to speak with an engine, by what it says of itself. */
export function spoken({
  ApiVersion,
  MinAPIVersion,
}: {
  ApiVersion: string;
  MinAPIVersion?: string | undefined;
}): number | null {
  const number = (text: string): number => Number(text.replace(/^(\d+)\.(\d)$/, '$1.0$2'));
  const [most, least] = [number(ApiVersion), number(MinAPIVersion ?? '1.24')];
  // 1.5 comes before 1.41 as text does not.
  const able = (version: number) => version <= most && version >= least;
  return able(newest) ? newest : able(oldest) ? oldest : most >= oldest ? Math.max(least, oldest) : null;
}

/** A status of 500 is the engine's usual refusal; only its words tell one that goes by. */
function objection(body: unknown, status: number): Objection | null {
  if (status < 500) return null;
  const text = z.object({ message: z.string() }).safeParse(body).data?.message ?? String(body);
  return { text, kind: /leader|deadline ?exceeded|unavailable|timeout/i.test(text) ? 'fault' : 'refusal' };
}

const versionSchema = z.object({ ApiVersion: z.string(), MinAPIVersion: z.string().optional() });

/** The engine of one machine. */
export interface Engine extends Pick<Site, 'rest' | 'engine' | 'api' | 'clock' | 'seen'> {
  readonly address: string;
}

type Way = Pick<TargetContext, 'say' | 'interrupt'>;

/** @throws {ConductorError} `swarm.unreachable` (exit 7), `swarm.engine-old` (exit 3) */
export async function openEngine(
  address: string,
  way: Way,
  { dial = dialTo(addressOf(address)!), ...surroundings }: Surroundings & { readonly dial?: Dial },
  { clock, seen }: Pick<Site, 'clock' | 'seen'>,
): Promise<Engine> {
  const api = await versionOf(address, dial);
  const engine = engineHttp(dial, `v${api}`);
  const rest = createRest(
    {
      platform: 'Docker',
      base: `http://docker/v${api}`,
      headers: {},
      clock,
      redact: seen.redact,
      objection,
      ...connection({ ...surroundings, fetch: engine.fetch }, way),
    },
    sentences,
  );
  return { address, api, engine, rest, clock, seen };
}

/**
 * @throws {ConductorError} `swarm.engine-old`, `swarm.no-manager`, `swarm.no-registry-login`: nothing was changed (exit 3);
 * `swarm.unreachable`, `swarm.no-quorum` (exit 7)
 */
export async function openSite(
  context: TargetContext<SwarmSettings>,
  {
    dial,
    lookup,
    ...surroundings
  }: Surroundings & { readonly dial?: Dial; readonly lookup?: LookupFunction },
  { clock, seen }: Pick<Site, 'clock' | 'seen'>,
): Promise<Site> {
  const { host, nodes } = context.settings;
  const { api, engine, rest } = await openEngine(
    host,
    context,
    { ...surroundings, ...(dial && { dial }) },
    { clock, seen },
  );
  const info = await infoOf(rest, clock);
  if (info.Swarm.LocalNodeState !== 'active' || !info.Swarm.ControlAvailable) throw noManager(context, info);
  const asked = { host, address: info.Swarm.NodeAddr };
  if (isWithoutQuorum(info.Swarm.Error)) throw noQuorum(asked);
  const login = await registryLogin(context, seen);
  return {
    ...{ context, engine, clock, seen, api, info, login },
    rest: sayingQuorum(rest, asked),
    node: info.Swarm.NodeID,
    lookup,
    others: othersAt(nodes, (address) => openEngine(address, context, surroundings, { clock, seen })),
  };
}

async function versionOf(address: string, dial: Dial): Promise<number> {
  let said: string;
  try {
    const answer = await engineHttp(dial, 'v1.41').fetch('http://docker/version', {
      signal: AbortSignal.timeout(30_000),
    });
    said = await answer.text();
  } catch (cause) {
    throw unreachable(address, cause);
  }
  const parsed = versionSchema.safeParse(parseJson(said));
  const api = parsed.success ? spoken(parsed.data) : null;
  if (api !== null) return api;
  throw new ConductorError({
    code: 'swarm.engine-old',
    message: parsed.success
      ? `The Docker engine at ${address} is too old: it speaks version ${parsed.data.ApiVersion} of its API.`
      : `What answers at ${address} is no Docker engine.`,
    hint: 'Install Docker 20.10 or a newer one there: https://docs.docker.com/engine/install/',
    exit: exitCode.checksFailed,
  });
}

const parseJson = (said: string): unknown => {
  try {
    return JSON.parse(said);
  } catch {
    return null;
  }
};

function unreachable(address: string, cause: unknown): ConductorError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const ssh = address.startsWith('ssh:');
  return new ConductorError({
    code: 'swarm.unreachable',
    message: `The Docker engine at ${address} cannot be reached: ${why}`,
    hint: ssh
      ? `Try it by hand: ${byHandOf(address)} docker version. The user must be let in by a key and may use Docker (group docker).`
      : 'Start Docker there, and run this as a user who may use it (group docker).',
    // What it runs may go on without it: nobody knows.
    exit: exitCode.unknown,
    fault: 'platform',
    cause,
  });
}

function noManager(
  { settings: { host }, environment }: TargetContext<SwarmSettings>,
  { Swarm }: EngineInfo,
): ConductorError {
  const found = addressOf(host);
  const address = found?.kind === 'ssh' ? `ssh://root@${new URL(host).host}` : null;
  const active = Swarm.LocalNodeState === 'active';
  return new ConductorError({
    code: 'swarm.no-manager',
    message: active
      ? `The node at ${host} is a worker of its swarm, and only managers take orders.`
      : `The Docker engine at ${host} is in no swarm${Swarm.Error ? `: ${Swarm.Error}` : ''}.`,
    hint: active
      ? 'Set `host` in swarm({ … }) to a manager.'
      : address
        ? `Make it the first server: conductor server add ${address} ${environment}`
        : 'Make it a swarm of one, once, on this machine: docker swarm init',
    exit: exitCode.checksFailed,
  });
}

/** A stream whose answer was a refusal has its words in it. */
export async function streamed({ engine, seen }: Pick<Site, 'engine' | 'seen'>, call: StreamCall) {
  const answer = await engine.stream(call);
  if ((answer.statusCode ?? 500) < 400) return answer;
  throw await refusalIn(answer, seen);
}

/** A connection both ways with what the engine has started. */
export async function upgraded(
  { engine, seen }: Pick<Site, 'engine' | 'seen'>,
  call: StreamCall,
): Promise<Duplex> {
  const answer = await engine.upgrade(call);
  if (answer instanceof IncomingMessage) throw await refusalIn(answer, seen);
  return answer;
}

async function refusalIn(answer: IncomingMessage, seen: SecretsSeen): Promise<PlatformRefusal> {
  const said = seen.redact(await text(answer)).slice(0, 500);
  const message = z.object({ message: z.string() }).safeParse(parseJson(said));
  return new PlatformRefusal(
    'Docker',
    sentences.find(([pattern]) => pattern.test(said))?.[1] ??
      (answer.statusCode === 404 ? 'absent' : 'other'),
    {
      said: message.success ? message.data.message : said,
    },
  );
}
