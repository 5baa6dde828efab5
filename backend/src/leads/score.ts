import { fold } from '../http/search-tokens.ts';
import type { LeadScore } from './schema.ts';

/** What a lead's score rests on. */
export interface ScoreInput {
  email?: string | null;
  phone?: string | null;
  name: string;
  companyName?: string | null;
  jobTitle?: string | null;
  website?: string | null;
  cnpj?: string | null;
  city?: string | null;
  state?: string | null;
  source: string;
  sourceDetails?: string | null;
  message?: string | null;
  estimatedValueCents?: number | null;
}

/** The customer a company looks for; what is empty or null says nothing. */
export interface IdealCustomer {
  states: readonly string[];
  industries: readonly string[];
  employeesMin?: number | null;
  employeesMax?: number | null;
}

/** What is known here of the company that a lead comes from. */
export interface KnownCompany {
  industry: string | null;
  /** As `10-49`, or `200+`. */
  employees: string | null;
}

export type ScoreLanguage = 'pt-BR' | 'en';
type Part = keyof LeadScore['rules'];
type Reason = LeadScore['reasons'][number] & { points: number };

/** Job titles by weight, in Portuguese and English, without accents; the first list with a match counts. */
const seniority: readonly { code: string; points: number; words: readonly string[] }[] = [
  {
    code: 'seniority.owner',
    points: 30,
    words: [
      'socio',
      'socia',
      'ceo',
      'fundador',
      'fundadora',
      'founder',
      'owner',
      'dono',
      'dona',
      'proprietario',
      'proprietaria',
      'presidente',
      'president',
    ],
  },
  {
    code: 'seniority.director',
    points: 25,
    words: [
      'diretor',
      'diretora',
      'director',
      'cto',
      'cfo',
      'coo',
      'cmo',
      'cio',
      'head',
      'vp',
      'superintendente',
    ],
  },
  {
    code: 'seniority.manager',
    points: 15,
    words: [
      'gerente',
      'manager',
      'coordenador',
      'coordenadora',
      'coordinator',
      'supervisor',
      'supervisora',
      'lider',
      'lead',
    ],
  },
  {
    code: 'seniority.analyst',
    points: 5,
    words: [
      'analista',
      'analyst',
      'assistente',
      'assistant',
      'especialista',
      'specialist',
      'vendedor',
      'vendedora',
      'consultor',
      'consultora',
    ],
  },
];

/** How warm a source usually is, 0 to 10. */
const sourceQuality: Record<string, number> = {
  referral: 10,
  whatsapp: 9,
  website_form: 8,
  phone: 8,
  event: 6,
  linkedin: 5,
  api: 4,
  other: 3,
  outbound: 3,
  import: 2,
};

const freeMail = new Set([
  'gmail.com',
  'hotmail.com',
  'outlook.com',
  'yahoo.com',
  'yahoo.com.br',
  'live.com',
  'icloud.com',
  'uol.com.br',
  'bol.com.br',
  'terra.com.br',
  'ig.com.br',
  'proton.me',
  'protonmail.com',
]);

/** Words with which people say that they mean to buy, without accents. */
const buyingWords = [
  'orcamento',
  'proposta',
  'preco',
  'precos',
  'valor',
  'valores',
  'contratar',
  'comprar',
  'demonstracao',
  'demo',
  'reuniao',
  'teste',
  'urgente',
  'budget',
  'quote',
  'pricing',
  'price',
  'buy',
  'purchase',
  'trial',
  'meeting',
  'proposal',
];

const completeness = [
  'email',
  'phone',
  'companyName',
  'jobTitle',
  'website',
  'city',
  'state',
  'message',
  'sourceDetails',
  'cnpj',
] as const;

/** Whether a mail address is at a provider that anyone can use. */
export function isFreeMail(domain: string): boolean {
  return freeMail.has(domain);
}

/** From this score on a lead is hot. */
export const hotFrom = 80;

/** Class of a score: hot from 80, warm from 50. */
export function scoreClass(value: number): LeadScore['class'] {
  return value >= hotFrom ? 'hot' : value >= 50 ? 'warm' : 'cold';
}

/**
 * Scores a lead by rules alone: seniority 0–30, fit with the ideal customer 0–25, engagement 0–20, quality of the data
 * 0–15, buying signals 0–10. The same lead always gets the same score, and every point has a reason.
 */
