import { z } from 'zod';
import type { SecretLink } from '../model/service-command.ts';

const path = z.string().startsWith('/', 'is not a path that begins with /');

/** The form of a {@link SecretLink} in the config. */
export const linkSchema = z.strictObject({
  kind: z.literal('link'),
  page: z.string(),
  path,
  token: z.string(),
  while: z.strictObject({ path, contains: z.string().min(1) }),
  otherwise: z.string().min(1),
});

/**
 * A command of a service that is a link with a secret: `conductor run` prints it, and a deploy tells of it for as long as it works.
 * `'setup-link': secretLink({ page: 'frontend', path: '/setup', token: 'SETUP_TOKEN', while: { path: '/api/setup', contains: 'true' },
 * otherwise: 'It is set up already.' })`
 */
export const secretLink = (link: Omit<SecretLink, 'kind'>): SecretLink => ({ kind: 'link', ...link });
