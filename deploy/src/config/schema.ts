import { z } from 'zod';
import type { SecretLink } from '../model/service-command.ts';
import { storeAbilities } from '../model/store.ts';
import { backupsSchema } from './backups.ts';
import { checksPolicySchema } from './checks.ts';
import { commandSchema as command } from './command.ts';
import { environmentHooksSchema, hooksSchema } from './hooks.ts';
import { linkSchema } from './link.ts';
import { notifierSchema } from './notifiers.ts';
import { problemsOf } from './problems.ts';
import { isAddress, secretName, secretNameMistake } from './secret-address.ts';
import type { Reference, SecretReference, Setting } from './settings.ts';

/**
 * The schema of `conductor.config.ts`. It is the source of the types that an editor shows, of the validation, and (through the
 * descriptions) of `docs/reference/config.md`.
 */

const settingName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'is not a name that an environment variable can have (letters, digits, _)',
  );
const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}$/,
    'is not a name: small letters, digits and -, beginning with a letter, at most 31',
  );

const secretReference = z.strictObject({ kind: z.literal('secret'), name: secretName });
const reference: z.ZodType<Reference> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('store'), store: z.string(), property: z.literal('url') }),
  z.strictObject({ kind: z.literal('service'), service: z.string(), property: z.enum(['url', 'host']) }),
  secretReference,
  z.strictObject({ kind: z.literal('generated'), bytes: z.int().min(16).max(1024) }),
  z.strictObject({ kind: z.literal('required'), what: z.string() }),
  z.strictObject({ kind: z.literal('optional'), setting: secretReference }),
  z.strictObject({ kind: z.literal('recipients') }),
  z.strictObject({ kind: z.literal('proxies') }),
]);

/** What is wrong with the address of a secret that is kept elsewhere; undefined where there is none. */
function addressMistake(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, name, setting } = value as { kind?: unknown; name?: unknown; setting?: unknown };
  if (kind === 'optional') return addressMistake(setting);
  return kind === 'secret' && typeof name === 'string' && isAddress(name)
    ? secretNameMistake(name)
    : undefined;
}

/** One union would give one error for each of its members; a setting that is none of them gives a single one, below. */
const isSetting = (value: unknown): value is Setting =>
  ['string', 'boolean'].includes(typeof value) ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  reference.safeParse(value).success;

const setting = z
  .custom<Setting>(isSetting, {
    error: ({ input }) =>
      addressMistake(input) ??
      (input === undefined
        ? 'is undefined; leave the setting out, or give it a value'
        : "is not a setting: a string, number or boolean, store('…').url, service('…').url, secret('…'), secret.from('…'), generated(32), required('…'), optional(secret('…')), backupRecipients() or trustedProxies()"),
  })
  .meta({ type: 'Setting' });
const settings = z.record(settingName, setting);

const storeUrl = z
  .custom<string | SecretReference>(
    (value) => typeof value === 'string' || secretReference.safeParse(value).success,
    { error: ({ input }) => addressMistake(input) ?? "is neither an address nor secret('…')" },
  )
  .meta({ type: 'string | SecretReference' })
  .optional()
  .describe('An outside server to use instead of one that the target provides.');

/** One union would not say what is wrong with the one that is meant. */
const commandOrLink = z
  .custom<z.input<typeof command> | SecretLink>()
  .meta({ type: 'string | string[] | SecretLink' })
  .transform((value, context) => {
    const mistake = (message: string) => context.issues.push({ code: 'custom', message, input: value });
    if (typeof value === 'object' && !Array.isArray(value)) {
      const { data, error } = linkSchema.safeParse(value);
      if (data) return data;
      for (const { path, message } of problemsOf(linkSchema, value, error!.issues))
        mistake(`is not a link: ${path}: ${message}`);
      return z.NEVER;
    }
    const { data, error } = command.safeParse(value);
    if (data) return data;
    for (const { message } of error!.issues) mistake(message);
    return z.NEVER;
  });
const seconds = (least: number, most: number) => z.number().min(least).max(most);
const path = z.string().startsWith('/', 'is not a path that begins with /');
const relative = z
  .string()
  .refine(
    (value) => !value.startsWith('/') && !value.split('/').includes('..'),
    'leaves the project; give a path inside it',
  );

const image = z
  .string()
  .regex(/^\S+@sha256:[0-9a-f]{64}$/, 'is not an image by digest, such as ghcr.io/owner/name@sha256:…');
const replicas = z.int().min(1).max(100);
const drain = seconds(0, 600);

const health = z.strictObject({
  path: path.describe('Path that answers 2xx only when the service can take work.'),
  deadline: seconds(1, 3600)
    .default(60)
    .describe('Seconds from start to healthy, after which the service has failed.'),
});

