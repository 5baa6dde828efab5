import { hooksOf } from '../config/hooks.ts';
import type { Deployable } from '../environment/capsule.ts';
import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { Journal } from '../ledger/journal.ts';
import type { HeldLock } from '../ledger/lock.ts';
import type { ReleaseRecord } from '../ledger/record.ts';
import type { Change } from '../model/change.ts';
import type { Hook, HookName } from '../model/hook.ts';
import type { Observed } from '../model/observed.ts';
import type { Proof } from '../model/proof.ts';
import { idOf, titleOf } from '../plan/change.ts';
import type { Plan } from '../plan/plan.ts';
import type { Progress } from '../targets/target.ts';
import { isDiskFull } from '../text/disk-full.ts';
import { bake, TurnedBad } from './bake/bake.ts';
import type { Sights } from './bake/judge.ts';
import { Watch } from './bake/watch.ts';
import { bringBack } from './bring-back.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { HookFailed, runHook } from './hooks.ts';
import { passOf } from './maintenance.ts';
import { noRoom } from './no-room.ts';
import { type Outcome, type OutcomeFacts, writeDown } from './outcome.ts';
import { Probe, type ProbeReport } from './probe/probe.ts';
import { prove } from './prove.ts';
import { Rollout } from './rollout.ts';
import { publicRoutes } from './routes.ts';
import { runSteps, type Step, StepFailed } from './steps.ts';
import { assertNotLost } from './with-lock.ts';

/** One attempt to make a target run a release: a new one, or one of before. */
export interface Attempt extends Deployable {
  /** Id of the deploy. */
  readonly id: string;
  readonly kind: 'deploy' | 'rollback';
  /** What was live when it began. */
  readonly previous: string | null;
  /** Public addresses of what was live then. */
  readonly urls: Observed['urls'];
  readonly plan: Pick<Plan, 'before' | 'after'>;
  /** What the ledger learns about a new release; left out for one that it knows already. */
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
  /** Aborts when the person who watches wants it rolled back. */
  readonly interrupt: AbortSignal;
  /** Ids of steps that were finished before the deploy was interrupted; undefined for one that begins now. */
  readonly done?: ReadonlySet<string>;
}

/**
 * Runs one attempt to its end. Whatever happens, the outcome says what is true then; an exception means that this could not even be
 * written down, and the open journal tells the next command.
 */
export const runAttempt = (session: Session, attempt: Attempt, attending: Attending): Promise<Outcome> =>
  new RunningAttempt(session, attempt, attending).run();

class RunningAttempt {
  readonly #session: Session;
  readonly #attempt: Attempt;
  readonly #attending: Attending;
  readonly #journal: Journal;
  readonly #started = Date.now();
  #rollout: Rollout | undefined;
  #probe: Probe | undefined;
  #report: Promise<ProbeReport | undefined> | undefined;
  #watch: Watch | undefined;
  /** How the release before was while it served. */
  #before: Sights = new Map();
  /** New requests may be served by the new release from here on: the way back is a rollback, no longer an abort. */
  #pastCutover = false;
  /** How a change of the plan ended is not known. */
  #unsure = false;
  /** What did not go well and stopped nothing. */
  readonly #warnings: string[] = [];
  /** How the place was when it was last looked at; null since something was done to it. */
  #observed: Observed | null = null;
  /** By what it was seen that the new release is live. */
  #proofs: readonly Proof[] = [];

  constructor(session: Session, attempt: Attempt, attending: Attending) {
    this.#session = session;
    this.#attempt = attempt;
    this.#attending = attending;
    this.#journal = session.journals.of(attempt.id, attending.lock);
  }

