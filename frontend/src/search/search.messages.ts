import type { Messages } from '../i18n/locales.ts';

export const search = {
  'search.title': ['Buscar', 'Search'],
  'search.placeholder': ['Nome, empresa, e-mail, telefone ou CNPJ', 'Name, company, e-mail, phone or CNPJ'],
  'search.looking': ['Buscando…', 'Searching…'],
  'search.failed': ['A busca falhou', 'The search failed'],
  'search.nothing': ['Nada encontrado', 'Nothing found'],
  'search.group.lead': ['Leads', 'Leads'],
  'search.group.contact': ['Contatos', 'Contacts'],
  'search.group.company': ['Empresas', 'Companies'],
  'search.group.deal': ['Negócios', 'Deals'],
  'search.group.places': ['Ir para', 'Go to'],
} as const satisfies Messages;
