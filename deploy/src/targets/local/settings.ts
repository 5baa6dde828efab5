import { z } from 'zod';

/** `local({ … })` in a config. */
export const localSettings = z.strictObject({
  port: z
    .int()
    .min(1)
    .max(65_535)
    .default(8080)
    .describe('Port of this machine on which the project is reached: http://localhost:8080.'),
  keep: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('How many built releases are kept on disk beside those in use, to go back to at once.'),
});

export type LocalSettings = z.output<typeof localSettings>;
