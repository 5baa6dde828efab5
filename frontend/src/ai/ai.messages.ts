import type { Messages } from '../i18n/locales.ts';

export const ai = {
  'ai.state.ready': ['IA em uso.', 'AI is in use.'],
  'ai.state.degraded': ['IA em uso, com falhas em um provedor.', 'AI is in use; one provider is failing.'],
  'ai.state.failing': [
    'A IA está configurada, mas nenhum provedor responde agora.',
    'AI is configured, but no provider answers at the moment.',
  ],
  'ai.state.not_configured': ['IA não configurada.', 'AI is not configured.'],
  'ai.state.disabled': ['A IA está desligada nesta organização.', 'AI is switched off in this organisation.'],
  'ai.state.budget_exceeded': ['O orçamento de IA deste mês acabou.', 'This month’s AI budget is used up.'],
  'ai.configure': ['Ver configurações', 'See settings'],
  'ai.askAdministrator': ['Fale com o administrador.', 'Ask your administrator.'],
  'ai.feedback.up': ['Foi útil', 'This was useful'],
  'ai.feedback.down': ['Não foi útil', 'This was not useful'],
  'actions.plan': ['Criar tarefa', 'Make it a task'],
  'actions.planned': ['Tarefa criada: {title}', 'Task added: {title}'],
  'actions.inTasks': ['Já é uma tarefa', 'Already a task'],
  'assistant.title': ['Assistente', 'Assistant'],
  'assistant.intro': [
    'Pergunte sobre seus leads, negócios e tarefas. Nada muda sem a sua confirmação.',
    'Ask about your leads, deals and tasks. Nothing changes without your confirmation.',
  ],
  'assistant.context': ['Sobre o que está aberto: {name}', 'About what is open: {name}'],
  'assistant.placeholder': ['Escreva sua pergunta', 'Write your question'],
  'assistant.send': ['Enviar', 'Send'],
  'assistant.stop': ['Parar', 'Stop'],
  'assistant.thinking': ['Pensando…', 'Thinking…'],
  'assistant.clear': ['Nova conversa', 'New conversation'],
  'assistant.sources': ['Fontes', 'Sources'],
  'assistant.confirm': ['Confirmar', 'Confirm'],
  'assistant.done': ['Feito', 'Done'],
  'assistant.failed': ['A resposta foi interrompida: {reason}', 'The answer was cut short: {reason}'],
  'assistant.example.today': ['O que devo fazer primeiro hoje?', 'What should I do first today?'],
  'assistant.example.risk': [
    'Quais negócios correm risco de não fechar?',
    'Which deals are at risk of not closing?',
  ],
  'assistant.example.leads': [
    'Quais leads quentes ainda não foram contatados?',
    'Which hot leads has nobody contacted yet?',
  ],
  'assistant.example.summary': [
    'Resuma o que já aconteceu e o que falta.',
    'Summarise what happened and what is missing.',
  ],
  'assistant.example.next': ['Qual é o melhor próximo passo?', 'What is the best next step?'],
} as const satisfies Messages;
