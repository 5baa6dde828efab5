import type { Letters } from '../mail/letters.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import { defaultTimezone, type Principal } from '../policy/principal.ts';
import { dateFormat } from '../texts/formats.ts';
import type { Also } from './store.ts';
import type { UserDocument } from './user.ts';

/** What changes how somebody gets in. */
export type AccountChange = 'password' | 'password-by-link' | 'factor-on' | 'factor-off' | 'recovery-codes';

interface Telling {
  name: string;
  /** Who did it; undefined where it was done from the person's own account. */
  by: string | undefined;
  at: string;
  /** The address of the client. */
  base: string;
}

interface Words {
  subject: Record<AccountChange, string>;
  text(change: AccountChange, telling: Telling): string[];
}

const words: Readonly<Record<UserDocument['locale'], Words>> = {
  'pt-BR': {
    subject: {
      password: 'Sua senha foi trocada',
      'password-by-link': 'Sua senha foi trocada',
      'factor-on': 'A verificação em duas etapas foi ligada',
      'factor-off': 'A verificação em duas etapas foi desligada',
      'recovery-codes': 'Seus códigos de recuperação foram trocados',
    },
    text(change, { name, by, at, base }) {
      const what = {
        password: 'A senha da sua conta foi trocada. Onde mais ela estava aberta, é preciso entrar de novo.',
        'password-by-link':
          'A senha da sua conta foi trocada por um link para nova senha. É preciso entrar de novo em todo lugar.',
        'factor-on':
          'A verificação em duas etapas da sua conta foi ligada: ao entrar, um código do celular é pedido depois da senha.',
        'factor-off':
          'A verificação em duas etapas da sua conta foi desligada: agora só a senha deixa entrar.',
        'recovery-codes': 'Sua conta tem novos códigos de recuperação. Os de antes não valem mais.',
      }[change];
      const again = `Para ligar de novo: ${base}/settings/profile`;
      return [
        `Olá, ${name}!`,
        what,
        `Quem: ${by ?? (change === 'password-by-link' ? 'quem tinha o link' : 'você, ou quem estava na sua conta')}\nQuando: ${at}`,
        ...(change === 'factor-off' ? [again] : []),
        by === undefined
          ? `Se não foi você, avise já um administrador e escolha uma nova senha em ${base}/forgot`
          : `Se você não pediu isto, avise já um administrador e escolha uma nova senha em ${base}/forgot`,
      ];
    },
  },
  en: {
    subject: {
      password: 'Your password was changed',
      'password-by-link': 'Your password was changed',
      'factor-on': 'Two-step verification was switched on',
      'factor-off': 'Two-step verification was switched off',
      'recovery-codes': 'Your recovery codes were replaced',
    },
    text(change, { name, by, at, base }) {
      const what = {
        password: 'The password of your account was changed, which signed it out everywhere else.',
        'password-by-link':
          'The password of your account was changed by a link for a new password, which signed it out everywhere.',
        'factor-on':
          'Two-step verification of your account was switched on: a code of the phone is asked for after the password.',
        'factor-off':
          'Two-step verification of your account was switched off: now the password alone lets in.',
        'recovery-codes': 'Your account has new recovery codes. Those of before work no longer.',
      }[change];
      const again = `To switch it on again: ${base}/settings/profile`;
      return [
        `Hello ${name},`,
        what,
        `Who: ${by ?? (change === 'password-by-link' ? 'whoever had the link' : 'you, or whoever was in your account')}\nWhen: ${at}`,
        ...(change === 'factor-off' ? [again] : []),
        by === undefined
          ? `If this was not you, tell an administrator at once and choose a new password at ${base}/forgot`
          : `If you did not ask for this, tell an administrator at once and choose a new password at ${base}/forgot`,
      ];
    },
  },
};

interface Needs {
  mongo: Mongo;
  letters: Letters;
  settings: { FRONTEND_URL: string };
}

/** Letters that tell people what changed in how they get in, so that nobody else changes it unnoticed. They hold no secret. */
export class AccountLetters {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** Tells the person of `change` in its own transaction. `by` is who made it, the person themselves unless given. Nothing where no e-mail leaves. */
  tell(change: AccountChange, by?: Principal): Also {
    return async (user, within) => {
      const { mongo, letters, settings } = this.#needs;
      if (!letters.able || user.isDemo) return;
      const { _id, orgId, name, email: to, locale } = user;
      const org = await mongo.db
        .collection<OrgDocument>('orgs')
        .findOne({ _id: orgId }, { session: within.session });
      const telling = {
        name,
        by: by === undefined || by.userId === _id ? undefined : by.name,
        at: momentIn(user.timezone ?? org?.timezone ?? defaultTimezone, locale),
        base: settings.FRONTEND_URL,
      };
      const { subject, text } = words[locale];
      const letter = { subject: subject[change], text: text(change, telling).join('\n\n') };
      await letters.queueLetter({ orgId, kind: 'account', to, ...letter }, within);
    };
  }
}

/** This moment as people write it, with the zone that it is told in. */
const momentIn = (timeZone: string, locale: string): string =>
  `${dateFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone }).format()} (${timeZone})`;
