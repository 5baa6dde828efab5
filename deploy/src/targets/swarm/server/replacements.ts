import { ConductorError, exitCode } from '../../../errors.ts';
import { poll } from '../../poll.ts';
import type { MoveOrder } from '../../servers.ts';
import { port } from '../../variables.ts';
import { label, replacementName, switchName } from '../names.ts';
import { nameOf } from '../nodes.ts';
import { type EngineNode, type EngineService, operations } from '../operations.ts';
import {
  containerHere,
  ensureService,
  isRunning,
  labelOf,
  removeService,
  serviceNamed,
  tasksOf,
} from '../services.ts';
import type { Site } from '../site.ts';
import type { ServiceSpec } from '../spec.ts';
import { probe, readAddresses } from '../switch.ts';
import { readTasks } from '../tasks.ts';

/** Milliseconds in which one is healthy: an image may have to be fetched there. */
const patience = 300_000;
/** Milliseconds that one which is asked nothing has to stay up. */
const settling = 3_000;
const pace = { first: 300, factor: 1.3, most: 2_000 };

/**
 * Swarm ends what is to move before it starts it elsewhere, so a service that runs on one server only would be away meanwhile. For each of those a
 * second service is made that is like it, is found by its name, too, and runs anywhere but there. Never of a singleton. More replicas of the service
 * itself would not do: which of them is taken away again, the healthy one or the other one, is Swarm's to choose.
 * @throws {ConductorError} `server.no-replacement` (exit 3): nothing is changed
 */
export async function startReplacements(site: Site, node: EngineNode, order: MoveOrder): Promise<void> {
  try {
    for (const service of await onlyOn(site, node)) {
      order.doing(`starts ${service.Spec.Name} elsewhere before it ends on ${nameOf(node)}`);
      const { service: replacement } = await ensureService(site, specOf(service, node));
      const why = await comesUp(site, replacement, replacement.Spec.Name, replicasOf(service), order);
      if (why !== null) throw noReplacement(site, node, service, why);
    }
  } catch (error) {
    for (const one of await replacementsOf(site, node)) await removeService(site, one.ID);
    throw error;
  }
}

/**
 * Takes them away again, once what they stand in for is healthy elsewhere; also those that an interrupted command has left.
 * @returns what is not, with why; none: they are gone
 */
export async function endReplacements(site: Site, node: EngineNode, order: MoveOrder): Promise<string[]> {
  const missing: string[] = [];
  for (const one of await replacementsOf(site, node)) {
    const name = labelOf(one, label.replaces) ?? '';
    const service = await serviceNamed(site, name);
    if (service && replicasOf(service) > 0) {
      order.doing(`waits until ${name} is healthy elsewhere`);
      // Whoever asks for its name finds both.
      const why = await comesUp(site, service, name, replicasOf(service) + replicasOf(one), order);
      if (why !== null) {
        missing.push(`${name}: ${why}`);
        continue;
      }
    }
    await removeService(site, one.ID);
  }
  return missing;
}

const replicasOf = ({ Spec }: EngineService): number => Spec.Mode.Replicated?.Replicas ?? 0;

const replacementsOf = async ({ rest }: Site, node: EngineNode): Promise<EngineService[]> =>
  (await rest(operations.services)).filter((one) => labelOf(one, label.awayFrom) === node.ID);

/** Services of releases that run there and nowhere else, and of which there may be two. One whose maker did not say so is left alone. */
async function onlyOn(site: Site, node: EngineNode): Promise<EngineService[]> {
  const found: EngineService[] = [];
  for (const service of await site.rest(operations.services)) {
    if (labelOf(service, label.role) !== 'service' || labelOf(service, label.singleton) !== 'false') continue;
    const running = (await tasksOf(site, service.ID)).filter(isRunning);
    if (running.length > 0 && running.every(({ NodeID }) => NodeID === node.ID)) found.push(service);
  }
  return found;
}

interface Template {
  readonly Placement?: { readonly Constraints?: readonly string[] | null };
  readonly Networks?: readonly { readonly Aliases?: readonly string[] | null }[];
}

