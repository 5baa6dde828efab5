import { z } from 'zod';

/** `local({ … })` in a config. */
export const localSettings = z.strictObject({
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      'Port of this machine on which the project is reached. Default: the one it is reached on already, at first 8080.',
    ),
  keep: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('How many built releases are kept on disk beside those in use, to go back to at once.'),
  warm: z
    .int()
    .min(0)
    .max(86_400)
    .default(600)
    .describe(
      'Seconds for which the release before goes on running after a deploy (what takes requests of it), so that a rollback takes no start; 0: it is ended at once. A machine short of memory keeps none.',
    ),
});

/** Port of the public address when nobody has chosen one. */
export const usualPort = 8080;

export type LocalSettings = z.output<typeof localSettings>;
