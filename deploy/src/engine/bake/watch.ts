import type { Observed } from '../../model/observed.ts';
import type { Service } from '../../model/service.ts';
import type { Target } from '../../targets/target.ts';
import { nameless, silent, type VersionStats } from '../probe/measure.ts';
import type { Probe } from '../probe/probe.ts';
import { ErrorLines, errorLinesBefore } from './error-lines.ts';
import type { Look, Seen, Sight, Sights } from './judge.ts';
import { type Counts, p95Of, since, together } from './metrics.ts';
import { type Answered, scrape } from './scrape.ts';

interface WatchOptions {
  readonly target: Pick<Target, 'inspect' | 'logs' | 'replicaUrls' | 'traffic'>;
  readonly services: readonly Service[];
  readonly probe: Pick<Probe, 'take'> | undefined;
  /** Told once of each source that cannot be used, and why. */
  readonly note: (text: string) => void;
}

const unseen: Seen = { answers: 0, errors: 0, p95: null, jobs: 0, failedJobs: 0, errorLines: 0 };
const publicAddress = 'the public address';
const metricsOf = ({ name }: Service) => `the metrics of ${name}`;
const trafficOf = (service: string) => `the traffic of ${service}`;
const logOf = ({ name }: Service) => `the log of ${name}`;