const metricName = z.string().regex(/^[a-zA-Z_:][\w:]*$/, 'is not a name that a metric can have');
const metrics = z.strictObject({
  path: path.default('/metrics').describe('Path that answers in the text format of Prometheus.'),
  token: settingName
    .optional()
    .describe('Setting of this service whose value opens it, as `Authorization: Bearer …`.'),
  requests: metricName
    .default('conductor_http_requests_total')
    .describe('Counter of answers, with a label `status` (or `code`): `5xx` or `503` is a failed one.'),
  duration: metricName
    .default('conductor_http_request_duration_seconds')
    .describe('Histogram of the seconds that answers took.'),
  jobs: metricName
    .default('conductor_jobs_total')
    .describe('Counter of tries of jobs, with a label `outcome`: `failed` is a failed one.'),
  errorLines: metricName
    .default('conductor_log_errors_total')
    .describe('Counter of lines logged at level error or worse.'),
});

const serviceFields = z.strictObject({
  root: relative
    .default('.')
    .describe("Folder of the service in the project. Its commands run there. '.' is the project's root."),
  dockerfile: relative.optional().describe('Dockerfile for targets that run images.'),
  build: command.optional().describe('Command that builds it, run once per release. No shell.'),
  start: command
    .optional()
    .describe(
      'Command that starts it; it listens on the port in PORT, where it has public paths or a health path. No shell. Left out only with `static`.',
    ),
  static: relative
    .optional()
    .describe(
      'Folder, in `root`, whose files are served, in place of `start`: docs/guides/static-files.md. `build` may make it.',
    ),
  fallback: relative
    .optional()
    .describe(
      'With `static`: file that answers paths of pages that there is no file for; `index.html` for a single-page application.',
    ),
  image: image
    .optional()
    .describe(
      'Image by digest to run in place of one built from the repository, such as `process.env.WEB_IMAGE`.',
    ),
  imageStart: command
    .optional()
    .describe('Command that starts it in its image, where that is another than `start`. No shell.'),
  paths: z
    .array(path)
    .default([])
    .describe('Public paths (prefixes) that it serves. None: it takes no public requests.'),
  health: health
    .optional()
    .describe(
      'How the target knows that it can take work. Left out: it answers its first public path with anything below 500; without public paths, it stays up for 3 s.',
    ),
  metrics: metrics
    .optional()
    .describe('Where it tells what it has counted; watched while a new release bakes.'),
  replicas: replicas.default(1).describe('How many of it run.'),
  drain: drain.default(30).describe('Seconds that an old replica may take to finish what it has.'),
  singleton: z
    .boolean()
    .default(false)
    .describe('Never two at once: the old one is stopped before the new one starts.'),
  settings: settings
    .default({})
    .describe(
      'Environment variables: all that it gets. A service that does not name a setting never has it.',
    ),
  commands: z
    .record(name, commandOrLink)
    .default({})
    .describe(
      'What people can ask of it by a name, with `conductor run ENVIRONMENT`: a command that gets the settings of the release that is live (no shell), or a link (`secretLink()`).',
    ),
});

const service = serviceFields.superRefine((value, { addIssue }) => {
  const mistake = (key: keyof typeof value, message: string) =>
    addIssue({ code: 'custom', path: [key], message, input: value[key] });
  if (value.static === undefined) {
    if (value.start === undefined)
      mistake(
        'start',
        'is missing; give the command that starts it, or `static`, a folder of files to serve',
      );
    if (value.fallback !== undefined) mistake('fallback', 'is for `static`, which is not given');
    return;
  }
  if (value.start !== undefined)
    mistake('start', 'is never run where `static` is given; leave one of the two out');
  if (value.paths.length === 0)
    mistake('paths', "is empty, so nobody is served the files of `static`; give paths: ['/']");
});

/** What an environment may change of a service: without defaults, so that what is not given stays as the service has it. */
const override = z.strictObject({
  image: image.optional(),
  replicas: replicas.optional(),
  drain: drain.optional(),
  settings: settings.optional(),
});

const store = z
  .strictObject({
    kind: z.enum(['mongodb', 'redis']).describe('What it is.'),
    url: storeUrl,
    needs: z
      .array(z.enum(storeAbilities))
      .optional()
      .describe(
        'What it must be able to do; a store that cannot is a failed check. `transactions`: MongoDB as a replica set, of one member at least.',
      ),
  })
  .refine(({ kind, needs }) => kind === 'mongodb' || !needs?.length, {
    error: 'is for MongoDB; a redis store needs nothing',
    path: ['needs'],
  });

const release = z.strictObject({
  service: z.string().describe('The service whose settings the command gets.'),
  command: command.describe('Command that runs once before new code serves (indexes, migrations). No shell.'),
  deadline: seconds(1, 3600).default(300).describe('Seconds after which it has failed.'),
});

