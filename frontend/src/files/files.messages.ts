import type { Messages } from '../i18n/locales.ts';

export const files = {
  'files.title': ['Arquivos', 'Files'],
  'files.add': ['Adicionar arquivos', 'Add files'],
  'files.drop': ['Solte aqui para adicionar', 'Drop here to add'],
  'files.none': [
    'Nenhum arquivo. Arraste para cá ou adicione, até 10 MB cada.',
    'No files. Drag them here or add them, up to 10 MB each.',
  ],
  'files.waiting': ['Na fila', 'Waiting'],
  'files.sending': ['Enviando: {name}', 'Sending: {name}'],
  'files.cancel': ['Cancelar o envio: {name}', 'Cancel sending: {name}'],
  'files.retry': ['Tentar de novo: {name}', 'Try again: {name}'],
  'files.dismiss': ['Tirar da lista: {name}', 'Remove from the list: {name}'],
  'files.refused.tooLarge': ['Tem mais de 10 MB.', 'It has more than 10 MB.'],
  'files.refused.empty': ['Está vazio.', 'It is empty.'],
  'files.refused.folder': [
    'É uma pasta. Escolha os arquivos que estão nela.',
    'It is a folder. Choose the files in it.',
  ],
  'files.delete': ['Excluir: {name}', 'Delete: {name}'],
  'files.deleted': ['{name} foi excluído', '{name} was deleted'],
  'files.restored': ['{name} foi restaurado', '{name} was restored'],
  'files.restore': ['Restaurar: {name}', 'Restore: {name}'],
  'files.deletedOnes': ['Excluídos nos últimos 30 dias', 'Deleted in the last 30 days'],
  'files.noneDeleted': ['Nenhum arquivo excluído.', 'No deleted files.'],
} as const satisfies Messages;
