import { delimiter, dirname, join } from 'node:path';
import { commandRunner, lastLines } from '../checks/run-command.ts';
import { hooksOf } from '../config/hooks.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { Hook, HookName } from '../model/hook.ts';
import type { Observed } from '../model/observed.ts';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import { commandLine } from '../targets/shell-words.ts';
import { serviceAt } from './routes.ts';

/** What a hook is told of the deploy in which it runs. */
export interface HookFacts {
  readonly release: Pick<Release, 'version' | 'commit'>;
  readonly services: readonly Pick<Service, 'name' | 'paths'>[];
  /** What was live when it began. */
  readonly previous: string | null;
  /** Public addresses by service, as far as they are known. */
  readonly urls: Observed['urls'];
}

/** A hook that did not end well, with the last lines that it wrote. */
export class HookFailed extends ConductorError {
  readonly hook: HookName;
  readonly lines: readonly string[];

  constructor(
    hook: Hook,
    options: { readonly what: string; readonly lines?: readonly string[]; readonly cause?: unknown },
  ) {
    const { what, lines = [], cause } = options;
    const line = commandLine(hook.command);
    super({
      code: 'hook.failed',
      message: `The hook ${hook.name} (${line}) ${what}.`,
      hint: `Fix it and run the command again. It runs in the project's folder: ${line}`,
      exit: exitCode.deployFailed,
      cause,
    });
    this.name = 'HookFailed';
    this.hook = hook.name;
    this.lines = lines;
  }
}

/**
 * Runs a hook to its end on this machine, in the project's folder. Returns the last lines that it wrote, without secrets.
 * @throws {HookFailed} when it cannot be started, ends with another code than 0, or takes longer than its deadline.
 * @throws the signal's reason when that aborts; what the hook had started has ended then.
 */
export async function runHook(
  { root, redactor, project, name: environment }: Session,
  hook: Hook,
  facts: HookFacts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const more = {
    ...toldTo(hook, facts),
    CONDUCTOR_PROJECT: project.project,
    CONDUCTOR_ENVIRONMENT: environment,
  };
  const late = AbortSignal.timeout(hook.deadline * 1000);
  const run = commandRunner(root, redactor, project.commands.pass, { ...more, PATH: pathOf(root) });
  const ended = await run(hook.command, AbortSignal.any([signal, late])).catch((cause: unknown) => {
    signal.throwIfAborted();
    const what = late.aborted
      ? `did not end within ${hook.deadline} s and was ended`
      : `could not be run: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new HookFailed(hook, { what, cause });
  });
  const lines = ended.output.trim() === '' ? [] : lastLines(ended.output).split('\n');
  if (ended.code === 0) return lines;
  throw new HookFailed(hook, { what: `ended with ${ended.code ?? 'a signal'}`, lines });
}

/** The programs that the project has installed come first, as they do for npm's scripts. */
const pathOf = (root: string): string =>
  [join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);

function toldTo({ name }: Hook, { release, services, previous, urls }: HookFacts): Record<string, string> {
  const main = urls[serviceAt('/', services) ?? ''] ?? Object.values(urls)[0];
  const byService = Object.entries(urls).map(([service, url]) => [
    `CONDUCTOR_URL_${service.toUpperCase().replaceAll('-', '_')}`,
    url,
  ]);
  return {
    CONDUCTOR_HOOK: name,
    CONDUCTOR_RELEASE: release.version,
    CONDUCTOR_COMMIT: release.commit ?? '',
    CONDUCTOR_PREVIOUS_RELEASE: previous ?? '',
    ...(main !== undefined && { CONDUCTOR_URL: main }),
    ...Object.fromEntries(byService),
  };
}

/**
 * A hook before the cutover runs only where the target waits for it.
 * @throws {ConductorError} `hook.no-gate` (exit 2); nothing was changed.
 */
export function assertHooksFit({ project, environment, target, name }: Session): void {
  if (target.traits.gate || !hooksOf(project, environment).some((each) => each.name === 'before-cutover'))
    return;
  throw new ConductorError({
    code: 'hook.no-gate',
    message: `${target.name} cuts over by itself, so the hook before-cutover cannot run there; nothing was changed.`,
    hint: `Use before-start or after-cutover, or leave it out here: environments.${name}.hooks: { 'before-cutover': false }`,
    exit: exitCode.usage,
  });
}
