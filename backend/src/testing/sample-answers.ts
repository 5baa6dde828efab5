/** What a good model would say to each of our questions, told apart by what its schema asks for. */
const samples: readonly { field: string; answer: unknown }[] = [
  {
    field: 'aiAdjustment',
    answer: {
      aiAdjustment: 8,
      reasons: [
        { text: 'Pede uma proposta com prazo definido', polarity: 'positive', evidence: 'message' },
        { text: 'Cargo com poder de decisão', polarity: 'positive', evidence: 'jobTitle' },
        { text: 'Ainda não se sabe o tamanho da empresa', polarity: 'negative', evidence: 'companyName' },
      ],
      missing: ['website'],
      nextActions: [
        { kind: 'call', text: 'Ligar hoje e entender o prazo', priority: 'high', dueInHours: 2 },
        { kind: 'email', text: 'Mandar um resumo da conversa', priority: 'normal', dueInHours: 24 },
        {
          kind: 'research',
          text: 'Descobrir quantas pessoas a empresa tem',
          priority: 'low',
          dueInHours: 48,
        },
      ],
      suggestedOwnerId: null,
      confidence: 0.7,
    },
  },
  {
    field: 'variants',
    answer: {
      variants: [
        {
          tone: 'formal',
          subject: 'Proposta para {{company}}',
          alternativeSubjects: ['Próximos passos', 'Nossa conversa'],
          body: 'Prezada {{first_name}},\n\nConforme combinado, envio os próximos passos. Podemos falar em [data]?\n\nAtenciosamente,\n{{sender_name}}',
          why: 'Retoma o que foi combinado',
        },
        {
          tone: 'casual',
          subject: 'Oi, {{first_name}}!',
          alternativeSubjects: ['Vamos conversar?', 'Tudo certo por aí?'],
          body: 'Oi, {{first_name}}, tudo bem?\n\nPensei no que você contou da {{company}}. Que tal uma conversa em [data]?\n\nAbraço,\n{{sender_name}}',
          why: 'Próximo e leve',
        },
        {
          tone: 'direct',
          subject: 'Uma conversa de 15 minutos',
          alternativeSubjects: ['15 minutos', 'Quando podemos falar?'],
          body: '{{first_name}}, podemos falar 15 minutos em [data]? Mostro como ajudamos a {{company}}.\n\n{{sender_name}}',
          why: 'Vai direto ao pedido',
        },
      ],
      followUp: { inDays: 3, text: 'Ligar se não houver resposta' },
      placeholders: ['data da conversa'],
    },
  },
  {
    field: 'winProbAdjustment',
    answer: {
      winProbAdjustment: -5,
      predictedCloseOn: null,
      risks: [{ severity: 'medium', factor: 'Poucos contatos no último mês', evidence: 'activities30d' }],
      actions: [
        { priority: 'high', kind: 'call', text: 'Ligar para quem decide', why: 'Não há conversa recente' },
        { priority: 'normal', kind: 'meeting', text: 'Marcar uma demonstração', why: 'Avança a etapa' },
        { priority: 'low', kind: 'task', text: 'Rever o valor', why: 'O valor pode ter mudado' },
      ],
      summary: 'O negócio anda devagar e precisa de uma conversa.',
      confidence: 0.6,
    },
  },
  {
    field: 'lastState',
    answer: {
      summary: 'Houve um primeiro contato e uma proposta foi pedida.',
      openQuestions: ['Qual é o prazo?'],
      commitments: [{ who: 'us', what: 'Enviar a proposta', due: null }],
      lastState: 'Aguardando a proposta.',
    },
  },
  { field: 'word', answer: { word: 'ok' } },
];

/** The sample for a JSON schema. */
export function sampleFor(schema: unknown): unknown {
  const { properties = {} } = (schema ?? {}) as { properties?: object };
  const sample = samples.find(({ field }) => field in properties);
  if (!sample) throw new Error(`No sample answers ${Object.keys(properties).join(', ')}`);
  return structuredClone(sample.answer);
}

export const sampleSpeech = 'Você tem trabalho hoje: comece pelas tarefas atrasadas.';

/** Speech in the pieces in which it is streamed. */
export const pieces = (text: string): string[] => text.match(/.{1,20}/gs) ?? [];
