import type { Messages } from '../i18n/locales.ts';

export const filters = {
  'filters.open': ['Filtros', 'Filters'],
  'filters.activeCount': [
    '{count, plural, one {ativo} other {ativos}}',
    '{count, plural, one {active} other {active}}',
  ],
  'filters.title': ['Filtrar', 'Filter'],
  'filters.active': ['Filtros ativos', 'Active filters'],
  'filters.remove': ['Tirar o filtro: {filter}', 'Remove the filter: {filter}'],
  'filters.sort': ['Ordem', 'Order'],
  'filters.me': ['Eu', 'Me'],
  'filters.min': ['{field}: de', '{field}: from'],
  'filters.max': ['{field}: até', '{field}: to'],
  'filters.atLeast': ['a partir de {min}', 'from {min}'],
  'filters.atMost': ['até {max}', 'up to {max}'],
  'filters.between': ['{min} a {max}', '{min} to {max}'],
  'filters.words': ['Escreva e tecle Enter', 'Type and press Enter'],
  'filters.any': ['Qualquer dia', 'Any day'],
  'filters.days': ['Escolher os dias', 'Choose the days'],
  'filters.last': [
    '{days, plural, one {Hoje} other {Últimos # dias}}',
    '{days, plural, one {Today} other {Last # days}}',
  ],
  'filters.next': [
    '{days, plural, one {Hoje} other {Próximos # dias}}',
    '{days, plural, one {Today} other {Next # days}}',
  ],
} as const satisfies Messages;