export function scoreByRules(
  lead: ScoreInput,
  {
    idealCustomer = { states: [], industries: [] },
    company = null,
    language = 'pt-BR',
    at = new Date(),
  }: {
    idealCustomer?: IdealCustomer;
    company?: KnownCompany | null;
    language?: ScoreLanguage;
    at?: Date;
  } = {},
): LeadScore {
  const reasons = [
    ...seniorityOf(lead),
    ...fitOf(lead, idealCustomer),
    ...companyFitOf(company, idealCustomer),
    ...engagementOf(lead),
    ...qualityOf(lead),
    ...signalsOf(lead),
  ];
  const rules = {
    seniority: sum(reasons, 'seniority', 30),
    fit: sum(reasons, 'fit', 25),
    engagement: sum(reasons, 'engagement', 20),
    quality: sum(reasons, 'quality', 15),
    signals: sum(reasons, 'signals', 10),
  };
  const value = Object.values(rules).reduce((total, points) => total + points, 0);
  const missing = completeness.filter((name) => !lead[name]);
  const strongest = reasons
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, 4);
  const weakest = reasons.filter(({ polarity }) => polarity === 'negative').slice(0, 2);
  return {
    value,
    class: scoreClass(value),
    rules,
    aiAdj: 0,
    reasons: [...strongest, ...weakest].map(({ points: _points, ...reason }) => ({
      ...reason,
      text: say(reason.code, language),
    })),
    missing: [...missing],
    nextActions: nextActions(lead, value).map((action) => ({ ...action, text: say(action.code, language) })),
    suggestedOwnerId: null,
    source: 'rules',
    runId: null,
    at: at.toISOString(),
  };
}

const good = (code: string, points: number, evidence: string): Reason => ({
  code,
  points,
  polarity: 'positive',
  evidence,
  text: '',
});
const bad = (code: string, evidence: string): Reason => ({
  code,
  points: 0,
  polarity: 'negative',
  evidence,
  text: '',
});

function sum(reasons: readonly Reason[], part: Part, most: number): number {
  const points = reasons
    .filter(({ code }) => code.startsWith(`${part}.`))
    .reduce((total, reason) => total + reason.points, 0);
  return Math.min(points, most);
}

function seniorityOf({ jobTitle }: ScoreInput): Reason[] {
  if (!jobTitle) return [bad('seniority.unknown', 'jobTitle')];
  const words = new Set(fold(jobTitle).split(/[^a-z0-9]+/));
  const level = seniority.find((candidate) => candidate.words.some((word) => words.has(word)));
  return level ? [good(level.code, level.points, 'jobTitle')] : [good('seniority.other', 3, 'jobTitle')];
}

function fitOf(
  { email, companyName, website, cnpj, state }: ScoreInput,
  idealCustomer: IdealCustomer,
): Reason[] {
  const domain = email?.split('@')[1];
  const reasons: Reason[] = [];
  if (domain && !isFreeMail(domain)) reasons.push(good('fit.corporate-email', 8, 'email'));
  else if (domain) reasons.push(bad('fit.free-email', 'email'));
  if (companyName) reasons.push(good('fit.company', 5, 'companyName'));
  if (cnpj) reasons.push(good('fit.cnpj', 4, 'cnpj'));
  if (website) reasons.push(good('fit.website', 3, 'website'));
  if (state && (idealCustomer.states.length === 0 || idealCustomer.states.includes(state)))
    reasons.push(good('fit.region', 5, 'state'));
  else if (state) reasons.push(bad('fit.other-region', 'state'));
  return reasons;
}

/** How the company fits, where both it and the wish are known. */
function companyFitOf(company: KnownCompany | null, wish: IdealCustomer): Reason[] {
  const reasons: Reason[] = [];
  if (company?.industry && wish.industries.length > 0) {
    const industry = fold(company.industry);
    const fits = wish.industries.some((one) => industry.includes(fold(one)));
    reasons.push(fits ? good('fit.industry', 5, 'companyName') : bad('fit.other-industry', 'companyName'));
  }
  const range = /^(\d+)(?:-(\d+)|\+)$/.exec(company?.employees ?? '');
  const { employeesMin = null, employeesMax = null } = wish;
  if (range && (employeesMin !== null || employeesMax !== null)) {
    const [least, most] = [
      Number(range[1]),
      range[2] === undefined ? Number.POSITIVE_INFINITY : Number(range[2]),
    ];
    const fits = most >= (employeesMin ?? 0) && least <= (employeesMax ?? Number.POSITIVE_INFINITY);
    reasons.push(fits ? good('fit.size', 5, 'companyName') : bad('fit.other-size', 'companyName'));
  }
  return reasons;
}

function engagementOf(lead: ScoreInput): Reason[] {
  const reasons = [good(`engagement.source.${lead.source}`, sourceQuality[lead.source] ?? 0, 'source')];
  const filled = completeness.filter((name) => lead[name]).length / completeness.length;
  if (filled >= 0.6) reasons.push(good('engagement.complete', 5, 'completeness'));
  if ((lead.message?.length ?? 0) + (lead.sourceDetails?.length ?? 0) >= 20)
    reasons.push(good('engagement.details', 5, 'message'));
  return reasons;
}

function qualityOf({ email, phone, name }: ScoreInput): Reason[] {
  const reasons: Reason[] = [];
  if (email) reasons.push(good('quality.email', 5, 'email'));
  if (phone) reasons.push(good('quality.phone', 5, 'phone'));
  if (name.trim().includes(' ')) reasons.push(good('quality.full-name', 5, 'name'));
  if (!email || !phone)
    reasons.push(bad(email ? 'quality.no-phone' : 'quality.no-email', email ? 'phone' : 'email'));
  return reasons;
}

