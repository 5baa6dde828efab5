import { randomInt } from 'node:crypto';
import type { Collection } from 'mongodb';
import { Secret, TOTP } from 'otpauth';
import { hashToken } from '../auth/token.ts';
import { Seal } from '../mail/seal.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import type { SettingsOf } from '../settings.ts';
import type { Also, UserStore } from '../users/store.ts';
import type { UserDocument } from '../users/user.ts';

/** What authenticator apps take without asking (RFC 6238): six digits of SHA-1, each for half a minute. */
const usual = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
const secretBytes = 20;
/** The code before and the one after are right, too: clocks differ, and people type slowly. */
const WINDOW = 1;

const RECOVERY_CODES = 10;
/** Without what is taken for something else when it was written by hand. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** The second factor of a person, as it is kept. */
export interface SecondFactorDocument {
  /** The secret that the app shares, closed with SECRET_KEY. */
  sealed: string;
  /** The last half minute whose code was used: no code works twice. */
  usedStep: number;
  /** Hashes of the codes for when the phone is gone. */
  recovery: string[];
  since: Date;
}

interface Needs {
  mongo: Mongo;
  users: UserStore;
  settings: Pick<SettingsOf<'api'>, 'SECRET_KEY' | 'SECRET_KEY_PREVIOUS'>;
}

/** A code from an app on the person's phone (TOTP), asked for after the password. */
export class SecondFactors {
  readonly #needs: Needs;
  readonly #seal: Seal;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#seal = new Seal('second-factor', needs.settings);
  }

  /** Begins: a new secret for the person's app, which counts once a code of it was given. */
  async begin(user: UserDocument, issuer: string): Promise<{ secret: string; uri: string }> {
    const secret = new Secret({ size: secretBytes });
    await this.#users.updateOne(
      { _id: user._id },
      { $set: { secondFactorBegun: this.#seal.close(secret.base32) } },
    );
    return {
      secret: secret.base32,
      uri: new TOTP({ ...usual, issuer, label: user.email, secret }).toString(),
    };
  }

  /** From now on the code is asked for. Returns the recovery codes, which are kept nowhere. @throws {Problem} `validation`, `conflict` */
  async confirm(principal: Principal, user: UserDocument, code: string, also?: Also): Promise<string[]> {
    const secret = user.secondFactorBegun && this.#seal.open(user.secondFactorBegun);
    if (!secret) throw new Problem('conflict', { detail: 'Begin anew: nothing waits to be confirmed.' });
    const step = stepOf(secret, code);
    if (step === undefined) throw wrongCode();
    const codes = recoveryCodes();
    const secondFactor: SecondFactorDocument = {
      sealed: this.#seal.close(secret),
      usedStep: step,
      recovery: codes.map(hashToken),
      since: new Date(),
    };
    await this.#needs.users.changeSecondFactor(principal, user._id, secondFactor, also);
    return codes;
  }

  /** New recovery codes in place of those of before. Kept nowhere. @throws {Problem} `conflict` without a second factor */
  async renewRecovery(principal: Principal, user: UserDocument, also?: Also): Promise<string[]> {
    const codes = recoveryCodes();
    await this.#needs.users.changeRecoveryCodes(principal, user._id, codes.map(hashToken), also);
    return codes;
  }

  /** Whether the code is the app's of this moment, or one of the recovery codes. Either works once. */
  async isRight({ _id, secondFactor }: UserDocument, code: string): Promise<boolean> {
    if (!secondFactor) return false;
    const secret = this.#seal.open(secondFactor.sealed);
    const step = secret === undefined ? undefined : stepOf(secret, code);
    if (secret !== undefined && step !== undefined) {
      const { modifiedCount } = await this.#users.updateOne(
        { _id, 'secondFactor.usedStep': { $lt: step } },
        // Closed anew with the SECRET_KEY of today, so that the one before may go.
        { $set: { 'secondFactor.usedStep': step, 'secondFactor.sealed': this.#seal.close(secret) } },
      );
      return modifiedCount === 1;
    }
    const recovery = hashToken(plain(code));
    const { modifiedCount } = await this.#users.updateOne({ _id, 'secondFactor.recovery': recovery }, {
      $pull: { 'secondFactor.recovery': recovery },
    } as object);
    return modifiedCount === 1;
  }

  get #users(): Collection<UserDocument> {
    return this.#needs.mongo.db.collection('users');
  }
}

/** The half minute that the code is of; undefined for a wrong one. */
function stepOf(secret: string, code: string): number | undefined {
  const totp = new TOTP({ ...usual, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token: code.replace(/\s/g, ''), window: WINDOW });
  return delta === null ? undefined : totp.counter() + delta;
}

const recoveryCodes = (): string[] => Array.from({ length: RECOVERY_CODES }, recoveryCode);

const recoveryCode = (): string =>
  Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** As it was shown, however it was typed. */
const plain = (code: string): string => code.toLowerCase().replace(/[^a-z0-9]/g, '');

export const wrongCode = (): Problem =>
  invalid('#/code', 'code.wrong', 'This is not the code of this moment. Codes work once, and for a minute.');
