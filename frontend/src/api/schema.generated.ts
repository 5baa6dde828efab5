// Made from the API's OpenAPI description by build/api-types.ts; do not edit.

/** What each operation of the API takes and answers. */
export type Api = {
  'DELETE /api-keys/{id}': { answer: undefined };
  'DELETE /auth/sessions/{id}': { answer: undefined };
  'DELETE /invites/{id}': { answer: undefined };
  'DELETE /leads/{id}': { answer: undefined };
  'DELETE /teams/{id}': { answer: undefined };
  'GET /api-keys': { answer: {
      data: ApiKey[];
    } };
  'GET /audit': { answer: {
      data: ({
        id: string;
        at: string;
        actor: {
          userId: string | null;
          name: string;
          via: string;
        };
        action: string;
        entity: string;
        entityId: string;
        changes: Record<string, {
          from: unknown;
          to: unknown;
        }>;
        requestId: string | null;
        ipPrefix: string | null;
      })[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /auth/google/callback': { answer: undefined };
  'GET /auth/google/start': { answer: undefined };
  'GET /auth/invites/{token}': { answer: {
      email: string;
    } };
  'GET /auth/me': { answer: Me };
  'GET /auth/providers': { answer: {
      password: true;
      google: boolean;
    } };
  'GET /auth/sessions': { answer: {
      data: {
        id: string;
        userAgent: string;
        ipPrefix: string;
        createdAt: string;
        usedAt: string;
        current: boolean;
      }[];
    } };
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
  'GET /invites': { answer: {
      data: Invite[];
    } };
  'GET /leads': { answer: {
      data: Lead[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
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
  'GET /settings': { answer: Organisation };
  'GET /setup': { answer: {
      needed: boolean;
    } };
  'GET /teams': { answer: {
      data: Team[];
    } };
  'GET /users': { answer: {
      data: User[];
    } };
  'PATCH /auth/me': { body: MePatchInput; answer: Me };
  'PATCH /leads/{id}': { body: LeadPatchInput; answer: Lead };
  'PATCH /settings': { body: {
      name?: string;
      cnpj?: string | null;
      timezone?: string;
      locale?: "pt-BR" | "en";
      currency?: "BRL" | "USD" | "EUR";
      icp?: {
        employeesMin: number | null;
        employeesMax: number | null;
        industries: string[];
        states: ("AC" | "AL" | "AM" | "AP" | "BA" | "CE" | "DF" | "ES" | "GO" | "MA" | "MG" | "MS" | "MT" | "PA" | "PB" | "PE" | "PI" | "PR" | "RJ" | "RN" | "RO" | "RR" | "RS" | "SC" | "SE" | "SP" | "TO")[];
      };
      repVisibility?: "all" | "own";
      email?: {
        fromName: string | null;
        footer: string | null;
        trackOpens: boolean;
        trackClicks: boolean;
      };
      ai?: {
        enabled: boolean;
        monthlyBudgetCents: number;
      };
      automations?: {
        newLead: {
          on: boolean;
          assign: "manual" | "round_robin" | "least_loaded";
        };
        idleDeal: {
          on: boolean;
          days: number;
        };
        dealWon: {
          on: boolean;
          checklist: string[];
        };
        noReply: {
          on: boolean;
          days: number;
        };
      };
    }; answer: Organisation };
  'PATCH /teams/{id}': { body: {
      name?: string;
      managerIds?: string[];
    }; answer: Team };
  'PATCH /users/{id}': { body: UserPatchInput; answer: User };
  'POST /api-keys': { body: ApiKeyCreateInput; answer: {
      /** Id: 24 hex digits */
      id: string;
      name: string;
      /** The first characters, to recognise it by */
      prefix: string;
      role: "admin" | "manager" | "rep";
      readOnly: boolean;
      createdAt: string;
      expiresAt: string | null;
      lastUsedAt: string | null;
      /** Shown this once */
      key: string;
    } };
  'POST /auth/accept-invite': { body: {
      token: string;
      name: string;
      password: string;
    }; answer: Me };
  'POST /auth/login': { body: {
      /** E-mail address, stored in lower case */
      email: string;
      password: string;
    }; answer: Me };
  'POST /auth/logout': { answer: undefined };
  'POST /auth/password': { body: {
      current: string;
      next: string;
    }; answer: undefined };
  'POST /invites': { body: InviteCreateInput; answer: {
      /** Id: 24 hex digits */
      id: string;
      email: string;
      role: "admin" | "manager" | "rep";
      teamId: string | null;
      expiresAt: string;
      /** Shown this once */
      link: string;
    } };
  'POST /leads': { body: LeadCreateInput; answer: Lead };
  'POST /leads/{id}/restore': { answer: Lead };
  'POST /queues/dead-letter/{queue}/{id}/retry': { answer: {
      status: "queued";
    } };
  'POST /setup': { body: SetupInput; answer: Me };
  'POST /teams': { body: TeamBodyInput; answer: Team };
};

export type ApiKey = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  /** The first characters, to recognise it by */
  prefix: string;
  role: "admin" | "manager" | "rep";
  readOnly: boolean;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
};

export type ApiKeyCreateInput = {
  name: string;
  role: "admin" | "manager" | "rep";
  readOnly?: boolean;
  expiresAt?: string | null;
};

export type Invite = {
  /** Id: 24 hex digits */
  id: string;
  email: string;
  role: "admin" | "manager" | "rep";
  teamId: string | null;
  expiresAt: string;
};

export type InviteCreateInput = {
  /** E-mail address, stored in lower case */
  email: string;
  role: "admin" | "manager" | "rep";
  teamId?: string | null;
};

export type Lead = {
  /** Id: 24 hex digits */
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string | null;
  updatedBy: string | null;
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
  id: string | null;
  name: string;
  email: string | null;
  role: "admin" | "manager" | "rep";
  teamId: string | null;
  status: "invited" | "active" | "disabled";
  /** Id: 24 hex digits */
  orgId: string;
  orgName: string | null;
  locale: "pt-BR" | "en";
  timezone: string;
  currency: string;
  signature: string;
  prefs: {
    theme: "light" | "dark" | "auto";
    shortcuts: boolean;
    density: "comfortable" | "compact";
    mutedNotifications: string[];
  };
  capabilities: string[];
};

export type MePatchInput = {
  name?: string;
  locale?: "pt-BR" | "en";
  timezone?: string;
  signature?: string;
  prefs?: {
    theme?: "light" | "dark" | "auto";
    shortcuts?: boolean;
    density?: "comfortable" | "compact";
    mutedNotifications?: string[];
  };
};

export type Organisation = {
  name: string;
  cnpj: string | null;
  timezone: string;
  locale: "pt-BR" | "en";
  currency: "BRL" | "USD" | "EUR";
  icp: {
    employeesMin: number | null;
    employeesMax: number | null;
    industries: string[];
    states: ("AC" | "AL" | "AM" | "AP" | "BA" | "CE" | "DF" | "ES" | "GO" | "MA" | "MG" | "MS" | "MT" | "PA" | "PB" | "PE" | "PI" | "PR" | "RJ" | "RN" | "RO" | "RR" | "RS" | "SC" | "SE" | "SP" | "TO")[];
  };
  repVisibility: "all" | "own";
  email: {
    fromName: string | null;
    footer: string | null;
    trackOpens: boolean;
    trackClicks: boolean;
  };
  ai: {
    enabled: boolean;
    monthlyBudgetCents: number;
  };
  automations: {
    newLead: {
      on: boolean;
      assign: "manual" | "round_robin" | "least_loaded";
    };
    idleDeal: {
      on: boolean;
      days: number;
    };
    dealWon: {
      on: boolean;
      checklist: string[];
    };
    noReply: {
      on: boolean;
      days: number;
    };
  };
  id: string;
  version: number;
};

export type SetupInput = {
  organisation: string;
  name: string;
  /** E-mail address, stored in lower case */
  email: string;
  password: string;
  locale?: "pt-BR" | "en";
  timezone?: string;
};

export type Team = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  managerIds: string[];
};

export type TeamBodyInput = {
  name: string;
  managerIds?: string[];
};

export type User = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  email: string;
  role: "admin" | "manager" | "rep";
  teamId: string | null;
  status: "invited" | "active" | "disabled";
};

export type UserPatchInput = {
  name?: string;
  role?: "admin" | "manager" | "rep";
  teamId?: string | null;
  status?: "active" | "disabled";
};
