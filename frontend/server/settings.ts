import { z } from 'zod';

const address = (protocols: string) =>
  z
    .string()
    .refine(
      (value) => value === '' || new RegExp(`^(?:${protocols})://[^/]+`).test(value) || value.startsWith('/'),
      {
        error: `must be empty, a path, or an address that begins with ${protocols.replace('|', ' or ')}`,
      },
    )
    .transform((value) => value.replace(/\/+$/, ''))
    .default('');

/**
 * What the web client's server reads from its environment. Everything is optional: without any setting the client
 * talks to the origin that it came from, and neither Sentry nor Google Analytics is loaded.
 */
export const Settings = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  /** Where the API is: empty for the client's own origin, or `https://api.example.com`. */
  API_URL: address('https?'),
  /** Where live updates come from: empty for `/ws` on the client's own origin, or `wss://api.example.com/ws`. */
  WS_URL: address('wss?'),
  GA_MEASUREMENT_ID: z
    .string()
    .regex(/^(?:G-[A-Z0-9]{4,20})?$/, { error: 'must look like G-ABC123DEF4' })
    .default(''),
  SENTRY_DSN: z
    .string()
    .regex(/^(?:https?:\/\/[^@\s]+@[^/\s]+\/\S+)?$/, { error: 'must look like https://key@host/project' })
    .default(''),
  CONDUCTOR_RELEASE: z.string().default('development'),
  CONDUCTOR_ENVIRONMENT: z.string().default('development'),
});
export type Settings = z.infer<typeof Settings>;

/** Every setting that is wrong, in one message and without its value, which may be a secret put in the wrong place. */
export class SettingsError extends Error {
  readonly code = 'SETTINGS_INVALID';
  readonly hint = 'Correct these environment variables and start again.';
}

/** Reads the settings. Throws {@link SettingsError} that lists all problems at once. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const result = Settings.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new SettingsError(`The web client's settings are wrong:\n${problems.join('\n')}`);
}
