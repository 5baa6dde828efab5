import type { Clock } from 'conductor-backup/retry';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { State } from '../model/state.ts';
import {
  intend,
  type Memory,
  prove,
  recall,
  remember,
  runOf,
  versionOf,
  wayBack,
  withdraw,
} from './memory.ts';
import { lag, once } from './once.ts';
import { poll } from './poll.ts';
import { isRefused, PlatformRefusal } from './refusal.ts';
import type { Evidence, Reading, Unit, Venue } from './rollout.ts';
import { waves } from './waves.ts';

/** What a platform shows of one service. */
export interface Standing {
  /** Id of its newest deployment, whatever became of it. */
  readonly newest: string | null;
  /** Id of the deployment that serves. */
  readonly active: string | null;
}

/** What a look is for. */
export interface Asked {
  /** Names of the services that count; the others may cost requests. All when left out. */
  readonly services?: readonly string[];
  /** Milliseconds that it may have been seen before; left out, as long as it takes for two parts of one step to ask once. */
  readonly within?: number;
}

/** Deployments of a platform that deploys each service by itself. Services are called by our names. */
export interface ServiceDeployments {
  readonly platform: string;
  /** The services that there are, and what is remembered of them. */
  look(asked?: Asked): Promise<{ readonly memory: Memory; readonly services: ReadonlyMap<string, Standing> }>;
  /** Writes what is remembered of these services; settings that were prepared for them are written by then, too. */
  remember(memory: Memory, services: readonly string[]): Promise<void>;
  read(service: string, id: string): Promise<Reading>;
  /** Begins a deployment of the service as it is set. Its id; null when the platform does not tell it. */
  begin(service: Service, release: Release): Promise<string | null>;
  /** Begins an earlier deployment once more, with image and settings of then. Refused when the platform no longer has it. */
  again(service: string, id: string): Promise<string | null>;
  /** The deployment that came after `newest`; null when none shows. */
  after(service: string, newest: string | null): Promise<string | null>;
  cancel(service: string, id: string): Promise<void>;
  /** Ends a deployment that serves, where nothing takes its place. */
  remove(service: string, id: string): Promise<void>;
  /** Puts the settings of the service back to what they were before `prepare`, if that is known. Starts nothing. */
  restoreSettings(service: string): Promise<void>;
  /** A release has come up as a whole: what was kept to go back to is no longer needed. */
  forgetSettings(): Promise<void>;
  evidence(service: string, id: string): Promise<Evidence>;
}

/** The one that was begun after `newest`, in a list of the newest ones. Null: none, or `newest` is not among them. */
export function nextAfter(
  list: readonly { readonly id: string; readonly createdAt: string }[],
  newest: string | null,
): string | null {
  const sorted = [...list].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  if (newest === null) return sorted[0]?.id ?? null;
  const end = sorted.findIndex(({ id }) => id === newest);
  return end > 0 ? sorted[end - 1]!.id : null;
}

const minute = 60_000;
/** Milliseconds for a build and for what the platform does around it. */
const buildTime = 30 * minute;

/** It can still come to serve, as far as is known. */
const isComing = (state: State): boolean =>
  ['pending', 'building', 'releasing', 'starting', 'unknown'].includes(state);

