// Made from the API's OpenAPI description by build/api-types.ts; do not edit.

/** What each operation of the API takes and answers. */
export type Api = {
  'DELETE /leads/{id}': { answer: undefined };
  'GET /auth/me': { answer: Me };
  'GET /health': { answer: {
      status: "healthy" | "degraded";
      timestamp: string;
      version: string;
      commit: string;
      uptimeSeconds: number;
      /** `healthy`, or `unhealthy: <reason>` */
      services: {
        mongodb: string;
        redis: string;
      };
      processes: {
        worker: {
          version: string;
          lastSeen: string;
        } | null;
        scheduler: {
          version: string;
          lastSeen: string;
        } | null;
      };
      configured: {
        ai: string[];
        smtp: boolean;
        google: boolean;
        sentry: boolean;
      };
    } };
  'GET /health/ready': { answer: {
      status: "ready" | "not ready";
      services: {
        mongodb: string;
        redis: string;
      };
    } };
  'GET /health/simple': { answer: {
      status: "ok";
    } };
  'GET /leads': { answer: LeadPage };
  'GET /leads/{id}': { answer: Lead };
  'GET /queues/dead-letter': { answer: {
      data: ({
        queue: "leads" | "maintenance";
        id: string;
        name: string;
        attempts: number;
        reason: string;
        failedAt: string;
      })[];
    } };
  'PATCH /leads/{id}': { body: LeadPatchInput; answer: Lead };
  'POST /auth/login': { body: {
      token: string;
    }; answer: undefined };
  'POST /auth/logout': { answer: undefined };
  'POST /leads': { body: LeadCreateInput; answer: Lead };
  'POST /leads/{id}/restore': { answer: Lead };
  'POST /queues/dead-letter/{queue}/{id}/retry': { answer: {
      status: "queued";
    } };
};

export type Lead = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  email: string | null;
  phone: string | null;
  companyName: string | null;
  jobTitle: string | null;
  website: string | null;
  cnpj: string | null;
  city: string | null;
  state: "AC" | "AL" | "AM" | "AP" | "BA" | "CE" | "DF" | "ES" | "GO" | "MA" | "MG" | "MS" | "MT" | "PA" | "PB" | "PE" | "PI" | "PR" | "RJ" | "RN" | "RO" | "RR" | "RS" | "SC" | "SE" | "SP" | "TO" | null;
  source: "website_form" | "whatsapp" | "phone" | "referral" | "linkedin" | "event" | "outbound" | "import" | "api" | "other";
  sourceDetails: string | null;
  message: string | null;
  status: "new" | "contacted" | "qualified" | "unqualified" | "converted";
  unqualifiedReason: string | null;
  estimatedValueCents: number | null;
  ownerId: string | null;
  tags: string[];
  custom: Record<string, string | number | boolean | null>;
  consent: {
    legalBasis: string | null;
    at: string | null;
    source: string | null;
    marketingOptOut: boolean;
    trackingOptOut: boolean;
    aiOptOut: boolean;
  };
  utm: Record<string, string>;
  /** Null until the worker has scored it */
  score: {
    value: number;
    class: "hot" | "warm" | "cold";
    rules: {
      seniority: number;
      fit: number;
      engagement: number;
      quality: number;
      signals: number;
    };
    aiAdj: number;
    reasons: ({
      code: string;
      text: string;
      polarity: "positive" | "negative";
      evidence: string;
    })[];
    missing: string[];
    nextActions: ({
      code: string;
      kind: "call" | "email" | "whatsapp" | "meeting" | "research";
      text: string;
      priority: "high" | "normal" | "low";
      dueInHours: number;
    })[];
    source: "rules" | "ai" | "manual";
    runId: string | null;
    at: string;
  } | null;
  scoreOverride: {
    value: number;
    reason: string;
    by: string | null;
  } | null;
  nextFollowUpAt: string | null;
  lastActivityAt: string | null;
  firstResponseAt: string | null;
  converted: {
    dealId: string | null;
    /** Id: 24 hex digits */
    contactId: string;
    companyId: string | null;
    at: string;
  } | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string | null;
  updatedBy: string | null;
};

/** A new lead. An e-mail address or a phone number is required. */
export type LeadCreateInput = {
  name: string;
  email?: string | null;
  phone?: string | null;
  companyName?: string | null;
  jobTitle?: string | null;
  website?: string | null;
  cnpj?: string | null;
  city?: string | null;
  state?: "AC" | "AL" | "AM" | "AP" | "BA" | "CE" | "DF" | "ES" | "GO" | "MA" | "MG" | "MS" | "MT" | "PA" | "PB" | "PE" | "PI" | "PR" | "RJ" | "RN" | "RO" | "RR" | "RS" | "SC" | "SE" | "SP" | "TO" | null;
  source?: "website_form" | "whatsapp" | "phone" | "referral" | "linkedin" | "event" | "outbound" | "import" | "api" | "other";
  sourceDetails?: string | null;
  message?: string | null;
  status?: "new" | "contacted" | "qualified" | "unqualified" | "converted";
  unqualifiedReason?: string | null;
  estimatedValueCents?: number | null;
  ownerId?: string | null;
  tags?: string[];
  custom?: Record<string, string | number | boolean | null>;
  consent?: {
    legalBasis?: "consent" | "legitimate_interest" | "contract" | "legal_obligation" | null;
    at?: string | null;
    source?: string | null;
    marketingOptOut?: boolean;
    trackingOptOut?: boolean;
    aiOptOut?: boolean;
  };
  utm?: {
    source?: string;
    medium?: string;
    campaign?: string;
    term?: string;
    content?: string;
  };
};

export type LeadPage = {
  data: Lead[];
  page: {
    nextCursor: string | null;
    /** Matches in all, at most 10000 */
    total: number;
    /** Whether there are more than `total` */
    totalCapped: boolean;
  };
};

/** The fields to change; null clears an optional one. */
export type LeadPatchInput = {
  name?: string;
  email?: string | null;
  phone?: string | null;
  companyName?: string | null;
  jobTitle?: string | null;
  website?: string | null;
  cnpj?: string | null;
  city?: string | null;
  state?: "AC" | "AL" | "AM" | "AP" | "BA" | "CE" | "DF" | "ES" | "GO" | "MA" | "MG" | "MS" | "MT" | "PA" | "PB" | "PE" | "PI" | "PR" | "RJ" | "RN" | "RO" | "RR" | "RS" | "SC" | "SE" | "SP" | "TO" | null;
  source?: "website_form" | "whatsapp" | "phone" | "referral" | "linkedin" | "event" | "outbound" | "import" | "api" | "other";
  sourceDetails?: string | null;
  message?: string | null;
  status?: "new" | "contacted" | "qualified" | "unqualified" | "converted";
  unqualifiedReason?: string | null;
  estimatedValueCents?: number | null;
  ownerId?: string | null;
  tags?: string[];
  custom?: Record<string, string | number | boolean | null>;
  consent?: {
    legalBasis?: "consent" | "legitimate_interest" | "contract" | "legal_obligation" | null;
    at?: string | null;
    source?: string | null;
    marketingOptOut?: boolean;
    trackingOptOut?: boolean;
    aiOptOut?: boolean;
  };
  utm?: {
    source?: string;
    medium?: string;
    campaign?: string;
    term?: string;
    content?: string;
  };
};

export type Me = {
  name: string;
  role: "admin" | "manager" | "rep";
  orgId: string;
  userId: string | null;
};
