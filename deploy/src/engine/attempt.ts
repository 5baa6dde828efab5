import { ConductorError, exitCode } from '../errors.ts';
import { releaseOf } from '../ledger/history.ts';
import type { HeldLock } from '../ledger/lock.ts';
import type { ProbeResult, ReleaseRecord, Verdict } from '../ledger/record.ts';
import { titleOf } from '../plan/change.ts';
import type { Change, Progress } from '../targets/target.ts';
import { lookAfterwards } from './afterwards.ts';
import { announcer } from './announce.ts';
import { bake } from './bake.ts';
import { type Deployable, restore, sealCapsule } from './capsule.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { Journal } from './journal.ts';
import type { Outcome } from './outcome.ts';
import { Probe, type ProbeReport } from './probe/probe.ts';
import type { Reporter } from './reporter.ts';
import { Rollout } from './rollout.ts';
import { publicRoutes } from './routes.ts';
import type { Session } from './session.ts';
import { runSteps, type Step, StepFailed } from './steps.ts';
import { verify } from './verify.ts';

/** One attempt to make a target run a release: a new one, or one of before. */
export interface Attempt extends Deployable {
  /** Id of the deploy. */
  readonly id: string;
  readonly kind: 'deploy' | 'rollback';
  readonly previous: string | null;
  readonly changes: readonly Change[];
  /** What the ledger learns about a new release; left out when it knows the release already. */
  readonly record?: ReleaseRecord;
  readonly options: AttemptOptions;
}

export interface AttemptOptions {
  /** Requests per second to the public address while it goes on; 0 for none. */
  readonly probe: number;
  /** Seconds to watch the new release. */
  readonly bake: number;
  readonly reason?: string;
}

export interface Attending {
  readonly lock: HeldLock;
  readonly reporter: Reporter;
  /** Aborts when the person who watches wants it taken back. */
  readonly interrupt: AbortSignal;
  /** Ids of steps that were finished before the deploy was interrupted. */
  readonly done?: ReadonlySet<string>;
}

/**
 * Runs one attempt to its end. Whatever happens, the outcome says what is true then; an exception means that this could not even be
 * written down, and the open journal tells the next command.
 */
export async function runAttempt(session: Session, attempt: Attempt, attending: Attending): Promise<Outcome> {
  const { done, reporter, interrupt } = attending;
  const team = announcer(session, attempt, reporter);
  if (!done) team.started();
  const outcome = await new RunningAttempt(session, attempt, attending).run();
  const deliveries = await team.ended(outcome);
  if (outcome.verdict === 'live') await lookAfterwards(session, outcome, { deliveries, reporter, interrupt });
  return outcome;
}

/** Steps of an attempt, in their order; reading this is reading the procedure. */
class RunningAttempt {
  readonly #session: Session;
  readonly #attempt: Attempt;
  readonly #attending: Attending;
  readonly #journal: Journal;
  readonly #started = Date.now();
  #rollout: Rollout | undefined;
  #probe: Probe | undefined;
  /** New requests may be served by the new release from here on: the way back is a rollback, no longer an abort. */
  #pastCutover = false;

  constructor(session: Session, attempt: Attempt, attending: Attending) {
    this.#session = session;
    this.#attempt = attempt;
    this.#attending = attending;
    this.#journal = new Journal(session.folders.journal, attempt.id);
  }

