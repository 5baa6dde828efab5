import type { Messages } from '../i18n/locales.ts';

export const undo = {
  'undo.undo': ['Desfazer', 'Undo'],
  'undo.last': ['Desfazer a última ação', 'Undo the last action'],
} as const satisfies Messages;
