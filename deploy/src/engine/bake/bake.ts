import { setTimeout as delay } from 'node:timers/promises';
import type { Reporter } from '../../environment/reporter.ts';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Observed } from '../../model/observed.ts';
import { timeOfDay } from '../../text/moment.ts';
import { type Bounds, type Breach, judge, type Look, minute, type Sights } from './judge.ts';
import type { Watch } from './watch.ts';

interface BakeOptions {
  readonly seconds: number;
  readonly version: string;
  readonly previous: string;
  readonly bounds: Bounds;
  readonly watch: Watch;
  /** Public addresses, as they are since the cutover. */
  readonly urls: Observed['urls'];
  /** How the release before was, as {@link Watch.before} told while it served. */
  readonly before: Sights;
  readonly reporter: Pick<Reporter, 'progress'>;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
}

/** A release that is live crossed the bounds. */
export class TurnedBad extends ConductorError {
  readonly breaches: readonly Breach[];

  constructor(version: string, seconds: number, breaches: readonly Breach[]) {
    super({
      code: 'bake.bounds',
      message: `${version} turned bad ${seconds} s after it was seen live:\n${breaches.map(({ evidence }) => evidence).join('\n')}`,
      exit: exitCode.rolledBack,
    });
    this.name = 'TurnedBad';
    this.breaches = breaches;
  }

  /** The services that it is about; none when only the public address shows it. */
  get services(): string[] {
    return [...new Set(this.breaches.flatMap(({ service }) => service ?? []))];
  }
}

/**
 * Watches a release that is live, look by look.
 * @throws {TurnedBad} as soon as it is worse than the bounds, with the evidence.
 */
export async function bake(options: BakeOptions): Promise<void> {
  const { seconds, version, previous, bounds, watch, reporter, signal, everyMs = 1000 } = options;
  const ended = new AbortController();
  const began = performance.now();
  try {
    const probed = await watch.begin(
      version,
      previous,
      options.urls,
      AbortSignal.any([signal, ended.signal]),
    );
    const first = await watch.look(version, 0);
    const baseline = {
      sights: new Map([...options.before, ...probed]),
      restarts: new Map(first.services?.map(({ name, restarts }) => [name, restarts])),
    };
    let looks: readonly Look[] = [first];
    let well = isWell(looks);
    const over = timeOfDay(Date.now() + seconds * 1000);
    reporter.progress(null, `watched until ${over}, ${describe(looks)}`);
    for (;;) {
      const at = (performance.now() - began) / 1000;
      if (at >= seconds) return;
      await delay(Math.min(everyMs, (seconds - at) * 1000), undefined, { signal });
      const now = (performance.now() - began) / 1000;
      looks = [...looks.filter((look) => look.at > now - minute), await watch.look(version, now)];
      const breaches = judge(looks, baseline, bounds, version);
      if (breaches.length > 0) throw new TurnedBad(version, Math.round(now), breaches);
      const before = well;
      well = isWell(looks);
      reporter.progress(
        null,
        `${Math.min(seconds, Math.round(now))} of ${seconds} s, ${describe(looks)}`,
        ...(well === before ? (['tick'] as const) : []),
      );
    }
  } finally {
    ended.abort();
  }
}

/** Every answer of the public address since the look before was a good one. */
const isWell = (looks: readonly Look[]): boolean =>
  (looks.at(-1)?.sights.get('the public address')?.seen.errors ?? 0) === 0;

/** How it is going, in a few words: what the public address answered since the look before. */
function describe(looks: readonly Look[]): string {
  const seen = looks.at(-1)?.sights.get('the public address')?.seen;
  if (!seen || seen.answers === 0) return 'not asked';
  return `${seen.answers - seen.errors} of ${seen.answers} answers good, p95 ${Math.round(seen.p95 ?? 0)} ms`;
}