  get steps(): readonly Step[] {
    const { version } = this.#attempt.release;
    return [
      { id: 'record', title: `Record ${version}`, run: () => this.#record() },
      ...this.#attempt.changes.map(
        (change, i): Step => ({
          id: `change:${i}`,
          title: titleOf(change),
          run: () => this.#session.target.apply(change),
        }),
      ),
      {
        id: 'start',
        title: 'Start the new release beside the old one',
        again: true,
        run: () => this.#start(),
      },
      { id: 'gate', title: 'Every service is ready', again: true, run: () => this.#gate() },
      { id: 'cutover', title: 'Cut over', again: true, run: () => this.#cutOver() },
      {
        id: 'verify',
        title: `See ${version} through the public address`,
        again: true,
        run: () => this.#verify(),
      },
      ...(this.#attempt.options.bake > 0
        ? [
            {
              id: 'bake',
              title: `Watch it for ${this.#attempt.options.bake} s`,
              again: true,
              run: () => this.#bake(),
            },
          ]
        : []),
    ];
  }

  async run(): Promise<Outcome> {
    const attempt = this.#attempt;
    const { reporter, done } = this.#attending;
    if (!done) {
      await this.#journal.open({
        deploy: attempt.id,
        kind: attempt.kind,
        version: attempt.release.version,
        previous: attempt.previous,
        by: this.#session.by,
        steps: this.steps.map(({ id, title }) => ({ id, title })),
        options: attempt.options,
      });
    }
    try {
      await runSteps(this.steps, { journal: this.#journal, reporter, done });
      return await this.#end('live', attempt.release.version);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      return this.#recover(error);
    }
  }

  /** The release and its secrets are kept before the target hears of it, so that whatever happens can be told and undone. */
  async #record(): Promise<void> {
    const { record, id, kind, release, previous, options } = this.#attempt;
    const { ledger, by, folders } = this.#session;
    if (record) {
      await sealCapsule(folders.capsules, this.#attempt);
      await ledger.append(record, this.#attending.lock);
    }
    const at = new Date().toISOString();
    const reason = options.reason === undefined ? {} : { reason: options.reason };
    await ledger.append(
      { type: 'started', deploy: id, kind, version: release.version, previous, at, by, ...reason },
      this.#attending.lock,
    );
  }

  async #start(): Promise<void> {
    const { release, services, kind, options } = this.#attempt;
    await this.#startProbe();
    this.#rollout = new Rollout(
      this.#session.target,
      release,
      services,
      { keepPrevious: options.bake, proven: kind === 'rollback' },
      (progress) => this.#tell(progress),
    );
    const { interrupt, lock } = this.#attending;
    const stop = AbortSignal.any([interrupt, lock.lost]);
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(stop.reason);
    stop.addEventListener('abort', onAbort, { once: true });
    if (stop.aborted) onAbort();
    try {
      await Promise.race([this.#rollout.toGate(), aborted.promise]);
    } finally {
      stop.removeEventListener('abort', onAbort);
      aborted.promise.catch(() => {});
    }
    if (this.#rollout.failed.length > 0) await this.#rollout.toEnd();
  }

  async #gate(): Promise<void> {
    this.#attending.interrupt.throwIfAborted();
    await this.#attending.lock.assertHeld();
  }

  /** The point of no return: from the first word on, new requests may reach the new release. */
  async #cutOver(): Promise<void> {
    this.#pastCutover = true;
    await this.#rollout!.toEnd();
  }

  async #verify(): Promise<void> {
    const { release, services } = this.#attempt;
    const observed = await this.#session.target.inspect();
    const routes = publicRoutes(services, observed.urls);
    await verify(routes, release.version, { signal: this.#attending.interrupt });
    const behind = observed.services.filter(
      (service) => service.version !== release.version && services.some(({ name }) => name === service.name),
    );
    if (behind.length === 0) return;
    throw new ConductorError({
      code: 'deploy.not-converged',
      message: behind
        .map(({ name, version, state }) => `${name} runs ${version ?? 'nothing'} (${state})`)
        .join('\n'),
      exit: exitCode.deployFailed,
    });
  }

  async #bake(): Promise<void> {
    await bake({
      seconds: this.#attempt.options.bake,
      version: this.#attempt.release.version,
      previous: this.#attempt.previous,
      bounds: this.#session.environment.bounds,
      probe: this.#probe,
      inspect: () => this.#session.target.inspect(),
      reporter: this.#attending.reporter,
      signal: AbortSignal.any([this.#attending.interrupt, this.#attending.lock.lost]),
    });
  }

  /** Something failed. Before the cutover the new release is taken back; after it, the previous one is brought back. */
  async #recover(failure: StepFailed): Promise<Outcome> {
    const { previous, release } = this.#attempt;
    const evidence = await gatherEvidence(this.#session.target, this.#suspects(), release.version);
    const { reporter } = this.#attending;
    await this.#rollout?.takeBack();
    const live = await this.#liveNow();
    if (live === previous) return this.#end('failed', live, { failure, evidence });
    if (!this.#pastCutover || previous === null || live === undefined) {
      return this.#end('unknown', live ?? null, { failure, evidence });
    }
    reporter.begin({ id: 'rollback', title: `Bring ${previous} back` });
    try {
      await this.#bringBack(previous);
      reporter.end('done');
      return await this.#end('rolled back', previous, { failure, evidence });
    } catch (error) {
      reporter.end('failed', error instanceof Error ? error.message : String(error));
      return this.#end('unknown', (await this.#liveNow()) ?? null, { failure, evidence });
    }
  }

  async #bringBack(version: string): Promise<void> {
    const { ledger, folders, name, target } = this.#session;
    const record = releaseOf(await ledger.history(), version);
    if (!record) throw new Error(`the ledger does not know ${version}`);
    const before = await restore(record, name, folders.capsules);
    const rollout = new Rollout(target, before.release, before.services, { proven: true }, (progress) =>
      this.#tell(progress),
    );
    await rollout.toEnd();
    await verify(publicRoutes(before.services, (await target.inspect()).urls), version);
  }

  /** Services whose logs are worth showing: those that failed, else all. */
  #suspects(): string[] {
    const failed = this.#rollout?.failed ?? [];
    if (failed.length > 0) return failed;
    return this.#rollout ? this.#attempt.services.map(({ name }) => name) : [];
  }

  /** Undefined when the target cannot be asked. */
  async #liveNow(): Promise<string | null | undefined> {
    try {
      return (await this.#session.target.inspect()).live;
    } catch (error) {
      this.#attending.reporter.note(
        `${this.#session.target.name} cannot be asked: ${(error as Error).message}`,
      );
      return undefined;
    }
  }

  async #startProbe(): Promise<void> {
    const { probe } = this.#attempt.options;
    if (probe === 0 || this.#attempt.previous === null) return;
    const { urls } = await this.#session.target.inspect();
    const routes = publicRoutes(this.#attempt.services, urls).map(({ url }) => url);
    if (routes.length > 0) this.#probe = new Probe({ routes, perSecond: probe });
  }

  #tell({ service, state, detail }: Progress): void {
    this.#attending.reporter.progress(service, detail ? `${state}: ${detail}` : state);
  }

  /** Writes the outcome down, in the ledger and then in the journal: a journal that is closed needs no resume. */
  async #end(
    verdict: Verdict,
    live: string | null,
    { failure, evidence = [] }: { failure?: StepFailed; evidence?: readonly Evidence[] } = {},
  ): Promise<Outcome> {
    const report: ProbeReport | undefined = await this.#probe?.stop();
    const probe: ProbeResult | null = report
      ? { sent: report.sent, failed: report.failed, longestGapMs: report.longestGapMs }
      : null;
    const seconds = Math.round((Date.now() - this.#started) / 100) / 10;
    await this.#session.ledger.append(
      {
        type: 'ended',
        deploy: this.#attempt.id,
        at: new Date().toISOString(),
        verdict,
        live,
        stable: verdict === 'live',
        seconds,
        probe,
        ...(failure && { detail: `${failure.step.title}: ${failure.message}` }),
      },
      this.#attending.lock,
    );
    await this.#journal.close(verdict);
    return {
      verdict,
      version: this.#attempt.release.version,
      previous: this.#attempt.previous,
      seconds,
      probe,
      probeLateMs: report?.lateMs ?? 0,
      ...(failure && { failure: { step: failure.step.title, error: failure.cause } }),
      evidence,
      interrupted: this.#attending.interrupt.aborted,
    };
  }
}
