import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { type BootUnit, unitMark, unitName, unitText } from '../environment/boot-unit.ts';
import type { Session } from '../environment/session.ts';
import { Systemd } from '../environment/systemd.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { cleanEnvironment } from '../model/clean-environment.ts';
import { textIfThere } from '../text/if-there.ts';
import type { Common, Context } from './command.ts';

interface Asked {
  readonly session: Session;
  readonly options: Common & { readonly system: boolean; readonly print: boolean };
  readonly context: Context;
}

/** The unit of an environment: what it should be, and where it lies. */
interface Place {
  readonly unit: BootUnit;
  readonly name: string;
  readonly file: string;
  readonly systemd: Systemd;
}

/** What each action of `conductor service` does. */
export const actions = { status, install, uninstall };

async function status(asked: Asked): Promise<void> {
  const place = placeOf(asked);
  const { session, context } = asked;
  const { output } = context;
  const facts = await factsOf(asked, place);
  if (asked.options.json) return output.result(JSON.stringify(facts));
  const { enabled, active, installed, current } = facts;
  if (!installed)
    return output.result(
      `${place.name} is not installed. Serve from boot on: conductor service install ${session.name}`,
    );
  output.result(
    `${place.name}: ${enabled ?? 'written, but systemd does not run here'}${active === null ? '' : `, ${active}`}`,
  );
  output.result(`  ${place.file}`);
  if (!current) output.result(`  It is out of date. Update it: conductor service install ${session.name}`);
}

async function install(asked: Asked): Promise<void> {
  const place = placeOf(asked);
  const { session, context } = asked;
  const { output } = context;
  const text = unitText(place.unit);
  if (asked.options.print) {
    if (!asked.options.json) output.result(text.trimEnd());
    else output.result(JSON.stringify({ environment: session.name, unit: place.name, text }));
    return;
  }
  const { name, file, systemd } = place;
  const runs = await systemd.runs();
  if (runs === null) throw noSystemd(session.name);
  await assertOurs(place);
  assertRoot(asked);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  if (runs) {
    await systemd.do('daemon-reload');
    await systemd.do('enable', name);
    output.say(`${name} is installed: ${session.name} is started at boot and stopped at shutdown.`);
  } else {
    output.say(`${file} is written. systemd does not run here; where it does, enable it:`);
    output.say(`  ${systemd.line('daemon-reload')}`);
    output.say(`  ${systemd.line('enable', name)}`);
  }
  if (place.unit.user === null) {
    output.say('So that it starts before you log in, and goes on after you log out:');
    output.say(`  loginctl enable-linger ${userInfo().username}`);
  }
  if (asked.options.json) output.result(JSON.stringify(await factsOf(asked, place)));
}

async function uninstall(asked: Asked): Promise<void> {
  const place = placeOf(asked);
  const { output } = asked.context;
  const { name, file, systemd } = place;
  if ((await textIfThere(file)) === undefined) output.say(`${name} is not installed.`);
  else {
    await assertOurs(place);
    assertRoot(asked);
    const runs = await systemd.runs();
    if (runs) await systemd.do('disable', name);
    await rm(file);
    if (runs) await systemd.do('daemon-reload');
    output.say(`${name} is removed. What runs goes on.`);
  }
  if (asked.options.json) output.result(JSON.stringify(await factsOf(asked, place)));
}

function placeOf({ session, options: { system } }: Asked): Place {
  const { name: environment, root, project, target, desired } = session;
  if (!target.start) {
    throw new ConductorError({
      code: 'service.not-here',
      message: `${target.name} keeps its services running by itself; there is nothing to install.`,
      hint: `See how they are: conductor status ${session.name}`,
      exit: exitCode.usage,
    });
  }
  const unit: BootUnit = {
    project: project.project,
    environment,
    root,
    node: process.execPath,
    services: desired.services,
    user: system ? ownerOf(root) : null,
  };
  const name = unitName(unit);
  const own = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'systemd', 'user');
  return {
    unit,
    name,
    file: join(system ? '/etc/systemd/system' : own, name),
    systemd: new Systemd(system ? 'system' : 'user'),
  };
}

async function factsOf({ session }: Asked, { unit, name, file, systemd }: Place) {
  const text = await textIfThere(file);
  const runs = await systemd.runs();
  return {
    environment: session.name,
    unit: name,
    file,
    installed: text !== undefined,
    current: text === unitText(unit),
    enabled: runs ? await systemd.isEnabled(name) : null,
    active: runs ? await systemd.isActive(name) : null,
  };
}

/** Whom the project's files belong to: root may install the unit, and need not run it. */
function ownerOf(root: string): string {
  const { uid } = statSync(root);
  if (uid === userInfo().uid) return userInfo().username;
  return execFileSync('id', ['-un', String(uid)], { encoding: 'utf8', env: cleanEnvironment() }).trim();
}

/** @throws {ConductorError} `service.foreign` (exit 3) for a unit of the same name that we have not written. */
async function assertOurs({ file, unit }: Place): Promise<void> {
  const text = await textIfThere(file);
  if (text === undefined || text.split('\n').includes(unitMark(unit))) return;
  throw new ConductorError({
    code: 'service.foreign',
    message: `${file} was not written by Conductor for this environment, and is left as it is.`,
    hint: 'Look at it, and move it away if nobody needs it.',
    exit: exitCode.checksFailed,
  });
}

/** @throws {ConductorError} `service.not-root` (exit 2) */
function assertRoot({ session, options }: Asked): void {
  if (!options.system || process.getuid?.() === 0) return;
  throw new ConductorError({
    code: 'service.not-root',
    message: 'Only root may change units of the whole machine.',
    hint: `Put sudo before the command, or have a unit of your own: conductor service install ${session.name}`,
    exit: exitCode.usage,
  });
}

const noSystemd = (environment: string) =>
  new ConductorError({
    code: 'service.no-systemd',
    message: 'This machine has no systemd to start anything at boot.',
    hint: `Let whatever starts programs here (launchd, a container's own command, cron's @reboot) run: conductor start ${environment}`,
    exit: exitCode.usage,
  });
