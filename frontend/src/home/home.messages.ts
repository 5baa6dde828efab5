import type { Messages } from '../i18n/locales.ts';

export const home = {
  'home.title': ['Hoje', 'Today'],
  'home.hello': [
    '{part, select, morning {Bom dia} afternoon {Boa tarde} other {Boa noite}}, {name}',
    '{part, select, morning {Good morning} afternoon {Good afternoon} other {Good evening}}, {name}',
  ],
  'home.figure.pipeline': ['Em aberto', 'Open pipeline'],
  'home.figure.weighted': ['Ponderado', 'Weighted'],
  'home.figure.newLeads': ['Leads novos, 7 dias', 'New leads, 7 days'],
  'home.figure.won': ['Ganhos no mês', 'Won this month'],
  'home.tasks': ['Tarefas para agora', 'Tasks due now'],
  'home.tasks.empty': ['Tudo em dia.', 'All caught up.'],
  'home.hot': ['Leads quentes sem contato', 'Hot leads nobody contacted'],
  'home.hot.empty': ['Nenhum lead quente esperando.', 'No hot lead is waiting.'],
  'home.noStep': ['Negócios sem próximo passo', 'Deals without a next step'],
  'home.noStep.empty': ['Todo negócio tem um próximo passo.', 'Every deal has a next step.'],
  'home.all': ['Ver todos', 'See all'],
} as const satisfies Messages;
