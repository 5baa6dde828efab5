import { randomBytes } from 'node:crypto';
import { ConductorError, exitCode } from '../../errors.ts';
import { poll } from '../poll.ts';
import type { CommandOrder } from '../target.ts';
import { type Frame, streamLines } from './frames.ts';
import { label, labelsOf, prefixOf } from './names.ts';
import { serviceOf } from './observe.ts';
import type { EngineTask } from './operations.ts';
import { ended, ensureService, removeService, tasksOf } from './services.ts';
import { withSettings } from './settings-file.ts';
import { type Site, streamed } from './site.ts';
import type { ServiceSpec } from './spec.ts';
import { readTable } from './switch.ts';
import { wordsOf, writtenBy } from './tasks.ts';

/** Runs a command as one more task, with the code and the settings of the service that serves, and takes it away afterwards. */
export async function runCommand(
  site: Site,
  order: CommandOrder,
  write: (text: string, from: Frame['from']) => void,
): Promise<number> {
  const { service, version, words, signal } = order;
  const live = await serviceOf(site, service, version);
  if ((await readTable(site))?.release !== version || !live) {
    throw new ConductorError({
      code: 'run.not-live',
      message: `${version} does not serve any more, so ${service} was not asked.`,
      hint: 'Run it again: it then goes to what serves now.',
      exit: exitCode.unknown,
    });
  }
  const template = live.Spec.TaskTemplate;
  const container = template.ContainerSpec as unknown as Record<string, unknown>;
  const name = `${prefixOf(site.context)}-run-${randomBytes(6).toString('hex')}`;
  const spec: ServiceSpec = {
    Name: name,
    Labels: labelsOf(site.context, 'task', { [label.name]: service, [label.release]: version }),
    TaskTemplate: {
      ...template,
      ContainerSpec: {
        ...container,
        Command: container.Secrets ? withSettings(words) : words,
        HealthCheck: { Test: ['NONE'] },
      },
      RestartPolicy: { Condition: 'none' },
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: 'dnsrr' },
  };
  const { service: made } = await ensureService(site, spec);
  const end = () => void removeService(site, made.ID).catch(() => {});
  signal.addEventListener('abort', end, { once: true });
  const written = new Written(site, made.ID, write);
  try {
    const pace = { first: 250, factor: 1.3, most: 1_000 };
    const day = 24 * 3_600_000;
    const over = async () => {
      const [task] = await tasksOf(site, made.ID);
      return task && ended.includes(task.Status.State) ? task : null;
    };
    const task = await poll(over, { clock: site.clock, within: day, signal, pace });
    await written.rest(task);
    if (!task) return 1;
    const code = task.Status.ContainerStatus?.ExitCode;
    if (task.Status.State === 'complete') return 0;
    if (code) return code;
    throw new ConductorError({
      code: 'run.not-started',
      message: `${words[0]} could not be started in ${service}: ${wordsOf(task)}`,
      hint: 'The program has to be in the image of the service.',
      exit: exitCode.usage,
    });
  } finally {
    signal.removeEventListener('abort', end);
    written.end();
    await removeService(site, made.ID);
  }
}

/** What a command writes, as it comes. The engine may break off before the last of it, so at the end what is missing is asked for. */
class Written {
  readonly #site: Site;
  readonly #service: string;
  readonly #write: (text: string, from: Frame['from']) => void;
  readonly #ended = new AbortController();
  readonly #following: Promise<void>;
  /** Lines of each stream that were written. */
  readonly #count = { stdout: 0, stderr: 0 };

  constructor(site: Site, service: string, write: (text: string, from: Frame['from']) => void) {
    this.#site = site;
    this.#service = service;
    this.#write = write;
    this.#following = this.#follow().catch(() => {});
  }

  async rest(task: EngineTask | null): Promise<void> {
    this.end();
    await this.#following;
    if (!task) return;
    const before = { ...this.#count };
    const again = { stdout: 0, stderr: 0 };
    for await (const { from, text } of writtenBy(this.#site, task.ID, 'tail=all'))
      if (++again[from] > before[from]) this.#write(`${text}\n`, from);
  }

  end(): void {
    this.#ended.abort();
  }

  async #follow(): Promise<void> {
    const path = `/services/${this.#service}/logs?stdout=1&stderr=1&tail=all&follow=1`;
    const { signal } = this.#ended;
    const stream = await streamed(this.#site, { method: 'GET', path, signal });
    for await (const { from, text } of streamLines(stream)) {
      if (signal.aborted) return;
      this.#count[from]++;
      this.#write(`${text}\n`, from);
    }
  }
}
