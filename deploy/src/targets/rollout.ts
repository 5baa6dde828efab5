import type { Clock } from 'conductor-backup/retry';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { State } from '../model/state.ts';
import { timeOfDay } from '../text/moment.ts';
import { lag } from './once.ts';
import { beats, type Pace } from './poll.ts';
import { PlatformRefusal, type Refusal } from './refusal.ts';
import type { Progress } from './target.ts';

/** What a platform deploys in one go: one service, or all of them where it moves them together. */
export interface Unit {
  readonly name: string;
  readonly services: readonly Service[];
}

/** What a platform says of one of its deployments, in our words. */
export interface Reading {
  readonly state: State;
  readonly detail: string;
  readonly url?: string;
  /** Last log lines of what failed. */
  readonly evidence?: readonly string[];
}

/** What differs between platforms when they roll a release out. `deployment` is the platform's id. */
export interface Venue {
  /** Brings structure and settings to what the release wants. Starts nothing. */
  prepare(release: Release, services: readonly Service[], proven: boolean): Promise<void>;
  /** Units that move together, in the order in which they may move. */
  waves(release: Release, services: readonly Service[]): Unit[][];
  /** By unit, the deployment to go back to: the one that serves now, or served before this release. */
  previous(units: readonly Unit[], release: Release): Promise<Map<string, string | null>>;
  /** Begins the deployments of the units, or joins those under way. Answers with their ids, in order. */
  begin(units: readonly Unit[], release: Release, proven: boolean): Promise<string[]>;
  read(unit: Unit, deployment: string): Promise<Reading>;
  /** Called when all units are live: from now on this is a release to go back to. */
  confirm(units: readonly Unit[], release: Release): Promise<void>;
  /** It was confirmed once and serves. */
  confirmed(units: readonly Unit[], release: Release): Promise<boolean>;
  /** How often deployments are asked for, where requests are few; left out, the usual one. */
  readonly pace?: Pace;
  /** Milliseconds after which a deployment of this unit has surely ended. */
  patience(unit: Unit, release: Release): number;
  /**
   * Ends what this release has begun for the unit and makes `previous` serve again, if something else does. Resolves when
   * that is so; fails when it cannot be made sure.
   */
  takeBack(unit: Unit, release: Release, previous: string | null): Promise<void>;
  /**
   * Once all units are rolled back: makes the settings those of the release that serves, where the platform keeps them apart from what
   * runs. What serves goes on. Left out where going back brings them.
   */
  putBackSettings?(release: Release): Promise<void>;
  evidence(unit: Unit, deployment: string): Promise<Evidence>;
}

/** What a platform has to say about a deployment that failed. */
export interface Evidence {
  /** Why, in the platform's own words, one line each; empty where it says no more than its state. */
  readonly reasons: readonly string[];
  /** Last log lines of the step that failed. */
  readonly lines: readonly string[];
}

interface Attempt {
  readonly unit: Unit;
  readonly deployment: string;
  /** Milliseconds since the epoch. */
  readonly begun: number;
  reading: Reading;
  /** The platform has shown it. */
  seen: boolean;
}

export interface RolloutOptions {
  readonly clock: Clock;
  /** The release has served before: no settle time. */
  readonly proven?: boolean;
}

/** Milliseconds that a deployment is watched after it has become live: one that dies at once was never live. */
const settleTime = 10_000;
const settled: readonly State[] = ['live', 'failed', 'canceled', 'superseded'];

/**
 * Deploys a release on a platform that cuts over by itself: prepare, begin each wave, follow it until it is settled, watch it
 * for a moment; and when any unit does not come up, take all of them back. Every service is told one settled state.
 */
