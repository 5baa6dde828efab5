import type { Messages } from '../i18n/locales.ts';

export const watch = {
  'consent.title': ['Contagem de visitas', 'Counting visits'],
  'consent.text': [
    'Podemos contar suas visitas com o Google Analytics? Nada do que você cadastra é enviado.',
    'May we count your visits with Google Analytics? Nothing that you enter is sent.',
  ],
  'consent.grant': ['Permitir', 'Allow'],
  'consent.deny': ['Não permitir', 'Do not allow'],
} as const satisfies Messages;
