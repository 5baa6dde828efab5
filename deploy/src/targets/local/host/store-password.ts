import { randomBytes } from 'node:crypto';
import type { StoreSpec } from './protocol.ts';

/** The user of a MongoDB that is ours, who may do everything in it. Redis' users have no names. */
export const storeUser = 'conductor';

/** Whether the program lets in only who knows a password. An embedded-mongo of an earlier release cannot; an outside server has its own. */
export const asksForPassword = (spec: StoreSpec): boolean =>
  spec.provider === 'embedded' ? spec.credentials : spec.provider !== 'external';

/** A new password, which needs no escaping in a URL; empty for a program that asks for none. */
export const newPassword = (spec: StoreSpec): string =>
  asksForPassword(spec) ? randomBytes(24).toString('base64url') : '';
