import { ConductorError, exitCode } from '../../../errors.ts';
import type { Added, AddOrder } from '../../servers.ts';
import { ensureNetworks } from '../base.ts';
import { addressOf, type SshAddress } from '../dial.ts';
import { ensureEdge, isEdgeOutdated } from '../edge.ts';
import { type EngineInfo, operations } from '../operations.ts';
import { type Engine, openSite, type Site } from '../site.ts';
import { advertised } from './advertise.ts';
import type { Wanted } from './check.ts';
import { join } from './join.ts';
import { logIn } from './login.ts';
import { addressOfNode, type Described, nodesOf, openOther, openSwarm } from './members.ts';
import type { Place } from './place.ts';
import { poolFor } from './pool.ts';
import { type Prepared, plain, prepare } from './prepare.ts';
import { forgetLogin, written } from './remote.ts';

/** The account that is made where the config names none. */
const usualAccount = 'deploy';

/**
 * Looks at a machine, mends it, and makes it one of the servers: the first of a swarm, or the next.
 * @throws {ConductorError} what {@link logIn}, {@link prepare} and {@link join} throw; `swarm.…` where the host does not answer
 */
export async function addServer(place: Place, order: AddOrder): Promise<Added> {
  const address = sshAddress(order.address);
  const { context } = place;
  const host = context && addressOf(context.settings.host);
  const isHost =
    !context || (host?.kind === 'ssh' && host.host === address.host && host.port === address.port);
  const account = order.account ?? (host?.kind === 'ssh' ? host.user : undefined) ?? usualAccount;
  const login = await logIn(address, order.signal);
  const site = context && (await swarmOf({ ...place, context }, isHost));
  const { http, https } = context?.settings.ports ?? { http: 80, https: 443 };
  const wanted: Wanted = {
    account,
    ports: isHost ? [http, https] : [],
    firewall: order.firewall,
    others: site ? (await nodesOf(site)).map(addressOfNode) : [],
  };
  const prepared = await prepare(login, wanted, order, place.clock);
  const added: Added = {
    ready: false,
    findings: prepared.findings.map(plain),
    done: prepared.done,
    advertised: null,
    role: null,
    config: [],
  };
  if (prepared.findings.some(({ level }) => level === 'failure')) return added;

  const deploys = { ...address, user: account };
  if (prepared.done.length > 0) await forgetLogin(deploys);
  const engine = await engineOf(place, written(deploys));
  if (!('rest' in engine)) {
    order.found(engine);
    return { ...added, findings: [...added.findings, engine] };
  }
  if (isHost || !site) return { ...added, ready: true, ...(await first(place, engine, prepared, order)) };
  return join({ place: { ...place, context: context! }, site, engine, login, prepared, order });
}

/** The swarm of the environment; null where its host is what is being added, and is in none yet. */
async function swarmOf(place: Described, isHost: boolean): Promise<Site | null> {
  try {
    return await openSwarm(place);
  } catch (error) {
    if (isHost && error instanceof ConductorError && error.code.startsWith('swarm.')) return null;
    throw error;
  }
}

function sshAddress(text: string): SshAddress {
  const address = addressOf(text);
  if (address?.kind === 'ssh') return address;
  throw new ConductorError({
    code: 'server.unknown-address',
    // A password in it is nobody else's to read.
    message: `${text.replace(/(\/\/[^/@:]*):[^@]*@/, '$1:…@')} is no address that ssh reaches.`,
    hint: 'Write it as ssh://root@203.0.113.10, without a password or a path.',
    exit: exitCode.usage,
  });
}

/** It becomes a swarm of one, and has the edge as soon as somebody has described what is to be reached through it. */
async function first(
  place: Place,
  engine: Engine,
  prepared: Prepared,
  { advertise, doing }: AddOrder,
): Promise<Pick<Added, 'done' | 'advertised' | 'role' | 'config'>> {
  const done = [...prepared.done];
  const work = (what: string) => {
    doing(what);
    done.push(what);
  };
  let { Swarm } = await engine.rest(operations.info);
  if (Swarm.LocalNodeState !== 'active') {
    const address = advertised(prepared.facts, { named: advertise });
    work(`makes it the first of a swarm, at ${address}`);
    Swarm = await init(engine, address, poolFor(prepared.facts));
  }
  if (place.context && Swarm.ControlAvailable) {
    const site = await openSite(place.context, place.surroundings, engine);
    await ensureNetworks(site);
    if (!prepared.facts.edge) work('starts the edge');
    else if (await isEdgeOutdated(site))
      work('starts the edge again, as it is to be now: visitors wait for a second');
    await ensureEdge(site, { renew: true });
  }
  return {
    done,
    advertised: Swarm.NodeAddr,
    role: Swarm.ControlAvailable ? 'manager' : 'worker',
    config: place.context ? [] : [`target: swarm({ host: '${engine.address}' }),`],
  };
}

/** Makes an engine the first of a swarm. A lost answer may have been a good one. */
async function init(engine: Engine, address: string, pool: string | undefined): Promise<EngineInfo['Swarm']> {
  const any = address.includes(':') ? '[::]:2377' : '0.0.0.0:2377';
  try {
    await engine.rest(operations.initSwarm, {
      body: {
        ListenAddr: any,
        AdvertiseAddr: address,
        ...(pool && { DefaultAddrPool: [pool], SubnetSize: 24 }),
      },
    });
  } catch (error) {
    const { Swarm } = await engine.rest(operations.info);
    if (Swarm.LocalNodeState !== 'active') throw error;
  }
  return (await engine.rest(operations.info)).Swarm;
}

/** The engine as deploys reach it, or why they do not. */
async function engineOf(place: Place, address: string) {
  try {
    return await openOther(place, address);
  } catch (error) {
    if (!(error instanceof ConductorError) || !error.code.startsWith('swarm.')) throw error;
    return { level: 'failure' as const, title: error.message, fix: error.hint ?? 'See what Docker says.' };
  }
}
