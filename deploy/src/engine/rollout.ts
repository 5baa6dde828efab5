import { ConductorError, exitCode } from '../errors.ts';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { State } from '../model/state.ts';
import type { DeployOptions, Progress, Target } from '../targets/target.ts';

/** States after which a service of a rollout changes no more. */
const settled: ReadonlySet<State> = new Set(['live', 'failed', 'canceled', 'superseded', 'unknown']);

/** A target's attempt to run a release, taken step by step: up to the gate before its cutover, through it, or rolled back. */
export class Rollout {
  readonly #progress: AsyncIterator<Progress>;
  readonly #abort = new AbortController();
  readonly #services: readonly string[];
  readonly #states = new Map<string, Progress>();
  readonly #seen: (progress: Progress) => void;
  #ended = false;

  constructor(
    target: Target,
    release: Release,
    services: readonly Service[],
    options: DeployOptions,
    seen: (progress: Progress) => void,
  ) {
    this.#services = services.map(({ name }) => name);
    this.#seen = seen;
    this.#progress = target.deploy(release, services, this.#abort.signal, options)[Symbol.asyncIterator]();
  }

  /** Goes on until every service is proven and none serves yet; a target that cuts over by itself goes through to its end. */
  async toGate(): Promise<void> {
    await this.#advance((progress) => progress.gate === 'cutover');
  }

  /**
   * Goes on to the end.
   * @throws {ConductorError} `deploy.not-live` naming each service that did not become live.
   */
  async toEnd(): Promise<void> {
    await this.#advance(() => false);
    const others = this.#services.filter((name) => this.#states.get(name)?.state !== 'live');
    if (others.length > 0) throw this.#notLive(others);
  }

  /** Takes everything back and waits until the target has done so. Harmless after the end. */
  async takeBack(): Promise<void> {
    this.#abort.abort();
    await this.#advance(() => false);
  }

  /** Asks for nothing more, and takes nothing back: whoever has the lock now decides what becomes of it, as after a kill. */
  leave(): void {
    this.#ended = true;
    // What the target says about being left is nobody's business any more.
    this.#progress.return?.().catch(() => {});
  }

  /** Services that the target reported as failed. */
  get failed(): string[] {
    return this.#services.filter((name) => this.#states.get(name)?.state === 'failed');
  }

  /** The target does not know what became of a service: what the place as a whole says does not speak for it. */
  get unsure(): boolean {
    return [...this.#states.values()].some(({ state }) => state === 'unknown');
  }

  /** The log lines that the target itself showed for what failed, by service. */
  get evidence(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      [...this.#states].flatMap(([name, { evidence = [] }]) =>
        evidence.length > 0 ? [[name, evidence]] : [],
      ),
    );
  }

  async #advance(until: (progress: Progress) => boolean): Promise<void> {
    while (!this.#ended) {
      const { value, done } = await this.#progress.next();
      if (done) {
        this.#ended = true;
        return;
      }
      const progress: Progress = value;
      // A settled state is the last word on a service; what is said about the whole belongs to none.
      if (progress.service !== null) this.#states.set(progress.service, progress);
      this.#seen(progress);
      if (until(progress)) return;
    }
  }

  #notLive(others: readonly string[]): ConductorError {
    // Where some have failed, the others were only rolled back with them.
    const lines = (this.failed.length > 0 ? this.failed : others).map((name) => {
      const last = this.#states.get(name);
      if (!last) return `${name}: the target said nothing about it`;
      return `${name}: ${settled.has(last.state) ? '' : `still ${last.state}, `}${last.detail}`;
    });
    return new ConductorError({
      code: 'deploy.not-live',
      message: lines.join('\n'),
      exit: exitCode.deployFailed,
      fault: 'user',
    });
  }
}
