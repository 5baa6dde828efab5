import type { Letter } from '../mail/letters.ts';
import type { OrgDocument } from '../org/org.ts';

const words = {
  'pt-BR': (inviter: string, org: string, link: string) => ({
    subject: `${inviter} convidou você para ${org}`,
    text: [
      `${inviter} convidou você para usar o Conductor CRM com ${org}.`,
      `Abra este endereço para escolher sua senha e entrar:\n${link}`,
      'Ele vale por 7 dias e funciona uma vez. Se você não esperava este convite, ignore esta mensagem.',
    ].join('\n\n'),
  }),
  en: (inviter: string, org: string, link: string) => ({
    subject: `${inviter} invited you to ${org}`,
    text: [
      `${inviter} invited you to use Conductor CRM with ${org}.`,
      `Open this address to choose your password and sign in:\n${link}`,
      'It is good for 7 days and works once. If you did not expect this invitation, ignore this message.',
    ].join('\n\n'),
  }),
};

/** The letter that brings an invitation, in the organisation's language. */
export function inviteLetter({
  inviter,
  org,
  to,
  link,
}: {
  inviter: string;
  org: OrgDocument;
  to: string;
  link: string;
}): Letter {
  return { orgId: org._id, kind: 'invite', to, ...words[org.locale](inviter, org.name, link) };
}