/** Rolls a release out service by service, so that it is found again wherever this process dies. */
export function serviceVenue(
  deployments: ServiceDeployments,
  clock: Clock,
  prepare: Venue['prepare'],
): Venue {
  const find = (service: string, newest: string | null): Promise<string | null> =>
    poll(() => deployments.after(service, newest), { clock, within: lag });

  /** What is remembered, where ids of deployments are not written yet: they go with the proof. */
  let unwritten: Memory | null = null;
  /** The services that those are of. */
  const owed = new Set<string>();
  const look = async (asked?: Asked) => {
    const { memory, services } = await deployments.look(asked);
    return { memory: unwritten ?? memory, services };
  };
  async function write(memory: Memory, services: readonly string[]): Promise<void> {
    await deployments.remember(memory, services);
    for (const name of services) owed.delete(name);
    unwritten = owed.size > 0 ? memory : null;
  }
  function owe(memory: Memory, services: readonly string[]): void {
    unwritten = memory;
    for (const name of services) owed.add(name);
  }

  /** Begins one deployment, never two. A platform that does not tell its id is asked for it. */
  const oneOf = ({ service, newest, begin }: Start): Promise<string> =>
    once({
      begin: async () => {
        const id = await begin();
        if (id) return id;
        const said = `a deployment of ${service} was accepted and never showed`;
        throw new PlatformRefusal(deployments.platform, 'unreachable', { said });
      },
      find: () => deployments.after(service, newest),
      clock,
    });

  /** Intents first, then the deployments, then their ids: see {@link Memory}. */
  async function start(all: readonly Start[], memory: Memory): Promise<Memory> {
    if (all.length === 0) return memory;
    const names = all.map(({ service }) => service);
    let next = memory;
    for (const { service, version, newest } of all) next = intend(next, service, version, newest);
    await write(next, names);
    for (const [i, one] of all.entries()) {
      try {
        next = remember(next, one.service, one.version, await oneOf(one));
      } catch (error) {
        if (!isRefused(error)) throw error;
        for (const { service } of all.slice(i)) next = withdraw(next, service);
        await write(next, names);
        throw error;
      }
    }
    // Who is killed before it is written finds them by their intents.
    owe(next, names);
    return next;
  }

  /** With the deployments that a killed command has begun and not written down: they are no strangers, nor something to go back to. */
  async function withBegun(memory: Memory, units: readonly Unit[]): Promise<Memory> {
    let next = memory;
    for (const { name } of units) {
      const { intent } = recall(memory, name);
      if (!intent) continue;
      const id = await find(name, intent.newest);
      next = id ? remember(next, name, intent.version, id) : withdraw(next, name);
      owe(next, [name]);
    }
    return next;
  }

  /** What this release has begun for the service, if anything. */
  async function begun(memory: Memory, service: string, version: string): Promise<string | null> {
    const { intent } = recall(memory, service);
    return intent?.version === version ? find(service, intent.newest) : runOf(memory, service, version);
  }

  /** Goes back to an earlier deployment the fast way, or makes the same again from commit or digest. */
  async function againOrAnew(service: Service, release: Release, earlier: string): Promise<string | null> {
    try {
      return await deployments.again(service.name, earlier);
    } catch (error) {
      if (!isRefused(error)) throw error;
      return deployments.begin(service, release);
    }
  }

  /** Reads a deployment that may have begun a moment ago, and then not show yet. */
  async function shown(service: string, id: string): Promise<Reading> {
    let absent: unknown;
    const read = async () => {
      try {
        return await deployments.read(service, id);
      } catch (error) {
        if (!(error instanceof PlatformRefusal) || error.refusal !== 'absent') throw error;
        absent = error;
        return null;
      }
    };
    const reading = await poll(read, { clock, within: lag });
    if (reading) return reading;
    throw absent;
  }

  /** Waits until a deployment has come to its end, whatever that is. */
  async function settle(service: string, id: string, within: number): Promise<Reading> {
    let last: Reading | undefined = await shown(service, id);
    if (!isComing(last.state)) return last;
    const settled = await poll(
      async () => {
        last = await deployments.read(service, id);
        return isComing(last.state) ? null : last;
      },
      { clock, within, asked: true },
    );
    if (settled) return settled;
    throw new Error(`it is not settled and says ${last?.detail}`);
  }

  /** Ends a deployment that is on its way. */
  async function end(service: string, id: string): Promise<Reading> {
    if (isComing((await shown(service, id)).state)) {
      try {
        await deployments.cancel(service, id);
      } catch (error) {
        // It may have come to its end by itself just now, which is then seen.
        if (!isRefused(error)) throw error;
      }
    }
    return settle(service, id, 3 * minute);
  }

  /** It serves and will go on to, or is on its way. What a killed command has begun after it is ended, or it would take over. */
  async function serves(
    service: string,
    id: string,
    active: string | null,
    newest: string | null,
  ): Promise<boolean> {
    if (id !== active) return isComing((await deployments.read(service, id)).state);
    if (!newest || newest === id) return true;
    return (await end(service, newest)).state !== 'live';
  }

  /** The newest deployment where it is another one and will serve, or does; one that has ended does neither. */
  async function coming(service: string, newest: string | null, id: string): Promise<string | null> {
    if (!newest || newest === id) return null;
    const { state } = await deployments.read(service, newest);
    return state === 'live' || isComing(state) ? newest : null;
  }

  /**
   * Fails for a deployment that serves or is on its way, and that nobody has begun through us: someone's by hand, or one of ours
   * whose request arrived long after it was given up. Nobody can say then what is going to serve.
   */
  async function assertKnown(
    service: string,
    id: string,
    previous: string | null,
    memory: Memory,
  ): Promise<void> {
    if (id === previous || versionOf(memory, service, id) !== null) return;
    const { state } = await deployments.read(service, id);
    if (state === 'live' || isComing(state))
      throw new Error(`deployment ${id}, which Conductor has not begun, takes its place`);
  }

  const patience = (unit: Unit, release: Release): number =>
    buildTime +
    1000 * (release.task?.deadline ?? 0) +
    1000 * Math.max(...unit.services.map(({ health }) => health?.deadline ?? 60));

  return {
    prepare,
    waves,
    patience,
    read: (unit, id) => deployments.read(unit.name, id),
    evidence: (unit, id) => deployments.evidence(unit.name, id),

    async previous(units, { version }) {
      const { memory: written, services } = await look();
      const memory = await withBegun(written, units);
      return new Map(
        units.map(({ name }) => [name, wayBack(memory, name, version, services.get(name)?.active ?? null)]),
      );
    },

    async begin(units, release, proven) {
      const { memory, services } = await look({ services: units.map(({ name }) => name) });
      const { version } = release;
      let joined = memory;
      const starts: Start[] = [];
      for (const { name, services: parts } of units) {
        const { newest = null, active = null } = services.get(name) ?? {};
        const earlier = await begun(memory, name, version);
        if (earlier && (await serves(name, earlier, active, newest))) {
          joined = remember(joined, name, version, earlier);
          continue;
        }
        const service = parts[0]!;
        const begin = () =>
          proven && earlier ? againOrAnew(service, release, earlier) : deployments.begin(service, release);
        starts.push({ service: name, version, newest, begin });
      }
      const done = await start(starts, joined);
      return units.map(({ name }) => runOf(done, name, version)!);
    },

    async confirm(units, { version }) {
      const memory = unwritten ?? (await look({ services: [] })).memory;
      const names = units.map(({ name }) => name);
      await write(
        names.reduce((all, name) => prove(all, name, version), memory),
        names,
      );
      await deployments.forgetSettings();
    },

    async confirmed(units, { version }) {
      const { memory, services } = await look({ within: 0 });
      return units.every(({ name }) => {
        const id = services.get(name)?.active;
        const run = recall(memory, name).runs.find((one) => one.id === id);
        return run?.proven && run.version === version;
      });
    },

    async takeBack(unit, release, previous) {
      const service = unit.name;
      if (unwritten) await write(unwritten, [...owed]);
      const asked = { services: [service], within: 0 };
      const { memory, services } = await look(asked);
      const id = services.has(service) ? await begun(memory, service, release.version) : null;
      const ended = id ? await end(service, id) : null;
      await deployments.restoreSettings(service);
      if (!id || !ended) {
        const { active = null, newest = null } = services.get(service) ?? {};
        for (const other of new Set([active, newest])) {
          if (other) await assertKnown(service, other, previous, memory);
        }
        return;
      }

      const now = await look(asked);
      const { active = null, newest = null } = now.services.get(service) ?? {};
      // Another one serves, or will: the one before, which this one never replaced, or a later one.
      const other = active && active !== id ? active : await coming(service, newest, id);
      if (other) return assertKnown(service, other, previous, now.memory);
      if (!previous) return ended.state === 'live' ? deployments.remove(service, id) : undefined;

      const version = versionOf(now.memory, service, previous) ?? 'unknown';
      const begin = () => deployments.again(service, previous);
      const after = await start([{ service, version, newest: newest ?? id, begin }], now.memory);
      await write(after, [service]);
      const restored = await settle(service, runOf(after, service, version)!, patience(unit, release));
      if (restored.state !== 'live') throw new Error(`the deployment before it says ${restored.detail}`);
    },
  };
}

/** A deployment that is about to begin. */
interface Start {
  readonly service: string;
  readonly version: string;
  readonly newest: string | null;
  readonly begin: () => Promise<string | null>;
}
