import type { Messages } from '../i18n/locales.ts';

export const trash = {
  'trash.title': ['Lixeira', 'Trash'],
  'trash.about': [
    'O que foi excluído fica aqui por 30 dias e pode voltar. Depois é apagado de vez.',
    'What was deleted stays here for 30 days and can come back. After that it is gone for good.',
  ],
  'trash.empty': ['Nada na lixeira', 'Nothing in the trash'],
  'trash.kind': ['Tipo', 'Kind'],
  'trash.kind.all': ['Tudo', 'All'],
  'trash.kind.lead': ['Leads', 'Leads'],
  'trash.kind.contact': ['Contatos', 'Contacts'],
  'trash.kind.company': ['Empresas', 'Companies'],
  'trash.kind.deal': ['Negócios', 'Deals'],
  'trash.kind.task': ['Tarefas', 'Tasks'],
  'trash.kind.template': ['Modelos', 'Templates'],
  'trash.one.lead': ['Lead', 'Lead'],
  'trash.one.contact': ['Contato', 'Contact'],
  'trash.one.company': ['Empresa', 'Company'],
  'trash.one.deal': ['Negócio', 'Deal'],
  'trash.one.task': ['Tarefa', 'Task'],
  'trash.one.template': ['Modelo', 'Template'],
  'trash.deleted': ['{when}', '{when}'],
  'trash.deletedBy': ['por {name}, {when}', 'by {name}, {when}'],
  'trash.goneAt': ['Some de vez em {day}', 'Gone for good on {day}'],
  'trash.restore': ['Restaurar', 'Restore'],
  'trash.restoreOne': ['Restaurar: {name}', 'Restore: {name}'],
} as const satisfies Messages;