export async function* rollout(
  venue: Venue,
  release: Release,
  services: readonly Service[],
  signal: AbortSignal,
  { clock, proven = false }: RolloutOptions,
): AsyncGenerator<Progress> {
  if (signal.aborted) return yield* cleanUp(venue, release, services);
  yield { service: null, state: 'pending', detail: 'services and settings' };
  await venue.prepare(release, services, proven);

  const waves = venue.waves(release, services);
  const previous = await venue.previous(waves.flat(), release);
  const begun: Unit[] = [];
  const attempts: Attempt[] = [];
  let trouble: (Reading & { unit?: Unit }) | null = null;
  try {
    for (const wave of waves) {
      signal.throwIfAborted();
      begun.push(...wave);
      const ids = await venue.begin(wave, release, proven);
      const started = wave.map((unit, i): Attempt => {
        const reading: Reading = { state: 'pending', detail: 'accepted' };
        return { unit, deployment: ids[i]!, begun: clock.now(), reading, seen: false };
      });
      attempts.push(...started);
      for (const { unit, reading } of started) yield* tell(unit, reading);
      yield* follow(venue, started, release, signal, clock);
      trouble = await failureOf(venue, started);
      if (trouble) break;
    }
    if (!trouble && !proven) {
      await clock.sleep(settleTime, signal);
      await look(venue, attempts, clock);
      trouble = await failureOf(venue, attempts);
    }
    if (!trouble) await venue.confirm(waves.flat(), release);
  } catch (error) {
    if (begun.length === 0) throw error;
    trouble = signal.aborted
      ? { state: 'canceled', detail: 'canceled' }
      : { state: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }

  if (!trouble) {
    for (const { unit, reading } of attempts) yield* tell(unit, { ...reading, state: 'live' });
    return;
  }
  yield { service: null, state: 'failed', detail: `${trouble.detail}; rolling the release back` };
  // Also those that have not begun: someone may have deployed one by hand meanwhile, with the settings of this release.
  const doubts = await undo(venue, waves.flat(), release, previous);
  yield* settings(venue, release, [...doubts.values()]);
  for (const unit of waves.flat()) {
    const back = doubts.get(unit);
    if (back) yield* tell(unit, { state: 'unknown', detail: back });
    else if (unit === trouble.unit || !trouble.unit) yield* tell(unit, trouble);
    else yield* tell(unit, { state: 'canceled', detail: `rolled back, because ${trouble.unit.name} failed` });
  }
}

/** Ends what an earlier call that was killed has left. A release that had come up as a whole by then stays. */
async function* cleanUp(
  venue: Venue,
  release: Release,
  services: readonly Service[],
): AsyncGenerator<Progress> {
  const units = venue.waves(release, services).flat();
  const complete = await venue.confirmed(units, release);
  if (complete) {
    for (const unit of units) yield* tell(unit, { state: 'live', detail: 'it was live already' });
    return;
  }
  const previous = await venue.previous(units, release);
  const doubts = await undo(venue, units, release, previous);
  yield* settings(venue, release, [...doubts.values()]);
  for (const [unit, doubt] of doubts) {
    yield* tell(
      unit,
      doubt ? { state: 'unknown', detail: doubt } : { state: 'canceled', detail: 'rolled back' },
    );
  }
}

/** Puts the settings back once all else is; that they stay is told, and no reason to doubt what serves. */
async function* settings(
  venue: Venue,
  release: Release,
  doubts: readonly (string | null)[],
): AsyncGenerator<Progress> {
  if (!venue.putBackSettings || doubts.some((doubt) => doubt !== null)) return;
  try {
    await venue.putBackSettings(release);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const detail = `the settings of ${release.version} stay on the platform until the next deploy: ${why}`;
    yield { service: null, state: 'failed', detail };
  }
}

/** Asks for all attempts until each is settled, one has failed or the time is up, telling what has changed. */
async function* follow(
  venue: Venue,
  attempts: readonly Attempt[],
  release: Release,
  signal: AbortSignal,
  clock: Clock,
): AsyncGenerator<Progress> {
  const end = clock.now() + Math.max(...attempts.map(({ unit }) => venue.patience(unit, release)));
  const names = attempts.map(({ unit }) => unit.name).join(', ');
  yield {
    service: null,
    state: 'pending',
    detail: `waiting for the platform to bring up ${names}, until ${timeOfDay(end)} at the latest`,
  };
  for (const beat of beats(venue.pace)) {
    // Nothing is settled at once, and each look is a request.
    await clock.sleep(beat, signal);
    const before = attempts.map(({ reading }) => reading);
    await look(venue, attempts, clock);
    for (const [i, { unit, reading }] of attempts.entries()) {
      if (reading.state !== before[i]!.state || reading.detail !== before[i]!.detail) {
        yield* tell(unit, underWay(reading));
      }
    }
    const states = attempts.map(({ reading }) => reading.state);
    if (states.every((state) => settled.includes(state))) return;
    if (states.some((state) => settled.includes(state) && state !== 'live')) return;
    if (clock.now() >= end) {
      for (const attempt of attempts) {
        if (settled.includes(attempt.reading.state)) continue;
        attempt.reading = { state: 'unknown', detail: `not settled in time: ${attempt.reading.detail}` };
      }
      return;
    }
  }
}

/** What goes by: a platform that is away, busy or talks nonsense. */
const passing: readonly Refusal[] = ['unreachable', 'strange', 'rate'];

/** Reads each attempt that can still change. A platform that does not answer now is asked again at the next beat. */
async function look(venue: Venue, attempts: readonly Attempt[], clock: Clock): Promise<void> {
  for (const attempt of attempts) {
    if (settled.includes(attempt.reading.state) && attempt.reading.state !== 'live') continue;
    try {
      attempt.reading = await read(venue, attempt, clock);
      attempt.seen = true;
    } catch (error) {
      if (!goesBy(error, attempt, clock)) throw error;
      attempt.reading = { state: 'unknown', detail: (error as PlatformRefusal).message };
    }
  }
}

/** A refusal may be a slip of the platform, once. */
async function read(venue: Venue, attempt: Attempt, clock: Clock): Promise<Reading> {
  try {
    return await venue.read(attempt.unit, attempt.deployment);
  } catch (error) {
    if (!(error instanceof PlatformRefusal) || goesBy(error, attempt, clock)) throw error;
    await clock.sleep(1_000);
    return venue.read(attempt.unit, attempt.deployment);
  }
}

/** A platform in trouble is asked again at the next beat, and what it has never shown may not show yet. */
function goesBy(error: unknown, { seen, begun }: Attempt, clock: Clock): boolean {
  if (!(error instanceof PlatformRefusal)) return false;
  const unseen = error.refusal === 'absent' && !seen && clock.now() < begun + lag;
  return unseen || passing.includes(error.refusal);
}

async function failureOf(venue: Venue, attempts: readonly Attempt[]) {
  const bad = attempts.find(({ reading }) => settled.includes(reading.state) && reading.state !== 'live');
  const attempt = bad ?? attempts.find(({ reading }) => reading.state !== 'live');
  if (!attempt) return null;
  const { unit, deployment, reading } = attempt;
  const { reasons, lines } = await venue
    .evidence(unit, deployment)
    .catch((error: Error): Evidence => ({ reasons: [], lines: [`no logs: ${error.message}`] }));
  return {
    unit,
    // When it can be rolled back, not knowing has turned into knowing that it has failed.
    state: reading.state === 'unknown' || reading.state === 'starting' ? ('failed' as const) : reading.state,
    detail: [`${unit.name}: ${reading.detail}`, ...reasons].join('\n'),
    evidence: lines,
  };
}

/** By unit: null when the previous release serves again; else what is not known. Who has no right to one has none to the others. */
async function undo(
  venue: Venue,
  units: readonly Unit[],
  release: Release,
  previous: ReadonlyMap<string, string | null>,
): Promise<Map<Unit, string | null>> {
  const doubts = new Map<Unit, string | null>();
  let shut: string | null = null;
  for (const unit of units) {
    let why: string | null = shut;
    try {
      if (!shut) await venue.takeBack(unit, release, previous.get(unit.name) ?? null);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
      if (error instanceof PlatformRefusal && ['token', 'scope'].includes(error.refusal)) shut = why;
    }
    doubts.set(unit, why && `${unit.name} could not be rolled back: ${why}`);
  }
  return doubts;
}

/** A unit that is up is not yet `live` for the release: the others may still take it back. */
const underWay = (reading: Reading): Reading =>
  settled.includes(reading.state) || reading.state === 'unknown'
    ? { ...reading, state: 'starting' }
    : reading;

function* tell(unit: Unit, { state, detail, url, evidence }: Reading): Generator<Progress> {
  for (const service of unit.services)
    yield { service: service.name, state, detail, ...(url && { url }), ...(evidence && { evidence }) };
}
