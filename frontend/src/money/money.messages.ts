import type { Messages } from '../i18n/locales.ts';

export const money = {
  'money.currency': ['Moeda', 'Currency'],
  'money.unclear': [
    'Não está claro quanto é. Escreva assim: 1.234,56',
    'It is not clear how much this is. Write it like 1,234.56',
  ],
  'money.otherCurrency': [
    'Isto é de outra moeda. Escolha a moeda ao lado.',
    'This is in another currency. Choose the currency beside it.',
  ],
  'money.tooMuch': ['Até um trilhão.', 'A trillion at most.'],
} as const satisfies Messages;
