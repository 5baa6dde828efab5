import type { Messages } from '../i18n/locales.ts';

export const ui = {
  'reach.whatsapp': ['Abrir conversa no WhatsApp com {phone}', 'Open a WhatsApp chat with {phone}'],
  'list.choose': ['Selecionar {name}', 'Select {name}'],
  'list.chooseAll': ['Selecionar todos', 'Select all'],
  'list.chosen': ['{count, plural, one {# selecionado} other {# selecionados}}', '{count} selected'],
  'list.chooseNone': ['Desfazer a seleção', 'Clear the selection'],
  'list.total': [
    '{total, plural, =0 {Nenhum} one {# registro} other {# registros}}',
    '{total, plural, =0 {None} one {# record} other {# records}}',
  ],
  'list.totalCapped': ['Mais de {count} registros', 'More than {count} records'],
} as const satisfies Messages;
