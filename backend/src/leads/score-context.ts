import type { CompanyDocument } from '../companies/company.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import type { IdealCustomer, KnownCompany, ScoreLanguage } from './score.ts';

/** What a score goes by besides the lead: whom the organisation looks for, its language, and the lead's company where it is known here. */
export interface ScoreContext {
  readonly idealCustomer: IdealCustomer;
  readonly language: ScoreLanguage;
  readonly company: KnownCompany | null;
}

interface Lead {
  readonly orgId: string;
  readonly email?: string | null;
  readonly cnpj?: string | null;
  readonly companyName?: string | null;
}

/** Undefined where the organisation is gone. */
export async function scoreContext(mongo: Mongo, lead: Lead): Promise<ScoreContext | undefined> {
  const org = await mongo.db.collection<OrgDocument>('orgs').findOne({ _id: lead.orgId });
  if (!org) return undefined;
  return { idealCustomer: org.icp, language: org.locale, company: await companyOf(mongo, lead) };
}

/** The company that a lead comes from: by its CNPJ, else by the domain of the address, else by its whole name. */
async function companyOf(
  { db }: Mongo,
  { orgId, email, cnpj, companyName }: Lead,
): Promise<KnownCompany | null> {
  const domain = email?.split('@')[1];
  const ways = [cnpj && { cnpj }, domain && { domain }, companyName && { name: companyName }];
  for (const way of ways) {
    if (!way) continue;
    const found = await db
      .collection<CompanyDocument>('companies')
      .findOne({ orgId, deletedAt: null, ...way } as object, { projection: { industry: 1, employees: 1 } });
    if (found) return found;
  }
  return null;
}