const environment = z.strictObject({
  target: z
    .strictObject(
      { kind: z.string(), settings: z.unknown() },
      { error: 'is not a target, such as local({ port: 8080 })' },
    )
    // What its kind knows, filled in once that is found.
    .transform((target): typeof target & { proxies: readonly string[] } => ({ ...target, proxies: [] }))
    .describe('Where it runs: `local()`, `railway()`, `render()`, `digitalocean()`, `swarm()`.'),
  settings: settings
    .default({})
    .describe(
      'Settings of this environment. Each goes to every service that declares a setting of that name.',
    ),
  services: z.record(z.string(), override).default({}).describe('What differs for single services.'),
  stores: z
    .record(z.string(), z.strictObject({ url: storeUrl }))
    .default({})
    .describe('Outside servers to use here.'),
  domains: z
    .record(z.string(), z.array(z.hostname()).min(1))
    .default({})
    .describe('Host names of each public service; the first is the main one.'),
  branch: z
    .string()
    .min(1)
    .optional()
    .describe('Branch that is deployed here; deploying another one is a failed check.'),
  bake: seconds(0, 86_400)
    .optional()
    .describe(
      'Seconds after cutover in which the new release is watched and rolled back by itself when it turns bad. Default: 120; on `local()`: 0.',
    ),
  bounds: z
    .strictObject({
      errors: z
        .number()
        .min(0)
        .max(1)
        .default(0.02)
        .describe('Share of 5xx answers above that of the release before, by at least 3 of them.'),
      slower: z.number().min(1).default(3).describe('p95 in multiples of that of the release before.'),
      slow: z.number().min(0).default(200).describe('Milliseconds below which a p95 is never slow.'),
      restarts: z.int().min(1).default(2).describe('So many restarts of a service.'),
      errorLines: z
        .int()
        .min(0)
        .default(10)
        .describe('Lines of level error in a minute, of a service, above those of the release before.'),
      failedJobs: z
        .number()
        .min(0)
        .max(1)
        .default(0.1)
        .describe('Share of failed tries of jobs above that of the release before, by at least 5 of them.'),
      answers: z
        .int()
        .min(1)
        .default(20)
        .describe('Answers within 10 s without which neither a share nor a p95 says anything.'),
    })
    .prefault({})
    .describe('What is bad enough, while baking, to roll a release back.'),
  checks: z
    .strictObject({
      required: z
        .array(z.string())
        .optional()
        .describe('Checks that must be good to deploy. Left out: every one that applies.'),
      only: z
        .array(z.string())
        .optional()
        .describe(
          'The only checks that are asked. Left out: all; on `local()`, unless `required` is given: `settings`, `stores-able` and `target`.',
        ),
      off: z.array(z.string()).default([]).describe('Checks that are not asked.'),
    })
    .prefault({})
    .describe('Which checks count here.'),
  backups: backupsSchema
    .optional()
    .describe('Where backups of the database are kept, for whom and how long. Left out: none are made.'),
  hooks: environmentHooksSchema,
  notify: z
    .array(notifierSchema)
    .default([])
    .describe('Who is told about deploys and backups: `slack()`, `webhook()`, `email()`.'),
});

export const projectSchema = z.strictObject(
  {
    project: name.describe('Name of the project.'),
    stores: z.record(name, store).default({}).describe('Data services.'),
    services: z
      .record(name, service)
      .refine((all) => Object.keys(all).length > 0, 'has no service')
      .describe('Long-running parts.'),
    release: release.optional().describe('The release task.'),
    links: z
      .record(name, z.strictObject({ service: z.string(), path: path.default('/') }))
      .default({})
      .describe(
        'Addresses worth knowing, printed after a deploy and by `status`. Default: one for each public service.',
      ),
    commands: z
      .strictObject({
        test: command.optional().describe('Runs the tests.'),
        lint: command.optional().describe('Checks format, lint and types.'),
        build: command.optional().describe('Builds what can be built.'),
        pass: z
          .array(
            settingName.refine(
              (name) => name !== 'CONDUCTOR_AGE_KEY',
              'is the key of a person, for no command',
            ),
          )
          .default([])
          .describe(
            'Variables of this machine that these commands, the hooks, `npm ci` and the builds of services get, such as NPM_TOKEN. Without it they get those that concern the machine only (PATH, HOME, the language, proxies and certificates, CI, `npm_config_*`): no token and no secret.',
          ),
      })
      .prefault({})
      .describe("The project's own commands, for the checks."),
    hooks: hooksSchema,
    checks: checksPolicySchema.prefault({}).describe('What the checks have to know about this project.'),
    environments: z
      .record(name, environment)
      .refine((all) => Object.keys(all).length > 0, 'has no environment')
      .describe('Named instances of the project; `deploy` without a name takes the first.'),
  },
  { error: 'is not a config; export default defineConfig({ … })' },
);

/** What `conductor.config.ts` gives to `defineConfig` ({@link ProjectInput}), its form checked. */
export type ParsedProject = z.output<typeof projectSchema>;
type ParsedEnvironment = ParsedProject['environments'][string];
/** An environment with its defaults, those of its kind of target among them. */
export type ProjectEnvironment = ParsedEnvironment & Required<Pick<ParsedEnvironment, 'bake'>>;
/** A config that is checked as a whole. */
export interface Project extends Omit<ParsedProject, 'environments'> {
  readonly environments: Record<string, ProjectEnvironment>;
}
export type ProjectService = Project['services'][string];
