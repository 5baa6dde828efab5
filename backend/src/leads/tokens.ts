import { searchTokens } from '../http/search-tokens.ts';

interface Findable {
  name: string;
  email: string | null;
  companyName: string | null;
  city: string | null;
  tags: readonly string[];
  phone: string | null;
  cnpj: string | null;
}

/** What a lead is found by. */
export function tokensOf(lead: Findable): string[] {
  return searchTokens(
    [lead.name, lead.email, lead.companyName, lead.city, ...lead.tags],
    [lead.phone, lead.cnpj],
  );
}
