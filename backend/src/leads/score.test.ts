import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadSources } from './schema.ts';
import { scoreByRules, scoreClass } from './score.ts';

const best = {
  name: 'Maria da Silva',
  email: 'maria@acme.com.br',
  phone: '+5511987654321',
  companyName: 'Acme',
  jobTitle: 'Sócia-diretora',
  website: 'https://acme.com.br',
  cnpj: '11222333000181',
  city: 'São Paulo',
  state: 'SP',
  source: 'referral',
  sourceDetails: 'Indicada pelo João',
  message: 'Preciso de um orçamento para 20 pessoas',
  estimatedValueCents: 500_000,
};

describe('score by rules', () => {
  it('gives the best lead 100 and says why', () => {
    const score = scoreByRules(best);
    expect(score).toMatchObject({
      value: 100,
      class: 'hot',
      rules: { seniority: 30, fit: 25, engagement: 20, quality: 15, signals: 10 },
      missing: [],
      source: 'rules',
      aiAdj: 0,
    });
    expect(score.reasons[0]).toMatchObject({
      polarity: 'positive',
      evidence: 'jobTitle',
      text: 'Decide a compra: sócio, dono ou CEO',
    });
  });

  it('gives little to a name and a free address, and says what is missing', () => {
    const score = scoreByRules({ name: 'Zé', email: 'ze@gmail.com', source: 'import' });
    expect(score).toMatchObject({ value: 7, class: 'cold' });
    expect(score.missing).toContain('jobTitle');
    expect(score.reasons.map(({ code }) => code)).toContain('seniority.unknown');
  });

  it.each([
    ['CEO', 30],
    ['Sócio fundador', 30],
    ['Diretora Comercial', 25],
    ['Head of Sales', 25],
    ['Coordenador de TI', 15],
    ['Analista financeiro', 5],
    ['Ceoria', 3],
    ['Encarregado', 3],
  ])('weighs the job title %s as %i', (jobTitle, points) => {
    expect(scoreByRules({ ...best, jobTitle }).rules.seniority).toBe(points);
  });

  it('counts a region only where the ideal customer is', () => {
    const elsewhere = scoreByRules(best, { idealCustomer: { states: ['RJ'], industries: [] } });
    expect(elsewhere.rules.fit).toBe(20);
    expect(elsewhere.reasons.map(({ code }) => code)).toContain('fit.other-region');
  });

  it('speaks English where the organisation does', () => {
    expect(scoreByRules(best, { language: 'en' }).reasons[0]?.text).toBe(
      'Decides the purchase: owner, partner or CEO',
    );
  });

  it.each([
    [100, 'hot'],
    [80, 'hot'],
    [79, 'warm'],
    [50, 'warm'],
    [49, 'cold'],
    [0, 'cold'],
  ])('%i is %s', (value, name) => {
    expect(scoreClass(value)).toBe(name);
  });

  it('is the sum of its parts, within bounds, explained, and the same every time', () => {
    const text = fc.option(fc.string({ maxLength: 60 }), { nil: null });
    const anyLead = fc.record({
      name: fc.string(),
      email: fc.option(fc.emailAddress(), { nil: null }),
      phone: text,
      companyName: text,
      jobTitle: text,
      website: text,
      cnpj: text,
      city: text,
      state: text,
      source: fc.constantFrom(...leadSources),
      sourceDetails: text,
      message: text,
      estimatedValueCents: fc.option(fc.nat(), { nil: null }),
    });
    const at = new Date(0);
    fc.assert(
      fc.property(anyLead, (lead) => {
        const score = scoreByRules(lead, { at });
        expect(score.value).toBe(Object.values(score.rules).reduce((a, b) => a + b, 0));
        expect(score.value).toBeGreaterThanOrEqual(0);
        expect(score.value).toBeLessThanOrEqual(100);
        for (const { code, text } of [...score.reasons, ...score.nextActions]) expect(text).not.toBe(code);
        expect(scoreByRules(lead, { at })).toEqual(score);
      }),
    );
  });
});