function signalsOf({ message, sourceDetails, estimatedValueCents }: ScoreInput): Reason[] {
  const words = new Set(fold(`${message ?? ''} ${sourceDetails ?? ''}`).split(/[^a-z0-9]+/));
  const reasons: Reason[] = [];
  if (buyingWords.some((word) => words.has(word))) reasons.push(good('signals.buying-words', 7, 'message'));
  if ((estimatedValueCents ?? 0) > 0) reasons.push(good('signals.value', 3, 'estimatedValueCents'));
  return reasons;
}

type Action = Omit<LeadScore['nextActions'][number], 'text'>;

function nextActions({ phone, email, jobTitle, companyName }: ScoreInput, value: number): Action[] {
  const soon = scoreClass(value) === 'hot' ? 1 : scoreClass(value) === 'warm' ? 24 : 72;
  const priority = scoreClass(value) === 'hot' ? 'high' : scoreClass(value) === 'warm' ? 'normal' : 'low';
  const actions: Action[] = [];
  if (phone) actions.push({ code: 'action.call', kind: 'call', priority, dueInHours: soon });
  if (phone) actions.push({ code: 'action.whatsapp', kind: 'whatsapp', priority, dueInHours: soon });
  if (email) actions.push({ code: 'action.email', kind: 'email', priority, dueInHours: soon });
  if (!jobTitle || !companyName)
    actions.push({ code: 'action.research', kind: 'research', priority: 'low', dueInHours: 48 });
  if (value >= 50)
    actions.push({ code: 'action.meeting', kind: 'meeting', priority: 'normal', dueInHours: 72 });
  return actions.slice(0, 5);
}

const sayings: Record<string, readonly [pt: string, en: string]> = {
  'seniority.owner': ['Decide a compra: sócio, dono ou CEO', 'Decides the purchase: owner, partner or CEO'],
  'seniority.director': ['Cargo de direção', 'Director level'],
  'seniority.manager': ['Cargo de gestão', 'Manager level'],
  'seniority.analyst': ['Cargo operacional, pode influenciar', 'Operational role, may influence'],
  'seniority.other': ['Cargo informado, sem nível reconhecido', 'Job title known, level not recognised'],
  'seniority.unknown': ['Cargo desconhecido', 'Job title unknown'],
  'fit.corporate-email': ['E-mail corporativo', 'Company e-mail address'],
  'fit.free-email': ['E-mail de provedor gratuito', 'Free e-mail provider'],
  'fit.company': ['Empresa informada', 'Company known'],
  'fit.cnpj': ['CNPJ válido', 'Valid CNPJ'],
  'fit.website': ['Site informado', 'Website known'],
  'fit.region': ['Região atendida', 'In your region'],
  'fit.other-region': ['Fora da região do cliente ideal', "Outside the ideal customer's region"],
  'fit.industry': ['Setor do cliente ideal', "Ideal customer's industry"],
  'fit.other-industry': ['Fora do setor do cliente ideal', "Outside the ideal customer's industry"],
  'fit.size': ['Porte do cliente ideal', "Ideal customer's size"],
  'fit.other-size': ['Porte diferente do cliente ideal', "Not the ideal customer's size"],
  'engagement.source.referral': ['Veio por indicação', 'Came by referral'],
  'engagement.source.whatsapp': ['Chamou no WhatsApp', 'Wrote on WhatsApp'],
  'engagement.source.website_form': ['Preencheu o formulário do site', 'Filled in the website form'],
  'engagement.source.phone': ['Ligou', 'Called'],
  'engagement.source.event': ['Conheceu em evento', 'Met at an event'],
  'engagement.source.linkedin': ['Veio pelo LinkedIn', 'Came by LinkedIn'],
  'engagement.source.api': ['Veio por integração', 'Came by integration'],
  'engagement.source.other': ['Origem sem detalhe', 'Source without detail'],
  'engagement.source.outbound': ['Prospecção ativa', 'Outbound prospecting'],
  'engagement.source.import': ['Veio de importação', 'Came by import'],
  'engagement.complete': ['Cadastro bem preenchido', 'Record well filled in'],
  'engagement.details': ['Deu detalhes do que precisa', 'Gave details of the need'],
  'quality.email': ['Tem e-mail', 'Has an e-mail address'],
  'quality.phone': ['Tem telefone', 'Has a phone number'],
  'quality.full-name': ['Nome completo', 'Full name'],
  'quality.no-phone': ['Sem telefone', 'No phone number'],
  'quality.no-email': ['Sem e-mail', 'No e-mail address'],
  'signals.buying-words': ['Fala em compra, preço ou proposta', 'Speaks of buying, price or proposal'],
  'signals.value': ['Valor estimado informado', 'Estimated value known'],
  'action.call': ['Ligar e entender a necessidade', 'Call and understand the need'],
  'action.whatsapp': ['Mandar uma mensagem no WhatsApp', 'Send a WhatsApp message'],
  'action.email': ['Enviar e-mail de apresentação', 'Send an introduction e-mail'],
  'action.research': ['Completar empresa e cargo', 'Find out company and job title'],
  'action.meeting': ['Propor uma reunião', 'Propose a meeting'],
};

function say(code: string, language: ScoreLanguage): string {
  return sayings[code]?.[language === 'en' ? 1 : 0] ?? code;
}
