import { z } from 'zod';
import { type EventKind, eventKinds } from '../model/event.ts';
import { secretName } from './secret-address.ts';

/** A value that the config may hold itself or refer to with `secret('NAME')`; addresses with a token in them should be secrets. */
const value = z.union([z.string().min(1), z.strictObject({ kind: z.literal('secret'), name: secretName })]);
export type NotifierValue = z.output<typeof value>;

const on = z
  .array(z.enum(eventKinds))
  .min(1)
  .default([...eventKinds] satisfies EventKind[])
  .describe('Events that it tells about. Default: all.');

/** One notifier in the config. */
export const notifierSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('slack'),
    url: value.describe('Address of the incoming webhook; whoever has it can post, so keep it secret.'),
    on,
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    url: value.describe('Address that takes a POST of JSON, signed as Standard Webhooks say.'),
    secret: value.describe('Key of the signature, base64, as in whsec_….'),
    on,
  }),
  z.strictObject({
    kind: z.literal('email'),
    url: value.describe('Mail server: smtp://user:password@host:587 or smtps://….'),
    from: z.string().min(3),
    to: z.array(z.email()).min(1),
    on,
  }),
]);
export type NotifierSettings = z.output<typeof notifierSchema>;
