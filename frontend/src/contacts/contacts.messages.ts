import type { Messages } from '../i18n/locales.ts';

export const contacts = {
  'contacts.title': ['Contatos', 'Contacts'],
  'contacts.new': ['Novo contato', 'New contact'],
  'contacts.search': ['Buscar contatos', 'Search contacts'],
  'contacts.noMatch': ['Nenhum contato encontrado', 'No contact found'],
  'contacts.empty.title': ['Nenhum contato ainda', 'No contacts yet'],
  'contacts.empty.text': [
    'Contatos nascem quando um lead é convertido, ou cadastre um aqui.',
    'Contacts come from converted leads, or add one here.',
  ],
  'contacts.field.name': ['Nome', 'Name'],
  'contacts.field.firstName': ['Nome', 'First name'],
  'contacts.field.lastName': ['Sobrenome', 'Last name'],
  'contacts.field.linkedinUrl': ['LinkedIn', 'LinkedIn'],
  'contacts.form.nameMissing': ['Informe o nome.', 'Enter the name.'],
  'contacts.deals': ['Negócios', 'Deals'],
  'field.owner': ['Responsável', 'Owner'],
  'field.lastActivity': ['Última atividade', 'Last activity'],
  'sort.lastActivity': ['Ativos há pouco', 'Active lately'],
  'sort.updated': ['Alterados há pouco', 'Changed lately'],
  'field.updated': ['Atualizado', 'Updated'],
  'link.lead': ['Ver lead', 'Open lead'],
  'link.contact': ['Ver contato', 'Open contact'],
  'link.company': ['Ver empresa', 'Open company'],
  'link.deal': ['Ver negócio', 'Open deal'],
  'users.nobody': ['Sem responsável', 'Unassigned'],
} as const satisfies Messages;
