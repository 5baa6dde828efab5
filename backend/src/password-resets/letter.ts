import type { Letter } from '../mail/letters.ts';
import type { PasswordReset } from './store.ts';

const words = {
  'pt-BR': {
    subject: 'Sua nova senha',
    text: (name: string, link: string) =>
      `Olá, ${name}!\n\nPara escolher uma nova senha, abra este endereço em até uma hora:\n\n${link}\n\nSe você não pediu isto, não faça nada: sua senha continua a mesma.`,
  },
  en: {
    subject: 'Your new password',
    text: (name: string, link: string) =>
      `Hello ${name},\n\nTo choose a new password, open this address within an hour:\n\n${link}\n\nIf you did not ask for it, do nothing: your password stays as it is.`,
  },
};

/** The letter with the link, in the person's language. */
export function resetLetter({ user }: PasswordReset, link: string): Letter {
  const { subject, text } = words[user.locale];
  const { orgId, email: to } = user;
  return { orgId, kind: 'password-reset', to, subject, text: text(user.name, link) };
}