/**
 * Looks at a release from all sides: through the public address, at its services, their metrics and their logs. What cannot be
 * asked is left out and said once: nothing here throws, since what cannot be seen is no reason to roll a release back.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #noted = new Set<string>();
  /** What each process had counted when it was last asked, and what had been counted for it. */
  readonly #counted = new Map<string, Counts>();
  readonly #answered = new Map<string, Counts>();
  #logs = new Map<Service, ErrorLines>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** How a release is by its metrics since it started and its log of the last minute; asked while it serves at these addresses. */
  async before(version: string, urls: Observed['urls']): Promise<Sights> {
    const { services, target } = this.#options;
    const sights = new Map<string, Sight>();
    for (const [service, counts] of await this.#traffic(version)) {
      const all = together(counts.map((each) => each.counts));
      sights.set(trafficOf(service), { service, seen: seenOf(all) });
    }
    await Promise.all(
      services.map(async (service) => {
        const [answered, errorLines] = await Promise.all([
          this.#scrape(service, urls, version),
          this.#or(logOf(service), 0, () => errorLinesBefore(target, service.name, version)),
        ]);
        sights.set(logOf(service), { service: service.name, seen: { ...unseen, errorLines } });
        const own = answered.filter(({ release }) => release === version).map(({ counts }) => counts);
        if (own.length === 0) return;
        // Of all error lines since its start, those of its last minute are in its log.
        const seen = { ...seenOf(together(own)), errorLines };
        sights.set(metricsOf(service), { service: service.name, seen });
      }),
    );
    return sights;
  }

  /** Begins to watch a release: its looks tell what happens from now on. Gives what the probe saw of the one before. */
  async begin(
    version: string,
    previous: string,
    urls: Observed['urls'],
    signal: AbortSignal,
  ): Promise<Sights> {
    const { probe, target, services } = this.#options;
    const taken = await probe?.take();
    this.#sayWhatIsNotSeen();
    await Promise.all([
      this.#newTraffic(version),
      ...services.map((service) => this.#counts(service, urls, version)),
    ]);
    this.#logs = new Map(
      services.map((service) => [service, new ErrorLines(target, service.name, version, signal)]),
    );
    const stats = taken?.[previous] ?? taken?.[nameless];
    return new Map(stats ? [[publicAddress, { service: null, seen: { ...unseen, ...stats } }]] : []);
  }

  /** What has happened since the look before, or since the watch began. */
  async look(version: string, at: number): Promise<Look> {
    const { probe, services } = this.#options;
    const [taken, observed, traffic] = await Promise.all([
      probe?.take(),
      this.#inspect(),
      this.#newTraffic(version),
    ]);
    const sights = new Map<string, Sight>(traffic);
    if (taken) {
      // Where the place can't be asked either, it may be us who are cut off: then silence says nothing.
      const seen = {
        ...unseen,
        ...answers(taken[version], observed && taken[nameless], observed && taken[silent]),
      };
      sights.set(publicAddress, { service: null, seen });
    }
    await Promise.all(
      services.map(async (service) => {
        const counted = await this.#counts(service, observed?.urls, version);
        if (counted) sights.set(metricsOf(service), { service: service.name, seen: seenOf(counted) });
        const log = this.#logs.get(service);
        if (log?.problem) this.#note(logOf(service), log.problem);
        if (log) {
          sights.set(logOf(service), {
            service: service.name,
            seen: { ...unseen, errorLines: log.take() },
          });
        }
      }),
    );
    return { at, sights, services: observed?.services ?? null };
  }

  /** What the processes of a service have counted since they were last asked; undefined when nothing can be said. */
  async #counts(
    service: Service,
    urls: Observed['urls'] | undefined,
    version: string,
  ): Promise<Counts | undefined> {
    const answered = await this.#scrape(service, urls, version);
    const more = answered.flatMap(({ process, release, counts }) => {
      const before = this.#counted.get(process);
      if (release === version) this.#counted.set(process, counts);
      return (release === version && before && since(before, counts)) || [];
    });
    return more.length > 0 ? together(more) : undefined;
  }

  /** Where neither the place nor the service tells what visitors are answered, a release can answer them badly unseen. */
  #sayWhatIsNotSeen(): void {
    const { target, services, probe, note } = this.#options;
    if (target.traffic) return;
    for (const { name, paths, health, metrics } of services) {
      const path = health?.path ?? paths[0];
      if (path === undefined || paths.length === 0 || metrics) continue;
      const seen = probe ? `what ${path} answers` : 'nothing of what it answers';
      note(`Of ${name} the watch sees ${seen}. With \`metrics\` in the config, it sees every answer.`);
    }
  }

  /** By service: what was counted for each of its processes that run the version. */
  async #traffic(version: string): Promise<Map<string, { process: string; counts: Counts }[]>> {
    const { target } = this.#options;
    const told = await this.#or('the traffic', [], async () => (await target.traffic?.(version)) ?? []);
    const counted = told.map(({ service, process, ...counts }) => ({
      service,
      process,
      counts: { ...counts, jobs: 0, failedJobs: 0, errorLines: 0 },
    }));
    return Map.groupBy(counted, ({ service }) => service);
  }

  /** What visitors were answered since this was last asked. */
  async #newTraffic(version: string): Promise<[string, Sight][]> {
    const traffic = await this.#traffic(version);
    return [...traffic].flatMap(([service, processes]): [string, Sight][] => {
      const more = processes.flatMap(({ process, counts }) => {
        const before = this.#answered.get(process);
        this.#answered.set(process, counts);
        return (before && since(before, counts)) || [];
      });
      return more.length > 0 ? [[trafficOf(service), { service, seen: seenOf(together(more)) }]] : [];
    });
  }

  async #scrape(service: Service, urls: Observed['urls'] | undefined, version: string): Promise<Answered[]> {
    const { target, services } = this.#options;
    if (!service.metrics || !urls) return [];
    return this.#or(metricsOf(service), [], () => scrape(target, service, services, urls, version));
  }

  #inspect(): Promise<Observed | undefined> {
    return this.#or('the services', undefined, () => this.#options.target.inspect());
  }

  async #or<T>(source: string, otherwise: T, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.#note(source, (error as Error).message);
      return otherwise;
    }
  }

  #note(source: string, problem: string): void {
    if (this.#noted.has(source)) return;
    this.#noted.add(source);
    this.#options.note(`Cannot be watched for now: ${source} (${problem})`);
  }
}

function seenOf(counts: Counts): Seen {
  const { buckets: _, ...numbers } = counts;
  return { ...numbers, p95: p95Of(counts) };
}

/** What a version answered, what named none and what nobody answered, together: silence is a failed answer of what is live. */
function answers(
  answered: VersionStats | undefined,
  unnamed: VersionStats | undefined,
  none: VersionStats | undefined,
): Pick<Seen, 'answers' | 'errors' | 'p95'> {
  const sum = (key: 'answers' | 'errors') =>
    [answered, unnamed, none].reduce((total, each) => total + (each?.[key] ?? 0), 0);
  return {
    answers: sum('answers'),
    errors: sum('errors'),
    p95: answered?.p95 ?? unnamed?.p95 ?? null,
  };
}
