import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { ConductorError, exitCode } from '../../errors.ts';
import {
  type Probed,
  parsed,
  probedSchema,
  type SwitchTraffic,
  type SwitchView,
  switchTrafficSchema,
  type Table,
  viewSchema,
} from '../../switch/protocol.ts';
import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import { ensureNetworks } from './base.ts';
import { exec, talkWith } from './exec.ts';
import { ensureImage } from './images.ts';
import { edgeName, labelsOf, networkName, switchName } from './names.ts';
import { containerHere, serviceNamed } from './services.ts';
import type { Site } from './site.ts';
import { logs, nanoseconds, type ServiceSpec } from './spec.ts';
import { ensureFile, keepService } from './specification.ts';

const program = '/conductor/switch.mjs';

/** Which program of this package the switch runs; a test gives another. */
export type SwitchProgram = () => Promise<string>;

/** Makes the switch of the environment where there is none, or brings it to this version of Conductor. */
export async function ensureSwitch(site: Site, text: SwitchProgram): Promise<void> {
  const { context, node } = site;
  await ensureNetworks(site);
  const { createHash } = await import('node:crypto');
  const data = await text();
  const file = `conductor-switch-${createHash('sha256').update(data).digest('hex').slice(0, 16)}`;
  const config = await ensureFile(site, 'config', file, data, {});
  const image = await ensureImage(site, context.settings.images.switch);
  const name = switchName(context);
  const spec: ServiceSpec = {
    Name: name,
    Labels: labelsOf(context, 'switch'),
    TaskTemplate: {
      ContainerSpec: {
        Image: image.reference,
        Command: ['node', program],
        Env: ['PORT=8080', 'STATE=/state/table.json', `TRUSTED=${edgeName}`],
        Init: true,
        ReadOnly: true,
        CapabilityDrop: ['ALL'],
        StopGracePeriod: nanoseconds(35),
        Configs: [
          { ConfigID: config, ConfigName: file, File: { Name: program, UID: '0', GID: '0', Mode: 0o444 } },
        ],
        Mounts: [
          { Type: 'volume', Source: name, Target: '/state' },
          { Type: 'tmpfs', Target: '/tmp', TmpfsOptions: { SizeBytes: 16 * 1024 * 1024 } },
        ],
      },
      RestartPolicy: { Condition: 'any', Delay: nanoseconds(1) },
      // Its table lies on this node's disk.
      Placement: { Constraints: [`node.id==${node}`] },
      Networks: [{ Target: networkName(context) }, { Target: edgeName }],
      LogDriver: logs,
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: 'dnsrr' },
    // The next one knows the table before the last one stops taking requests.
    UpdateConfig: { Parallelism: 1, Order: 'start-first', FailureAction: 'pause', Monitor: nanoseconds(5) },
  };
  await keepService(site, spec);
  const up = async () => {
    const container = await containerHere(site, (await serviceNamed(site, name))!.ID);
    return container === null
      ? null
      : (await exec(site, container, ['node', program, 'table'])).exit === 0 || null;
  };
  if (
    !(await poll(up, { clock: site.clock, within: 60_000, pace: { first: 250, factor: 1.5, most: 2_000 } }))
  )
    throw new PlatformRefusal('Docker', 'unreachable', { said: `the switch ${name} does not come up` });
}

/** Asks the switch. What it is told goes by the environment, never by words. */
async function ask(
  site: Site,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  known?: string,
): Promise<unknown> {
  const container = known ?? (await runningContainer(site));
  const { exit, stdout, stderr } = await exec(site, container, ['node', program, ...words], env);
  if (exit === 0) return JSON.parse(stdout);
  const said = failure.safeParse(parse(stderr)).data?.error.message ?? (stderr || stdout);
  throw new PlatformRefusal('The switch', 'other', { said: site.seen.redact(said.slice(-500)) });
}

/** The program of the switch, to talk with: what it is asked for is in its own words. */
export const talkWithSwitch = async (site: Site, words: readonly string[]): Promise<Duplex> =>
  talkWith(site, await runningContainer(site), ['node', program, ...words]);

/** @throws {ConductorError} `swarm.no-switch` (exit 7) */
async function runningContainer(site: Site): Promise<string> {
  const name = switchName(site.context);
  const container = await containerOf(site);
  if (!container) {
    throw new ConductorError({
      code: 'swarm.no-switch',
      message: `The switch ${name} does not run on ${site.info.Name}, so which release serves cannot be told or changed.`,
      hint: `Set \`host\` in swarm({ … }) to the manager on which it was made, or look there at why it does not run: docker service ps ${name}`,
      exit: exitCode.unknown,
    });
  }
  return container;
}

async function containerOf(site: Site): Promise<string | null> {
  const service = await serviceNamed(site, switchName(site.context));
  return service && containerHere(site, service.ID);
}

const failure = z.object({ error: z.object({ message: z.string() }) });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

type View = Pick<SwitchView, 'table' | 'maintenance'>;

/** What is in force: the table, and whether visitors are kept out. Nothing where nothing was deployed yet. */
export async function readView(site: Site): Promise<View> {
  if (!(await serviceNamed(site, switchName(site.context)))) return { table: null, maintenance: null };
  return askView(site);
}

/** The same of a switch that is there. @param container in which it runs, where that is known */
export const askView = async (site: Site, container?: string): Promise<View> =>
  parsed(viewSchema, 'The answer of the switch', await ask(site, ['table'], {}, container));

/** Where the switch in that container leads visitors to, by the name of the service. */
export const readAddresses = async (site: Site, container: string): Promise<SwitchView['addresses']> =>
  parsed(viewSchema, 'The answer of the switch', await ask(site, ['table'], {}, container)).addresses;

export const readTable = async (site: Site): Promise<Table | null> => (await readView(site)).table;

/** The cutover: from its answer on, every new request goes to where this table says. A reply that got lost may have been a good one. */
export async function route(site: Site, next: Table): Promise<void> {
  try {
    await ask(site, ['route'], { CONDUCTOR_TABLE: JSON.stringify(next) });
  } catch (error) {
    if (JSON.stringify(await readTable(site)) !== JSON.stringify(next)) throw error;
  }
}

/** Asks every replica behind a name for a path, from inside the network. */
export const probe = async (
  site: Site,
  order: { readonly name: string; readonly port: number; readonly path: string },
  container?: string,
): Promise<Probed> =>
  parsed(
    probedSchema,
    'The answer of the switch',
    await ask(site, ['probe'], { CONDUCTOR_PROBE: JSON.stringify(order) }, container),
  );

/** Waits until nothing is under way with a release, at most so many seconds; then lets go of what is left. */
export const drain = async (site: Site, release: string, seconds: number): Promise<void> => {
  await ask(site, ['drained', release, String(seconds)]);
};

/** What visitors were answered, by process. */
export const readTraffic = async (site: Site): Promise<SwitchTraffic> =>
  parsed(switchTrafficSchema, 'The answer of the switch', await ask(site, ['traffic']));

/** Whether visitors are kept out; with a notice, or null, from now on. */
export const maintenanceOf = (site: Site, notice?: object | null): Promise<unknown> =>
  ask(site, ['maintenance'], notice === undefined ? {} : { CONDUCTOR_MAINTENANCE: JSON.stringify(notice) });