  /** What is done, in its order: reading this is reading the procedure. */
  #steps(): Step[] {
    const { release, plan, options, kind } = this.#attempt;
    const applying = (change: Change, at: number, all: readonly Change[]): Step => ({
      id: idOf(change),
      title: titleOf(change),
      // A place may know it by itself only once a release of ours runs there.
      ...(change.kind === 'adopt' && { again: true }),
      run: () => this.#apply(change, all[at + 1]?.kind === change.kind),
    });
    return [
      { id: 'record', title: `Record ${release.version}`, run: () => this.#record() },
      ...this.#hook(`before-${kind}`),
      ...plan.before.map(applying),
      ...this.#hook('before-start'),
      {
        id: 'start',
        title: 'Start the new release next to the old one',
        again: true,
        run: () => this.#start(),
      },
      { id: 'gate', title: 'Wait until every service is ready', again: true, run: () => this.#gate() },
      ...(this.#session.target.traits.gate ? this.#hook('before-cutover') : []),
      { id: 'cutover', title: 'Cut over', again: true, announced: true, run: () => this.#cutOver() },
      {
        id: 'verify',
        title: `Verify ${release.version} through the public address`,
        again: true,
        run: () => this.#verify(),
      },
      ...this.#hook('after-cutover'),
      ...(this.#bakes
        ? [{ id: 'bake', title: `Watch it for ${options.bake} s`, again: true, run: () => this.#bake() }]
        : []),
      ...plan.after.map(applying),
      ...this.#hook(`after-${kind}`),
    ];
  }

  /** The project's own command for that moment, where it has one. */
  #hook(name: HookName): Step[] {
    const hook = this.#hookOf(name);
    if (!hook) return [];
    const { release, services, previous, kind } = this.#attempt;
    const stops = kind === 'deploy' && name.startsWith('before-');
    return [
      {
        id: `hook:${name}`,
        title: `Run the hook ${name}`,
        ...(!stops && { onFailure: (failure) => this.#warn(failure) }),
        run: async () => {
          const { interrupt, lock } = this.#attending;
          const urls = this.#observed?.urls ?? this.#attempt.urls;
          const stop = AbortSignal.any([interrupt, lock.lost]);
          return (await runHook(this.#session, hook, { release, services, previous, urls }, stop)).join('\n');
        },
      },
    ];
  }

  #hookOf(name: HookName): Hook | undefined {
    const { project, environment } = this.#session;
    return hooksOf(project, environment).find((each) => each.name === name);
  }

  /** A hook has failed that may not hold this up: a release that serves well is not rolled back for it, and a way back is gone to its end. */
  #warn({ message, cause }: StepFailed): void {
    // Before the cutover, whoever calls it off means all of it.
    if (!this.#pastCutover) this.#attending.interrupt.throwIfAborted();
    const { reporter } = this.#attending;
    const lines = cause instanceof HookFailed ? cause.lines : [];
    reporter.note([`! ${message}`, ...lines.map((line) => `    ${line}`)].join('\n'));
    this.#warnings.push(message);
  }

  /** Where nothing served before there is nothing to compare with, and nothing to go back to. */
  get #bakes(): boolean {
    const { options, previous } = this.#attempt;
    return options.bake > 0 && previous !== null;
  }

  /** Seconds for which the release before may be needed again at once: the hook after the cutover runs before the watching begins. */
  get #keepPrevious(): number {
    const { bake } = this.#attempt.options;
    return bake === 0 ? 0 : bake + (this.#hookOf('after-cutover')?.deadline ?? 0);
  }

  async #apply(change: Change, more: boolean): Promise<void> {
    this.#observed = null;
    try {
      await this.#session.target.apply(change, { more });
    } catch (error) {
      // A store that is down has to be known of, though the release before has visitors still.
      if (change.kind === 'upgrade' && error instanceof ConductorError && error.exit === exitCode.unknown)
        this.#unsure = true;
      throw error;
    }
  }

  /** Looks at the place anew. */
  async #look(): Promise<Observed> {
    this.#observed = null;
    this.#observed = await this.#session.target.inspect();
    return this.#observed;
  }

  async run(): Promise<Outcome> {
    const { reporter, done } = this.#attending;
    const steps = this.#steps();
    if (!done) {
      await this.#open(steps).catch((error: unknown) => {
        throw isDiskFull(error) ? noRoom('for the journal of the deploy', error) : error;
      });
    }
    try {
      await runSteps(steps, { journal: this.#journal, reporter, ...(done && { done }) });
    } catch (error) {
      if (error instanceof StepFailed) return this.#recover(error);
      throw await this.#unrecorded(error);
    }
    await this.#retire();
    return this.#end({ verdict: 'live', live: this.#attempt.release.version });
  }

  /** The way back in a moment is not needed any more. That it goes on running costs memory, and changes nothing of how this deploy ended. */
  async #retire(): Promise<void> {
    const { target } = this.#session;
    try {
      await target.retire?.(this.#attempt.release.version);
    } catch (error) {
      const message = `The release before is still running: ${error instanceof Error ? error.message : String(error)}`;
      this.#attending.reporter.note(`! ${message}`);
      this.#warnings.push(message);
    }
  }

  #open(steps: readonly Step[]): Promise<void> {
    const { id, kind, release, previous, options } = this.#attempt;
    return this.#journal.open({
      deploy: id,
      kind,
      version: release.version,
      previous,
      by: this.#session.by,
      steps: steps.map((step) => ({ id: step.id, title: step.title })),
      options,
    });
  }

  /** The release and its secrets are kept before the target hears of it, so that whatever happens can be told and undone. */
  async #record(): Promise<void> {
    const { record, id, kind, release, previous, options } = this.#attempt;
    const { ledger, by, capsules } = this.#session;
    if (record) {
      await capsules.keep(this.#attempt, this.#attending.lock);
      await ledger.append(record, this.#attending.lock);
    }
    const reason = options.reason === undefined ? {} : { reason: options.reason };
    const at = new Date().toISOString();
    await ledger.append(
      { type: 'started', deploy: id, kind, version: release.version, previous, at, by, ...reason },
      this.#attending.lock,
    );
  }

  async #start(): Promise<void> {
    const { release, services, kind } = this.#attempt;
    this.#probe = await this.#startProbe();
    const rollout = new Rollout(
      this.#session.target,
      release,
      services,
      { keepPrevious: this.#keepPrevious, proven: kind === 'rollback' },
      (progress) => this.#tell(progress),
    );
    this.#rollout = rollout;
    await this.#unlessStopped(rollout.toGate());
    if (rollout.failed.length > 0) await rollout.toEnd();
  }

  async #gate(): Promise<void> {
    this.#attending.interrupt.throwIfAborted();
    const { services, previous } = this.#attempt;
    if (!this.#bakes || previous === null) return;
    const note = (text: string) => this.#attending.reporter.progress(null, text);
    this.#watch = new Watch({ target: this.#session.target, services, probe: this.#probe, note });
    this.#before = await this.#watch.before(previous, this.#attempt.urls);
  }

  /** The point of no return: from the first word on, new requests may reach the new release. */
  async #cutOver(): Promise<void> {
    // The last look, with nothing in between: what came before it may have taken minutes.
    await this.#attending.lock.assertHeld();
    this.#pastCutover = true;
    this.#observed = null;
    await this.#rollout!.toEnd();
  }

  async #verify(): Promise<void> {
    const { release, services } = this.#attempt;
    this.#observed = null;
    const { interrupt, reporter } = this.#attending;
    const { observed, proofs } = await prove(this.#session, release.version, services, {
      tell: (service, text) => reporter.progress(service, text),
      signal: interrupt,
    });
    this.#observed = observed;
    this.#proofs = proofs;
  }

  #bake(): Promise<void> {
    const { release, previous, options } = this.#attempt;
    return bake({
      seconds: options.bake,
      version: release.version,
      previous: previous!,
      bounds: this.#session.environment.bounds,
      watch: this.#watch!,
      urls: this.#observed!.urls,
      before: this.#before,
      reporter: this.#attending.reporter,
      signal: AbortSignal.any([this.#attending.interrupt, this.#attending.lock.lost]),
    });
  }

  /**
   * Something failed. Before the cutover the new release is rolled back; after it, the previous one is brought back. Without the lock
   * neither is ours to do: someone else is at it, and has found this deploy as it would a killed one.
   */
  async #recover(failure: StepFailed): Promise<Outcome> {
    const { previous, release } = this.#attempt;
    await this.#leaveIfLost();
    const { cause } = failure;
    const evidence =
      cause instanceof HookFailed
        ? [{ service: `the hook ${cause.hook}`, lines: cause.lines }]
        : await gatherEvidence(
            this.#session.target,
            this.#suspects(cause),
            release.version,
            this.#rollout?.evidence,
          );
    this.#observed = null;
    await this.#rollout?.takeBack();
    const live = await this.#liveNow();
    const because = { failure, evidence };
    const sure = !this.#unsure && !this.#rollout?.unsure;
    if (live === previous && sure) return this.#end({ verdict: 'failed', live, ...because });
    if (!this.#pastCutover || previous === null || live === undefined) {
      return this.#end({ verdict: 'unknown', live: live ?? null, ...because });
    }
    const { reporter } = this.#attending;
    reporter.begin({ id: 'bring-back', title: `Bring ${previous} back` });
    this.#observed = null;
    try {
      this.#observed = await bringBack(this.#session, previous, this.#attending.lock, (progress) =>
        this.#tell(progress),
      );
    } catch (error) {
      reporter.end('failed', error instanceof Error ? error.message : String(error));
      return this.#end({ verdict: 'unknown', live: (await this.#liveNow()) ?? null, ...because });
    }
    reporter.end('done');
    return this.#end({ verdict: 'rolled back', live: previous, ...because });
  }

  /** @throws {ConductorError} `lock.lost` when the environment is someone else's to change by now. */
  async #leaveIfLost(): Promise<void> {
    try {
      await assertNotLost(this.#attending.lock);
    } catch (error) {
      this.#rollout?.leave();
      await this.#stopProbe();
      throw error;
    }
  }

  /**
   * What happened could not be written down (a full disk): what can be rolled back is, and the error says what is true now. The next
   * command learns from the open journal how far it came.
   */
  async #unrecorded(cause: unknown): Promise<ConductorError> {
    await this.#leaveIfLost();
    if (!this.#pastCutover) await this.#rollout?.takeBack();
    await this.#stopProbe();
    const live = await this.#liveNow();
    const { previous } = this.#attempt;
    const why = cause instanceof Error ? cause.message : String(cause);
    return new ConductorError({
      code: 'deploy.unrecorded',
      message: `${nowServes(live)}, but what was done could not be written down: ${why}`,
      hint: `Fix that, then: conductor resume ${this.#session.name}, or conductor abort ${this.#session.name}`,
      exit:
        !this.#pastCutover && live === previous && !this.#rollout?.unsure
          ? exitCode.deployFailed
          : exitCode.unknown,
      cause,
    });
  }

  #stopProbe(): Promise<ProbeReport | undefined> {
    this.#report ??= Promise.resolve(this.#probe?.stop());
    return this.#report;
  }

  /** Waits for the work unless the person interrupts or the lock is lost; the work itself is called off by what follows. */
  async #unlessStopped(work: Promise<void>): Promise<void> {
    const stop = AbortSignal.any([this.#attending.interrupt, this.#attending.lock.lost]);
    const stopped = Promise.withResolvers<never>();
    const onStop = () => stopped.reject(stop.reason);
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop, { once: true });
    try {
      await Promise.race([work, stopped.promise]);
    } finally {
      stop.removeEventListener('abort', onStop);
    }
  }

  /** Services whose logs are worth showing: those that turned bad or failed, else all that were started. */
  #suspects(cause: unknown): string[] {
    if (cause instanceof TurnedBad && cause.services.length > 0) return cause.services;
    const failed = this.#rollout?.failed ?? [];
    if (failed.length > 0) return failed;
    return this.#rollout ? this.#attempt.services.map(({ name }) => name) : [];
  }

  /** Undefined when the target cannot be asked. */
  async #liveNow(): Promise<string | null | undefined> {
    try {
      return (await this.#look()).live;
    } catch (error) {
      this.#attending.reporter.note(
        `${this.#session.target.name} cannot be asked: ${(error as Error).message}`,
      );
      return undefined;
    }
  }

  /** Nothing can be interrupted where nothing serves yet, so a first deploy is not probed. */
  async #startProbe(): Promise<Probe | undefined> {
    const { options, previous, services, urls } = this.#attempt;
    if (options.probe === 0 || previous === null) return undefined;
    const routes = publicRoutes(services, urls).map(({ url }) => url);
    return routes.length === 0
      ? undefined
      : new Probe({
          ...{ routes, perSecond: options.probe, pass: await passOf(this.#session) },
          roots: this.#session.target.roots,
        });
  }

  #tell({ service, state, detail }: Progress): void {
    this.#attending.reporter.progress(service, detail ? `${state}: ${detail}` : state);
  }

  async #end(
    facts: Pick<OutcomeFacts, 'verdict' | 'live' | 'failure'> & { evidence?: readonly Evidence[] },
  ): Promise<Outcome> {
    const outcome = writeDown(this.#session, this.#attending.lock, this.#journal, {
      reporter: this.#attending.reporter,
      deploy: this.#attempt.id,
      version: this.#attempt.release.version,
      previous: this.#attempt.previous,
      startedAt: this.#started,
      report: await this.#stopProbe(),
      evidence: [],
      warnings: this.#warnings,
      interrupted: this.#attending.interrupt.aborted,
      observed: this.#observed,
      proofs: facts.verdict === 'live' ? this.#proofs : [],
      baked: this.#bakes,
      ...facts,
    });
    return outcome.catch(async (error: unknown) => {
      throw error instanceof ConductorError ? error : await this.#unrecorded(error);
    });
  }
}

const nowServes = (live: string | null | undefined): string => {
  if (live === undefined) return 'What serves now is not known';
  return live === null ? 'Nothing serves now' : `${live} serves now`;
};
