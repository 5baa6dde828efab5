import { isDeepStrictEqual } from 'node:util';
import { intend, type Memory, prove, recall, remember, runOf, versionOf, wayBack } from '../memory.ts';
import { type Clock, poll } from '../poll.ts';
import type { Reading, Unit, Venue } from '../rollout.ts';
import { waves } from '../waves.ts';
import { type Deployments, readingOf } from './deployments.ts';
import type { Environment, RailwayService, RailwayState } from './environment.ts';

const minutes = 60_000;

/** Rolls releases out on Railway, one deployment for each service. */
export function railwayVenue(
  environment: Environment,
  deployments: Deployments,
  clock: Clock,
  prepare: Venue['prepare'],
): Venue {
  const serviceOf = (state: RailwayState, unit: Unit): RailwayService => {
    const service = state.services.find(({ name }) => name === unit.name);
    if (!service) throw new Error(`there is no service "${unit.name}" on Railway any more`);
    return service;
  };

  /** What this release has begun for the unit, if anything. */
  async function begun(unit: Unit, version: string, { memory }: RailwayState, service: RailwayService) {
    const { intent } = recall(memory, unit.name);
    if (intent?.version === version) return deployments.find(service.id, intent.newest);
    return runOf(memory, unit.name, version);
  }

  /** Begins a deployment so that it is found again whenever this process dies. */
  async function begin(
    all: readonly { unit: Unit; service: RailwayService; version: string; start: () => Promise<string> }[],
    memory: Memory,
  ): Promise<Memory> {
    if (all.length === 0) return memory;
    let next = memory;
    for (const { unit, service, version } of all) {
      next = intend(next, unit.name, version, service.latest?.id ?? null);
    }
    await environment.remember(next);
    for (const { unit, version, start } of all) next = remember(next, unit.name, version, await start());
    await environment.remember(next);
    return next;
  }

  return {
    prepare,
    waves,

    async previous(units, release) {
      const state = await environment.read();
      return new Map(
        units.map((unit) => {
          const service = state.services.find(({ name }) => name === unit.name);
          const active = service?.active.find((one) => readingOf(one).state === 'live');
          return [unit.name, wayBack(state.memory, unit.name, release.version, active?.id ?? null)];
        }),
      );
    },

    async begin(units, release, proven) {
      const state = await environment.read();
      let memory = state.memory;
      const fresh: Parameters<typeof begin>[0][number][] = [];
      for (const unit of units) {
        const service = serviceOf(state, unit);
        const joined = await begun(unit, release.version, state, service);
        const running = joined ? readingOf(await deployments.read(joined)) : null;
        const replaced = running?.state === 'live' && !service.active.some(({ id }) => id === joined);
        if (joined && running && isOn(running) && !replaced) {
          memory = remember(memory, unit.name, release.version, joined);
          continue;
        }
        const earlier = proven && joined ? await deployments.read(joined) : null;
        const newest = service.latest?.id ?? null;
        const commit = unit.services[0]!.image ? null : release.commit;
        fresh.push({
          unit,
          service,
          version: release.version,
          start: () =>
            earlier?.canRollback
              ? deployments.again(service.id, earlier, newest)
              : deployments.deploy(service.id, commit, newest),
        });
      }
      memory = await begin(fresh, memory);
      return units.map((unit) => runOf(memory, unit.name, release.version)!);
    },

    async read(_unit, deployment) {
      return readingOf(await deployments.read(deployment));
    },

    async confirm(units, release) {
      const { memory } = await environment.read();
      const proven = units.reduce((all, { name }) => prove(all, name, release.version), memory);
      if (!isDeepStrictEqual(proven, memory)) await environment.remember(proven);
    },

    async confirmed(units, release) {
      const state = await environment.read();
      return units.every(({ name }) => {
        const id = state.services
          .find((service) => service.name === name)
          ?.active.find((one) => readingOf(one).state === 'live')?.id;
        return recall(state.memory, name).runs.some(
          (run) => run.id === id && run.proven && run.version === release.version,
        );
      });
    },

    patience: (unit, release) =>
      30 * minutes +
      1000 * (release.task?.deadline ?? 0) +
      1000 * Math.max(...unit.services.map(({ health }) => health?.deadline ?? 60)),

    async takeBack(unit, release, previous) {
      const state = await environment.read();
      const service = state.services.find(({ name }) => name === unit.name);
      const id = service && (await begun(unit, release.version, state, service));
      if (!id) return;
      const ended = readingOf(await deployments.cancel(id));
      const now = await environment.read();
      const { latest, active } = serviceOf(now, unit);
      // Another one serves: the one before, which this one never replaced, or one that someone has deployed since.
      if (active.some((one) => one.id !== id && readingOf(one).state === 'live')) return;
      if (latest && latest.id !== id) return;
      if (!previous) return ended.state === 'live' ? deployments.remove(id) : undefined;

      const version = versionOf(now.memory, unit.name, previous) ?? 'unknown';
      const earlier = await deployments.read(previous);
      const memory = await begin(
        [{ unit, service, version, start: () => deployments.again(service.id, earlier, id) }],
        now.memory,
      );
      const restored = runOf(memory, unit.name, version)!;
      const reading = await poll(
        async () => {
          const reading = readingOf(await deployments.read(restored));
          return isOn(reading) && reading.state !== 'live' ? null : reading;
        },
        { clock, within: this.patience(unit, release) },
      );
      if (reading?.state !== 'live')
        throw new Error(`the deployment before it says ${reading?.detail ?? 'nothing'}`);
    },

    async evidence(_unit, deployment) {
      return deployments.evidence(deployment);
    },
  };
}

/** It serves, or can still come to serve. */
const isOn = ({ state }: Reading): boolean =>
  ['pending', 'building', 'starting', 'unknown', 'live'].includes(state);