function specOf({ Spec }: EngineService, node: EngineNode): ServiceSpec {
  const { Placement, Networks = [] } = Spec.TaskTemplate as Template;
  const kept = [label.project, label.environment, label.name, label.release, label.health];
  return {
    Name: replacementName(Spec.Name),
    Labels: {
      ...Object.fromEntries(
        kept.flatMap((name) => (name in Spec.Labels ? [[name, Spec.Labels[name]!]] : [])),
      ),
      [label.role]: 'replacement',
      [label.replaces]: Spec.Name,
      [label.awayFrom]: node.ID,
    },
    TaskTemplate: {
      ...Spec.TaskTemplate,
      Placement: { ...Placement, Constraints: [...(Placement?.Constraints ?? []), `node.id!=${node.ID}`] },
      Networks: Networks.map((one) => ({ ...one, Aliases: [...(one.Aliases ?? []), Spec.Name] })),
    },
    Mode: { Replicated: { Replicas: Spec.Mode.Replicated?.Replicas ?? 1 } },
    EndpointSpec: { Mode: 'dnsrr' },
  };
}

/**
 * Waits until a service runs as often as wanted, as many as `found` are healthy by its name, and the switch leads to them.
 * @returns why it does not; null: it does
 */
async function comesUp(
  site: Site,
  service: EngineService,
  name: string,
  found: number,
  { signal }: MoveOrder,
): Promise<string | null> {
  let why = '';
  let since = Number.POSITIVE_INFINITY;
  const up = await poll(
    async () => {
      signal.throwIfAborted();
      const tasks = await tasksOf(site, service.ID);
      const { state, detail } = readTasks(tasks, replicasOf(service));
      why = detail;
      // Of one that has moved others have ended before.
      if (state === 'failed' && labelOf(service, label.replaces) !== undefined) return false;
      const runs = tasks.filter(isRunning).length >= replicasOf(service);
      since = runs ? Math.min(since, site.clock.now()) : Number.POSITIVE_INFINITY;
      if (!runs) return null;
      const asked = await askAll(site, service, name, found);
      if (asked === null) return site.clock.now() - since >= settling || null;
      why = asked;
      return asked === '' || null;
    },
    { clock: site.clock, within: patience, signal, pace },
  );
  return up ? null : why;
}

/** @returns what is not healthy by our own asking; null: it cannot be asked */
async function askAll(
  site: Site,
  service: EngineService,
  name: string,
  wanted: number,
): Promise<string | null> {
  const path = labelOf(service, label.health);
  const container = path === undefined ? null : await switchBefore(site, service);
  if (path === undefined || container === null) return null;
  const answers = await probe(site, { name, port, path }, container);
  const good = answers.filter(({ status }) => status !== null && status >= 200 && status < 300);
  const bad = answers.find((one) => !good.includes(one));
  if (bad) return `${path} answered ${bad.status ?? bad.error ?? 'nothing'}`;
  if (good.length < wanted) return `${good.length} of ${wanted} healthy`;
  const own = labelOf(service, label.replaces) ?? name;
  const led = (await readAddresses(site, container))[own];
  // One that no visitor asks for is not led to.
  return led === undefined || answers.every(({ address }) => led.includes(address))
    ? ''
    : 'the switch does not know it yet';
}

/** The container of the switch of that service's environment, if that is here. */
async function switchBefore(site: Site, service: EngineService): Promise<string | null> {
  const project = labelOf(service, label.project) ?? '';
  const environment = labelOf(service, label.environment) ?? '';
  const found = await serviceNamed(site, switchName({ project, environment }));
  return found && containerHere(site, found.ID);
}

const noReplacement = ({ context }: Site, node: EngineNode, { Spec }: EngineService, why: string) =>
  new ConductorError({
    code: 'server.no-replacement',
    message: `${Spec.Name} runs on ${nameOf(node)} only, and does not come up elsewhere: ${why}. ${nameOf(node)} is as it was.`,
    hint: `See what it says on the other servers, and whether they have room: conductor server list ${context.environment}`,
    exit: exitCode.checksFailed,
  });
