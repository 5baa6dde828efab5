import { type ErrorPages, page } from './page.ts';

/** What was typed, and the config that it was typed for. */
export const commandLinePages: ErrorPages = {
  'cli.usage': page(
    'A word or an option of the command line is missing, one too many, or has a value that it cannot have. Nothing was done.',
    'Read the usage line that is printed, or ask the command itself: `conductor deploy --help`.',
  ),
  'cli.unknown-command': page(
    'The first word is no command of Conductor.',
    '`conductor --help` lists all of them; a near one is suggested.',
  ),
  'cli.two-environments': page(
    'Two words of the command line name an environment each.',
    'Name one: as the first word after the command, or with `-e`.',
  ),
  'cli.two-endings': page(
    'A deploy that was killed can be ended in one of two ways, and both were asked for.',
    'Give `--resume` to go on with it, or `--abort` to undo it.',
  ),
  'config.no-project': page(
    'Neither this folder nor one above it holds a `conductor.config.ts`.',
    'Go to the project’s folder.',
    'A project without one: `conductor init` looks at what is there and writes it.',
  ),
  'config.throws': page(
    'The config could not be loaded: it has a mistake in its syntax, imports something that is not installed, or its own code failed. The line is named.',
    'Fix that line. `Cannot find package` means: `npm install`.',
  ),
  'config.no-default': page(
    'The config exports nothing by default, so there is nothing to read.',
    'Begin it with `export default defineConfig({`.',
  ),
  'config.invalid': page(
    'Fields of the config are missing, unknown, or have values that they cannot have. Every mistake is listed with its path in the file.',
    'Fix each. `docs/reference/config.md` says what a field means; an editor shows the same.',
  ),
  'config.unknown-environment': page(
    'The environment that was named is not in the config.',
    'Look at the names that are listed; the config’s `environments` has them.',
  ),
  'init.exists': page(
    'There is a `conductor.config.ts` already, and `init` writes over nothing.',
    '`conductor init --dry-run` prints what it would write.',
    '`conductor init --force` replaces the one that is there; git has the old one if it was committed.',
  ),
  'init.no-file': page(
    'The file that `--from` names is not in the project.',
    'Give its path from the project’s folder, such as `--from deploy/compose.yaml`.',
  ),
  'init.nothing-found': page(
    'No file in the folder says how a service starts, so there is nothing to write down.',
    'A `start` script in `package.json`, or a Procfile with `web: python app.py`, is enough.',
    '`conductor init --help` lists all files that are read.',
  ),
  'init.unknown-file': page(
    'The file that `--from` names is none of those that can be read.',
    '`conductor init --help` lists them. Without `--from` it finds them by itself.',
  ),
  'init.unreadable': page(
    'A file is not what its name promises: broken YAML, JSON or TOML, or another tool’s format.',
    'Fix it, or begin with another one: `conductor init --from Procfile`.',
  ),
  'settings.missing': page(
    'Settings that the services need have no value, or one that cannot be decrypted here. All of them are listed; nothing was changed.',
    'Give each a value: `conductor secrets set production NAME`.',
    "A setting that is optional is written as `optional(secret('NAME'))` in the config.",
  ),
  'checks.failed': page(
    'Checks that this environment requires are not good. Nothing was changed.',
    'Each says what is wrong and how to fix it; `conductor check production` asks them again without deploying.',
    "A check that is not wanted here is turned off in the config: `checks: { off: ['ID'] }`.",
  ),
  'checks.unknown': page(
    'The config or the command line names a check that does not exist.',
    '`docs/reference/checks.md` lists all of them.',
  ),
  'export.no-repository': page(
    'The file that is to be written has to say where the code is, and nothing here says it.',
    'Add the git remote (`git remote add origin URL`), name the repository in the target, or give the services an `image`.',
  ),
  interrupted: page(
    'Somebody pressed Ctrl-C, or the terminal was closed. What was under way was rolled back as far as possible; the lines before say how far.',
    '`conductor status production` says what is true now.',
  ),
  'disk.full': page(
    'The disk has no room for what the command was about to do. It looked before it began, so nothing was changed.',
    'Make room, then run the command again. Old releases of this machine lie below `.conductor/`.',
  ),
  'conductor.bug': page(
    'Conductor itself has a mistake. It is not your fault.',
    '`CONDUCTOR_DEBUG=1` before the command shows where it happened; please report it with that.',
    '`conductor status production` says what is true now.',
  ),
  'system.*': page(
    'The operating system refused something: no space (ENOSPC, EDQUOT), a read-only file system (EROFS), missing rights (EACCES, EPERM), or too many open files (EMFILE).',
    'Fix that on this machine, look at `conductor status production`, then run the command again.',
  ),
  '*.unknown-*': page(
    'A word of the command line names a service, store, release or action that there is not; `logs.unknown-service` is one of these.',
    'The names that there are, are listed with the error.',
  ),
};
