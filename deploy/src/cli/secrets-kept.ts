import { type KeptElsewhere, keptElsewhere } from '../config/elsewhere.ts';
import { generatedBytes } from '../config/generated.ts';
import { loadProject } from '../config/load.ts';
import { environmentOf } from '../config/resolve.ts';
import { GeneratedSecrets } from '../environment/generated-secrets.ts';
import { keptSecrets } from '../environment/kept-secrets.ts';
import { KnownSecrets } from '../environment/known-secrets.ts';
import { ledgerOf } from '../environment/ledger-of.ts';
import { ConductorError, exitCode } from '../errors.ts';
import {
  finishRotation,
  generateSecret,
  hasSecrets,
  notThere,
  openSecrets,
  previousName,
  requireIdentity,
  rotateSecret,
  type Secrets,
} from '../secrets/index.ts';
import type { Context } from './command.ts';
import { kindsOf } from './session.ts';

/** What an environment has: the secrets committed with the code, and those that Conductor made for it. */
export interface Kept {
  readonly environment: string;
  readonly committed: Secrets;
  /** Those that no committed one of the same name stands before. */
  readonly generated: Secrets;
  /** Those that are kept elsewhere: a deploy reads them. */
  readonly elsewhere: readonly KeptElsewhere[];
  /** Key of fingerprints, the same as for everything else that shows them. Base64. */
  readonly fingerprintKey: string;
  /** Names of keys that sign: a rotation keeps their old value accepted. */
  readonly signing: readonly string[];
  /** Gives a generated secret a new value: the one that is given, or a random one. Returns the generated ones as they are then. */
  rotate(
    name: string,
    options: { readonly overlap: boolean; readonly value: string | undefined },
  ): Promise<Secrets>;
  /** Ends the overlap of a generated secret. Returns the generated ones as they are then. */
  finish(name: string): Promise<Secrets>;
  /** The error for a name that is neither: one that the config lets Conductor make is only not made yet. */
  unknown(name: string): ConductorError;
}

/**
 * Opens both for a command; from then on nothing that is written shows one of their values. The key is needed only for what is encrypted:
 * an environment of this machine alone, without committed secrets, needs none.
 */
export async function openKept(context: Context, wanted: string | undefined): Promise<Kept> {
  const kinds = await kindsOf(context);
  const loaded = await loadProject(context.folder, kinds);
  const { root, project } = loaded;
  const environment = wanted ?? Object.keys(project.environments)[0]!;
  const configured = environmentOf(project, environment);
  const kind = kinds.find((each) => each.kind === configured.target.kind)!;
  const { generated: place } = await keptSecrets(
    await ledgerOf(loaded, environment, kind),
    root,
    environment,
  );
  const document = (await hasSecrets(root, environment))
    ? (await openSecrets(root, environment, await requireIdentity(root))).document
    : undefined;
  const made = await GeneratedSecrets.open(place, environment, { look: true });
  const committed = document?.secrets ?? {};
  const own = () => Object.fromEntries(Object.entries(made.values).filter(([name]) => !(name in committed)));
  const generated = own();
  const known = new KnownSecrets();
  context.output.protect(known.redact);
  for (const [name, value] of Object.entries({ ...made.values, ...committed })) known.learn(value, name);
  const change = async (changed: (secrets: Secrets) => Secrets) => {
    await made.update(changed);
    return own();
  };

  return {
    environment,
    committed,
    generated,
    elsewhere: keptElsewhere(project, environment),
    fingerprintKey: (document ?? made).fingerprintKey,
    signing: project.checks.strongKeys,
    async rotate(name, { overlap, value: given }) {
      const bytes =
        generatedBytes(project, configured, name) ?? Buffer.from(generated[name]!, 'base64url').length;
      const value = given ?? generateSecret(bytes);
      known.learn(value, name);
      return change((secrets) => rotateSecret(secrets, name, value, { overlap, environment }));
    },
    finish: (name) => change((secrets) => finishRotation(secrets, name, environment)),
    unknown: (name) =>
      generatedBytes(project, configured, name) === undefined
        ? notThere(name, environment)
        : new ConductorError({
            code: 'secrets.not-made-yet',
            message: `${name} has no value yet: Conductor makes it when it is first needed.`,
            hint: `conductor plan ${environment}`,
            exit: exitCode.usage,
          }),
  };
}

/** The error for taking away a secret that the next deploy would make again, or that a rotation still needs. */
export function cannotUnset(name: string, { environment, generated }: Kept): ConductorError {
  const rotated = Object.keys(generated).find((each) => previousName(each) === name);
  return new ConductorError({
    code: 'secrets.generated',
    message: rotated
      ? `${name} keeps the value before a rotation accepted. Nothing was changed.`
      : `${name} was made by Conductor, and the next deploy would make another one. Nothing was changed.`,
    hint: rotated
      ? `When nothing uses it any more: conductor secrets rotate ${environment} ${rotated} --finish`
      : `For a new value: conductor secrets rotate ${environment} ${name}`,
    exit: exitCode.usage,
  });
}
