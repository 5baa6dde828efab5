import type { Messages } from '../i18n/locales.ts';

export const records = {
  'editable.edit': ['Editar: {field}', 'Edit: {field}'],
  'editable.add': ['Adicionar', 'Add'],
  'conflict.title': ['Outra pessoa alterou isto', 'Someone else changed this'],
  'conflict.text': [
    'Enquanto você editava, estes campos mudaram. Escolha o que fica.',
    'These fields changed while you were editing. Choose what stays.',
  ],
  'conflict.theirs': ['O que está salvo:', 'What is saved:'],
  'conflict.mine': ['O que você escreveu:', 'What you wrote:'],
  'conflict.apply': ['Salvar escolha', 'Save choice'],
  'record.actions': ['Mais ações', 'More actions'],
  'record.delete': ['Excluir', 'Delete'],
  'record.deleted': ['{name} foi para a lixeira', '{name} was moved to the trash'],
  'record.restored': ['{name} voltou da lixeira', '{name} is back from the trash'],
  'record.undo': ['Desfazer', 'Undo'],
  'record.kind.lead': ['lead', 'lead'],
  'record.kind.contact': ['contato', 'contact'],
  'record.kind.company': ['empresa', 'company'],
  'record.kind.deal': ['negócio', 'deal'],
  'record.kind.task': ['tarefa', 'task'],
  'record.unlink': ['Desligar: {entity}', 'Unlink: {entity}'],
  'record.back': ['Voltar para a lista', 'Back to the list'],
  'record.details': ['Dados', 'Details'],
} as const satisfies Messages;
