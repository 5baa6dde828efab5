import type { Messages } from '../i18n/locales.ts';

export const ui = {
  'reach.whatsapp': ['Abrir conversa no WhatsApp com {phone}', 'Open a WhatsApp chat with {phone}'],
} as const satisfies Messages;
