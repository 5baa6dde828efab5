import { z } from 'zod';
import { type Hook, type HookInput, type HookName, hookMoments, hookNames } from '../model/hook.ts';
import { commandSchema } from './command.ts';
import { problemsOf } from './problems.ts';

/** Seconds after which a hook that says nothing else has failed. */
const usualDeadline = 300;

const timed = z.strictObject({
  command: commandSchema,
  deadline: z.number().min(1).max(3600).default(usualDeadline),
});

/** A command, or one with its deadline. One union would not say what is wrong with the one that is meant. */
const hook = z
  .custom<HookInput>()
  .meta({ type: 'HookInput' })
  .transform((value, context) => {
    const mistake = (message: string) => context.issues.push({ code: 'custom', message, input: value });
    if (typeof value === 'object' && !Array.isArray(value)) {
      const { data, error } = timed.safeParse(value);
      if (data) return data;
      for (const { path, message } of problemsOf(timed, value, error!.issues))
        mistake(`is not a hook: ${path}: ${message}`);
      return z.NEVER;
    }
    const { data: command, error } = commandSchema.safeParse(value);
    if (command) return { command, deadline: usualDeadline };
    for (const { message } of error!.issues) mistake(message);
    return z.NEVER;
  });
/** Turns one of the project's off. */
const hookOrOff = z
  .custom<HookInput | false>()
  .meta({ type: 'HookInput | false' })
  .transform((value, context) => {
    if (value === false) return value;
    const { data, error } = hook.safeParse(value);
    if (data) return data;
    for (const { message } of error!.issues) context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  });

const each = <T extends z.ZodType>(of: T, what: (name: HookName) => string) =>
  z.strictObject(
    Object.fromEntries(hookNames.map((name) => [name, of.optional().describe(what(name))])) as Record<
      HookName,
      z.ZodOptional<T>
    >,
  );

/** The project's hooks. */
export const hooksSchema = each(hook, (name) => hookMoments[name])
  .prefault({})
  .describe(
    "Commands that run on the machine that deploys, in the project's folder, at moments of each deploy: a command line, or `{ command, deadline }` with the seconds (300) after which it has failed. No shell. They get what tests get (`commands.pass`) and the facts of the release as `CONDUCTOR_*`: docs/guides/hooks.md.",
  );

/** What an environment has of its own. */
export const environmentHooksSchema = each(hookOrOff, () => '')
  .prefault({})
  .describe("Hooks that are added here, or replace the project's of that name; `false`: not here.");

interface Hooked {
  readonly hooks: { readonly [Name in HookName]?: Omit<Hook, 'name'> | false | undefined };
}

/** The hooks of an environment, in the order in which they run. */
export const hooksOf = (project: Hooked, environment: Hooked): Hook[] =>
  hookNames.flatMap((name) => {
    const found = environment.hooks[name] ?? project.hooks[name];
    return found ? [{ name, ...found }] : [];
  });
