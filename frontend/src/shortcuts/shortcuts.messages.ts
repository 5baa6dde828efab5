import type { Messages } from '../i18n/locales.ts';

export const shortcuts = {
  'shortcuts.title': ['Atalhos do teclado', 'Keyboard shortcuts'],
  'shortcuts.plain': ['Usar atalhos de uma só tecla', 'Use single-key shortcuts'],
  'shortcuts.filter': ['Buscar nesta lista', 'Search this list'],
  'shortcuts.choose': ['Selecionar a linha', 'Select the row'],
  'shortcuts.next': ['Próxima linha', 'Next row'],
  'shortcuts.previous': ['Linha anterior', 'Previous row'],
} as const satisfies Messages;
