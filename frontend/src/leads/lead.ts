export const leadStatuses = ['new', 'contacted', 'qualified', 'unqualified', 'converted'] as const;
export const leadSources = [
  'website_form',
  'whatsapp',
  'phone',
  'referral',
  'linkedin',
  'event',
  'outbound',
  'import',
  'api',
  'other',
] as const;
export type LeadStatus = (typeof leadStatuses)[number];
export type LeadSource = (typeof leadSources)[number];

export interface ScoreReason {
  text: string;
  polarity: 'positive' | 'negative';
}

export interface LeadScore {
  value: number;
  class: 'hot' | 'warm' | 'cold';
  reasons: ScoreReason[];
  missing: string[];
  source: 'rules' | 'ai' | 'manual';
  at: string;
}

export interface Lead {
  id: string;
  version: number;
  name: string;
  email?: string;
  phone?: string;
  companyName?: string;
  jobTitle?: string;
  status: LeadStatus;
  source: LeadSource;
  score?: LeadScore;
  createdAt: string;
  updatedAt: string;
}

export interface Page<T> {
  data: T[];
  page: { nextCursor: string | null; total: number; totalCapped: boolean };
}
