import { ConductorError, exitCode } from '../../../errors.ts';
import { poll } from '../../poll.ts';
import type { Added, AddOrder } from '../../servers.ts';
import { lookFor, sendImage } from '../images.ts';
import { label } from '../names.ts';
import { type EngineInfo, type EngineNode, operations } from '../operations.ts';
import type { Engine, Site } from '../site.ts';
import { advertised } from './advertise.ts';
import { letIn, reaches } from './between.ts';
import { byHand, type Found } from './check.ts';
import type { Login } from './login.ts';
import { addressOfNode, type Described, isManager, nodesOf, pinnedTo, updateNode } from './members.ts';
import { type Prepared, plain } from './prepare.ts';

interface Joining {
  readonly place: Described;
  readonly site: Site;
  readonly engine: Engine;
  readonly login: Login;
  readonly prepared: Prepared;
  readonly order: AddOrder;
}

/** A machine that is whole joins the swarm of the environment: its images first, so that it can run what it is given. */
export async function join(
  all: Joining,
): Promise<Pick<Added, 'ready' | 'findings' | 'done' | 'advertised' | 'role' | 'config'>> {
  const { place, site, engine, login, prepared, order } = all;
  const info = await engine.rest(operations.info);
  const nodes = await nodesOf(site);
  const findings: Found[] = [...prepared.findings];
  const done = [...prepared.done];
  const work = (what: string) => {
    order.doing(what);
    done.push(what);
  };
  let node = nodes.find(({ ID }) => ID === info.Swarm.NodeID);
  if (!node) {
    await assertFree(engine, info, login.address.host);
    const peer = nodes.find(isManager) ?? nodes[0]!;
    const address = advertised(prepared.facts, { named: order.advertise, peer: addressOfNode(peer) });
    const same = sameProcessor(site, nodes, prepared);
    const let_ = await letIn(place, login, address, order);
    const way = await reaches(login, nodes, address);
    for (const one of [...same, way]) order.found(plain(one));
    findings.push(...same, ...let_.findings, way);
    done.push(...let_.done);
    if (findings.some(({ level }) => level === 'failure'))
      return { ready: false, findings: findings.map(plain), done, advertised: null, role: null, config: [] };
    await sendImages(site, engine, work);
    work(`joins the swarm of ${site.info.Name}, at ${address}`);
    node = await enter(site, engine, address, order.manager);
  } else if (order.manager && !isManager(node)) {
    work('lets it take orders, too');
    await updateNode(site, node.ID, { Role: 'manager' });
    node = { ...node, Spec: { ...node.Spec, Role: 'manager' } };
  }
  const { host, nodes: named } = place.context.settings;
  return {
    ready: true,
    findings: findings.map(plain),
    done,
    advertised: addressOfNode(node),
    role: isManager(node) ? 'manager' : 'worker',
    config: [host, ...named].includes(engine.address)
      ? []
      : [`nodes: [${[...named, engine.address].map((one) => `'${one}'`).join(', ')}],`],
  };
}

/** @throws {ConductorError} `server.other-swarm` (exit 3) */
async function assertFree({ rest }: Engine, { Swarm }: EngineInfo, host: string): Promise<void> {
  // It was once told to join, nobody answered, and it still tries.
  if (Swarm.LocalNodeState === 'pending') await rest(operations.leaveSwarm, { query: { force: 'true' } });
  else if (Swarm.LocalNodeState !== 'inactive')
    throw new ConductorError({
      code: 'server.other-swarm',
      message: `${host} is part of another swarm already${Swarm.Error ? `: ${Swarm.Error}` : ''}.`,
      hint: 'That swarm was not touched. If nobody needs what runs there, have it leave, on that machine: docker swarm leave --force',
      exit: exitCode.checksFailed,
    });
}

/** Images that are built on the host run on its kind of processor only. */
function sameProcessor({ node }: Site, nodes: readonly EngineNode[], { facts }: Prepared): Found[] {
  const host = nodes.find(({ ID }) => ID === node)?.Description?.Platform?.Architecture;
  if (!host || host === facts.architecture) return [];
  return [
    byHand(
      'failure',
      `Its processor is ${facts.architecture}, and that of the host is ${host}: images that are built there do not run here`,
      'Take a machine with the same kind of processor.',
    ),
  ];
}

/** What runs from an image that no registry has. */
async function sendImages(site: Site, engine: Engine, work: (what: string) => void): Promise<void> {
  const services = (await site.rest(operations.services)).filter(({ Spec }) => Spec.Labels[label.role]);
  const pinned = pinnedTo(site.node, services);
  const images = services
    .filter((service) => !pinned.includes(service))
    .map(({ Spec }) => Spec.TaskTemplate.ContainerSpec.Image)
    .filter((image) => image.startsWith('sha256:'));
  const missing: string[] = [];
  for (const image of new Set(images))
    if (!(await lookFor(engine, image)) && (await lookFor(site, image))) missing.push(image);
  if (missing.length === 0) return;
  work(`sends it ${missing.length === 1 ? 'the image' : `${missing.length} images`} of what runs`);
  for (const image of missing) await sendImage(site, image, engine);
}

/** Its token is read from the host's engine and given to the new one's, in the bodies of requests. */
async function enter(site: Site, engine: Engine, address: string, manager: boolean): Promise<EngineNode> {
  const { JoinTokens } = await site.rest(operations.swarm);
  for (const [name, value] of Object.entries(JoinTokens)) site.seen.add(`token of a ${name}`, value);
  const nodes = await nodesOf(site);
  const body = {
    ListenAddr: address.includes(':') ? '[::]:2377' : '0.0.0.0:2377',
    AdvertiseAddr: address,
    RemoteAddrs: nodes.flatMap(({ ManagerStatus }) => ManagerStatus?.Addr || []),
    JoinToken: manager ? JoinTokens.Manager : JoinTokens.Worker,
  };
  let said = '';
  try {
    await engine.rest(operations.joinSwarm, { body });
  } catch (error) {
    // A lost answer may have been a good one.
    said = site.seen.redact((error as Error).message);
  }
  const node = await poll(
    async () => {
      const { Swarm } = await engine.rest(operations.info);
      if (said !== '' && Swarm.LocalNodeState !== 'active') return false;
      const found = (await nodesOf(site)).find(({ ID }) => ID === Swarm.NodeID);
      return found?.Status.State === 'ready' ? found : null;
    },
    { clock: site.clock, within: 60_000, pace: { first: 300, factor: 1.5, most: 2_000 } },
  );
  if (node) return node;
  // It would try for ever.
  await engine.rest(operations.leaveSwarm, { query: { force: 'true' } }).catch(() => {});
  throw new ConductorError({
    code: 'server.not-joined',
    message: `It did not become one of the servers${said ? `: ${said}` : ' within a minute'}. It was told to try no more.`,
    hint: `Between the servers 2377/tcp, 7946/tcp, 7946/udp and 4789/udp have to be open, in the provider's firewall, too.`,
    exit: exitCode.checksFailed,
  });
}
