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
