// Made from the API's OpenAPI description by build/api-types.ts; do not edit.

/** What each operation of the API takes and answers. */
export type Api = {
  'DELETE /activities/{id}': { answer: undefined };
  'DELETE /api-keys/{id}': { answer: undefined };
  'DELETE /auth/sessions/{id}': { answer: undefined };
  'DELETE /companies/{id}': { answer: undefined };
  'DELETE /contacts/{id}': { answer: undefined };
  'DELETE /deals/{id}': { answer: undefined };
  'DELETE /demo-data': { answer: undefined };
  'DELETE /emails/{id}': { answer: undefined };
  'DELETE /files/{id}': { answer: undefined };
  'DELETE /invites/{id}': { answer: undefined };
  'DELETE /leads/{id}': { answer: undefined };
  'DELETE /suppressions': { answer: undefined };
  'DELETE /tasks/{id}': { answer: undefined };
  'DELETE /teams/{id}': { answer: undefined };
  'DELETE /templates/{id}': { answer: undefined };
  'DELETE /users/{id}/second-factor': { answer: undefined };
  'GET /ai/status': { answer: AiStatus };
  'GET /ai/usage': { answer: AiUsage };
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
        action: "lead.created" | "lead.updated" | "lead.deleted" | "lead.restored" | "contact.created" | "contact.updated" | "contact.deleted" | "contact.restored" | "company.created" | "company.updated" | "company.deleted" | "company.restored" | "deal.created" | "deal.updated" | "deal.deleted" | "deal.restored" | "task.created" | "task.updated" | "task.deleted" | "task.restored" | "template.created" | "template.updated" | "template.deleted" | "template.restored" | "email.created" | "email.updated" | "email.deleted" | "email.restored" | "lead.converted" | "deal.moved" | "deal.won" | "deal.lost" | "deal.reopened" | "task.completed" | "email.queued" | "email.scheduled" | "email.cancelled" | "email.replied" | "file.created" | "file.deleted" | "file.restored" | "activity.updated" | "activity.deleted" | "pipeline.created" | "pipeline.updated" | "org.created" | "settings.updated" | "suppression.added" | "suppression.lifted" | "team.created" | "team.updated" | "team.deleted" | "invite.created" | "invite.deleted" | "api-key.created" | "api-key.deleted" | "user.joined" | "user.updated" | "user.signed-in" | "user.password-changed" | "user.password-reset-asked" | "user.password-reset" | "user.second-factor-on" | "user.second-factor-off" | "user.recovery-codes-made" | "session.ended" | "demo-data.added" | "demo-data.removed" | "ai.provider-misconfigured";
        entity: "lead" | "contact" | "company" | "deal" | "task" | "email" | "template" | "activity" | "file" | "pipeline" | "user" | "invite" | "team" | "api-key" | "suppression" | "org";
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
      /** The organisation’s, for whose browser speaks no language of ours */
      locale: "pt-BR" | "en";
    } };
  'GET /auth/me': { answer: Me };
  'GET /auth/providers': { answer: {
      password: true;
      google: boolean;
      /** A link for a new password can be sent */
      mail: boolean;
    } };
  'GET /auth/resets/{token}': { answer: {
      email: string;
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
  'GET /automations/runs': { answer: {
      data: AutomationRun[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /companies': { answer: {
      data: Company[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /companies/{id}': { answer: Company };
  'GET /companies/lookup': { answer: {
      data: CompanySuggestion[];
    } };
  'GET /contacts': { answer: {
      data: Contact[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /contacts/{id}': { answer: Contact };
  'GET /dashboard/home': { answer: Home };
  'GET /dashboard/summary': { answer: Summary };
  'GET /deals': { answer: {
      data: Deal[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /deals/{id}': { answer: Deal };
  'GET /deals/board': { answer: Board };
  'GET /demo-data': { answer: DemoData };
  'GET /emails': { answer: {
      data: Email[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /emails/{id}': { answer: Email };
  'GET /emails/{id}/files/{fileId}': { answer: undefined };
  'GET /files': { answer: {
      data: StoredFile[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /files/{id}/content': { answer: undefined };
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
      /** As the worker last saw them; null where none are made */
      backups: {
        state: "good" | "late" | "none";
        last: {
          id: string;
          at: string;
        } | null;
        verified: number;
        problem: string | null;
      } | null;
      /** Up to when the changes between backups are kept; null where no worker ships them */
      changes: {
        upTo: string | null;
        problem: string | null;
      } | null;
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
      /** Why it is not ready, for people; empty when it is. */
      reasons: {
        service: string;
        code: string;
        message: string;
      }[];
    } };
  'GET /health/simple': { answer: {
      status: "ok";
    } };
  'GET /invites': { answer: {
      data: Invite[];
    } };
  'GET /leads': { answer: {
      data: LeadRow[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /leads/{id}': { answer: Lead };
  'GET /notifications': { answer: {
      data: Notice[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
      /** At most 100 */
      unread: number;
      /** Whether e-mail leaves this installation at all */
      mailed: boolean;
    } };
  'GET /pipelines': { answer: {
      data: Pipeline[];
    } };
  'GET /queues/dead-letter': { answer: {
      data: ({
        queue: "leads" | "deals" | "ai" | "letters" | "emails" | "automations" | "notices" | "maintenance" | "backups";
        id: string;
        name: string;
        attempts: number;
        reason: string;
        failedAt: string;
      })[];
    } };
  'GET /records/names': { answer: {
      data: RecordName[];
    } };
  'GET /search': { answer: {
      data: ({
        entity: "lead" | "contact" | "company" | "deal";
        /** Id: 24 hex digits */
        id: string;
        title: string;
        subtitle: string | null;
        ownerId: string | null;
        /** Of deals what they are worth and how they stand, for the reader’s language */
        deal: {
          /** Whole cents */
          amountCents: number;
          currency: "BRL" | "USD" | "EUR";
          status: "open" | "won" | "lost";
        } | null;
      })[];
    } };
  'GET /settings': { answer: Organisation };
  'GET /settings/email': { answer: EmailStatus };
  'GET /setup': { answer: {
      needed: boolean;
      link: boolean;
      environment: string;
    } };
  'GET /suppressions': { answer: MailAddress };
  'GET /tasks': { answer: {
      data: Task[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /tasks/{id}': { answer: Task };
  'GET /tasks/calendar': { answer: {
      /** Whoever knows it reads the calendar */
      url: string;
    } };
  'GET /tasks/calendar.ics': { answer: undefined };
  'GET /teams': { answer: {
      data: Team[];
    } };
  'GET /templates': { answer: {
      data: Template[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /templates/{id}': { answer: Template };
  'GET /timeline': { answer: {
      data: Activity[];
      page: {
        nextCursor: string | null;
        /** Matches in all, at most 10000 */
        total: number;
        /** Whether there are more than `total` */
        totalCapped: boolean;
      };
    } };
  'GET /trash': { answer: {
      data: Trashed[];
      nextCursor: string | null;
    } };
  'GET /users': { answer: {
      data: User[];
    } };
  'PATCH /activities/{id}': { body: ActivityPatchInput; answer: Activity };
  'PATCH /auth/me': { body: MePatchInput; answer: Me };
  'PATCH /companies/{id}': { body: CompanyPatchInput; answer: Company };
  'PATCH /contacts/{id}': { body: ContactPatchInput; answer: Contact };
  'PATCH /deals/{id}': { body: DealPatchInput; answer: Deal };
  'PATCH /emails/{id}': { body: EmailPatchInput; answer: Email };
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
        /** US cents, as providers bill in dollars */
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
  'PATCH /tasks/{id}': { body: TaskPatchInput; answer: Task };
  'PATCH /teams/{id}': { body: {
      name?: string;
      managerIds?: string[];
    }; answer: Team };
  'PATCH /templates/{id}': { body: TemplatePatchInput; answer: Template };
  'PATCH /users/{id}': { body: UserPatchInput; answer: User };
  'POST /activities': { body: ActivityCreateInput; answer: Activity };
  'POST /activities/{id}/pin': { body: {
      pinned: boolean;
    }; answer: Activity };
  'POST /ai/assistant': { body: AssistantRequestInput; answer: AssistantEvent };
  'POST /ai/email-drafts': { body: EmailDraftsRequestInput; answer: EmailDrafts };
  'POST /ai/runs/{id}/feedback': { body: AiFeedbackInput; answer: undefined };
  'POST /ai/summary': { body: TimelineSummaryRequestInput; answer: TimelineSummary };
  'POST /ai/test': { answer: AiTest };
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
  'POST /auth/forgot': { body: {
      /** E-mail address, stored in lower case */
      email: string;
    }; answer: undefined };
  'POST /auth/login': { body: {
      /** E-mail address, stored in lower case */
      email: string;
      password: string;
      code?: string;
    }; answer: Me };
  'POST /auth/logout': { answer: undefined };
  'POST /auth/password': { body: {
      current: string;
      next: string;
    }; answer: undefined };
  'POST /auth/reset': { body: {
      token: string;
      password: string;
    }; answer: undefined };
  'POST /auth/second-factor': { body: {
      password: string;
    }; answer: {
      secret: string;
      /** For a QR code */
      uri: string;
    } };
  'POST /auth/second-factor/confirm': { body: {
      code: string;
    }; answer: {
      /** Shown this once */
      recoveryCodes: string[];
    } };
  'POST /auth/second-factor/off': { body: {
      password: string;
    }; answer: undefined };
  'POST /auth/second-factor/recovery-codes': { body: {
      password: string;
    }; answer: {
      /** Shown this once */
      recoveryCodes: string[];
    } };
  'POST /companies': { body: CompanyCreateInput; answer: Company };
  'POST /companies/{id}/restore': { answer: Company };
  'POST /contacts': { body: ContactCreateInput; answer: Contact };
  'POST /contacts/{id}/restore': { answer: Contact };
  'POST /deals': { body: DealCreateInput; answer: Deal };
  'POST /deals/{id}/lose': { body: {
      reason: string;
      note?: string | null;
    }; answer: Deal };
  'POST /deals/{id}/move': { body: {
      /** Id: 24 hex digits */
      stageId: string;
      /** The card directly above the new place */
      beforeId?: string;
      /** The card directly below it; without either, the top of the stage */
      afterId?: string;
    }; answer: Deal };
  'POST /deals/{id}/predict': { answer: Deal };
  'POST /deals/{id}/reopen': { body: Record<string, unknown>; answer: Deal };
  'POST /deals/{id}/restore': { answer: Deal };
  'POST /deals/{id}/win': { body: Record<string, unknown>; answer: Deal };
  'POST /demo-data': { answer: DemoData };
  'POST /emails': { body: EmailCreateInput; answer: Email };
  'POST /emails/{id}/cancel': { answer: Email };
  'POST /emails/{id}/mark-replied': { body: {
      replied: boolean;
    }; answer: Email };
  'POST /emails/{id}/restore': { answer: Email };
  'POST /emails/{id}/retry': { answer: Email };
  'POST /emails/{id}/schedule': { body: {
      at: string;
    }; answer: Email };
  'POST /emails/{id}/send': { answer: Email };
  'POST /files': { answer: StoredFile };
  'POST /files/{id}/restore': { answer: StoredFile };
  'POST /invites': { body: InviteCreateInput; answer: {
      /** Id: 24 hex digits */
      id: string;
      email: string;
      role: "admin" | "manager" | "rep";
      teamId: string | null;
      expiresAt: string;
      /** Shown this once */
      link: string;
      /** Whether a letter with the link is on its way */
      mailed: boolean;
    } };
  'POST /leads': { body: LeadCreateInput; answer: Lead };
  'POST /leads/{id}/convert': { body: LeadConversionInput; answer: {
      lead: Lead;
      /** Id: 24 hex digits */
      contactId: string;
      companyId: string | null;
      deal: Deal | null;
    } };
  'POST /leads/{id}/qualify': { answer: Lead };
  'POST /leads/{id}/restore': { answer: Lead };
  'POST /leads/{id}/score-override': { body: {
      value: number;
      reason: string;
    } | null; answer: Lead };
  'POST /leads/assign': { body: LeadAssignmentInput; answer: LeadsAssigned };
  'POST /notifications/read': { body: {
      ids: string[];
    }; answer: {
      /** At most 100 */
      unread: number;
    } };
  'POST /notifications/read-all': { answer: {
      /** At most 100 */
      unread: number;
    } };
  'POST /pipelines': { body: PipelineBodyInput; answer: Pipeline };
  'POST /queues/dead-letter/{queue}/{id}/retry': { answer: {
      status: "queued";
    } };
  'POST /settings/email/test': { answer: {
      sentTo: string;
    } };
  'POST /setup': { body: SetupInput; answer: Me };
  'POST /suppressions': { body: {
      /** E-mail address, stored in lower case */
      email: string;
    }; answer: MailAddress };
  'POST /tasks': { body: TaskCreateInput; answer: Task };
  'POST /tasks/{id}/complete': { body: {
      outcome?: string | null;
      next?: TaskCreateInput;
    }; answer: {
      task: Task;
      next: Task | null;
    } };
  'POST /tasks/{id}/restore': { answer: Task };
  'POST /tasks/calendar/renew': { answer: {
      /** Whoever knows it reads the calendar */
      url: string;
    } };
  'POST /teams': { body: TeamBodyInput; answer: Team };
  'POST /templates': { body: TemplateCreateInput; answer: Template };
  'POST /templates/{id}/render': { body: {
      links?: ({
        entity: "lead" | "contact" | "company" | "deal";
        /** Id: 24 hex digits */
        id: string;
      })[];
    }; answer: Rendered };
  'POST /templates/{id}/restore': { answer: Template };
  'POST /templates/preview': { body: {
      /** For e-mail; variables as {{first_name}} */
      subject: string;
      /** HTML for e-mail, of which WhatsApp gets the plain text */
      body: string;
      links?: ({
        entity: "lead" | "contact" | "company" | "deal";
        /** Id: 24 hex digits */
        id: string;
      })[];
    }; answer: Rendered };
  'POST /users/{id}/password-reset': { answer: PasswordResetLink };
  'PUT /pipelines/{id}': { body: PipelineBodyInput; answer: Pipeline };
};

export type Activity = {
  /** Id: 24 hex digits */
  id: string;
  kind: "note" | "call" | "meeting" | "whatsapp" | "email" | "task_done" | "stage_change" | "status_change" | "created" | "converted" | "assigned" | "ai" | "file";
  links: {
    entity: string;
    /** Id: 24 hex digits */
    id: string;
  }[];
  /** Sanitised HTML */
  body: string;
  outcome: "connected" | "no_answer" | "voicemail" | "busy" | "wrong_number" | "done" | "no_show" | null;
  direction: "in" | "out" | null;
  durationSec: number | null;
  occurredAt: string;
  actorId: string | null;
  actorName: string;
  pinned: boolean;
  mentions: string[];
  meta: Record<string, string | number | null>;
};

export type ActivityCreateInput = {
  kind: "note" | "call" | "meeting" | "whatsapp";
  links: ({
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  })[];
  body?: string;
  outcome?: "connected" | "no_answer" | "voicemail" | "busy" | "wrong_number" | "done" | "no_show" | null;
  direction?: "in" | "out" | null;
  durationSec?: number | null;
  occurredAt?: string;
  /** Colleagues who are told of it */
  mentions?: string[];
};

export type ActivityPatchInput = {
  body?: string;
  outcome?: "connected" | "no_answer" | "voicemail" | "busy" | "wrong_number" | "done" | "no_show" | null;
};

export type AiFeedbackInput = {
  value: "up" | "down";
  note?: string | null;
};

export type AiStatus = {
  state: "ready" | "degraded" | "failing" | "not_configured" | "disabled" | "budget_exceeded";
  providers: ({
    name: "claude" | "openai";
    configured: boolean;
    model: string;
    circuit: "closed" | "open" | "misconfigured";
    lastError: {
      kind: "timeout" | "rate_limited" | "overloaded" | "network" | "invalid_answer" | "misconfigured" | "bad_request" | "refused";
      at: string;
    } | null;
  })[];
  /** Whether each would be tried now */
  features: {
    leadQualification: boolean;
    emailDrafts: boolean;
    dealInsight: boolean;
    timelineSummary: boolean;
    assistant: boolean;
  };
};

export type AiTest = {
  data: ({
    provider: "claude" | "openai";
    ok: boolean;
    ms: number;
    error: "timeout" | "rate_limited" | "overloaded" | "network" | "invalid_answer" | "misconfigured" | "bad_request" | "refused" | null;
  })[];
};

export type AiUsage = {
  month: string;
  /** US cents, as providers bill in dollars */
  budgetCents: number;
  /** US cents, from the price list known to this release */
  spentCents: number;
  rows: ({
    kind: "lead_qualification" | "email_drafts" | "deal_insight" | "timeline_summary" | "assistant" | "test";
    provider: "claude" | "openai";
    model: string;
    runs: number;
    failed: number;
    inputTokens: number;
    outputTokens: number;
    costCents: number;
  })[];
  feedback: {
    up: number;
    down: number;
  };
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

export type AssistantEvent = {
  type: "delta";
  text: string;
} | {
  type: "citation";
  entity: "lead" | "contact" | "company" | "deal";
  /** Id: 24 hex digits */
  id: string;
  title: string;
} | {
  type: "proposal";
  action: "create_task" | "create_lead" | "log_note" | "move_deal" | "draft_email";
  /** What would be done, in the user’s language */
  label: string;
  /** Nothing has happened yet. On the user’s confirmation the client makes this request. */
  request: {
    method: "POST";
    /** Below /api/v1 */
    path: string;
    body: Record<string, unknown>;
    ifMatch: string | null;
  };
} | {
  type: "done";
  /** Id: 24 hex digits */
  runId: string;
} | {
  type: "error";
  code: string;
  title: string;
};

export type AssistantRequestInput = {
  messages: ({
    role: "user" | "assistant";
    text: string;
  })[];
  /** The record that is open on the screen */
  context?: {
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  };
};

export type Attached = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  /** Bytes */
  size: number;
  type: string;
};

export type AutomationRun = {
  id: string;
  rule: "newLead" | "idleDeal" | "dealWon" | "noReply";
  at: string;
  record: {
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  };
  /** Who was given the lead */
  ownerId: string | null;
  /** The tasks that it made */
  taskIds: string[];
  /** Who was told */
  notifiedIds: string[];
};

export type Board = {
  pipeline: Pipeline;
  columns: ({
    /** Id: 24 hex digits */
    stageId: string;
    count: number;
    /** One for each currency of its deals */
    sums: ({
      /** Whole cents */
      amountCents: number;
      currency: "BRL" | "USD" | "EUR";
      /** Each deal times its chance */
      weightedCents: number;
    })[];
    /** The first 30 */
    deals: Deal[];
    /** Of the rest: GET /deals with this stage and filter, status open, sort=rank and this cursor */
    nextCursor: string | null;
  })[];
};

export type Company = {
  /** Id: 24 hex digits */
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string | null;
  updatedBy: string | null;
  name: string;
  legalName: string | null;
  cnpj: string | null;
  domain: string | null;
  website: string | null;
  industry: string | null;
  employees: "1-9" | "10-49" | "50-199" | "200+" | null;
  phone: string | null;
  address: Record<string, string | null> | null;
  ownerId: string | null;
  tags: string[];
  custom: Record<string, string | number | boolean | null>;
  lastActivityAt: string | null;
};

export type CompanyCreateInput = {
  name: string;
  legalName?: string | null;
  cnpj?: string | null;
  domain?: string | null;
  website?: string | null;
  industry?: string | null;
  employees?: "1-9" | "10-49" | "50-199" | "200+" | null;
  phone?: string | null;
  address?: {
    street?: string | null;
    number?: string | null;
    district?: string | null;
    city?: string | null;
    state?: "AC" | "AL" | "AM" | "AP" | "BA" | "CE" | "DF" | "ES" | "GO" | "MA" | "MG" | "MS" | "MT" | "PA" | "PB" | "PE" | "PI" | "PR" | "RJ" | "RN" | "RO" | "RR" | "RS" | "SC" | "SE" | "SP" | "TO" | null;
    zip?: string | null;
    country?: string;
  } | null;
  ownerId?: string | null;
  tags?: string[];
  custom?: Record<string, string | number | boolean | null>;
};

export type CompanyPatchInput = {
  name?: string;
  legalName?: string | null;
  cnpj?: string | null;
  domain?: string | null;
  website?: string | null;
  industry?: string | null;
  employees?: "1-9" | "10-49" | "50-199" | "200+" | null;
  phone?: string | null;
  address?: {
    street?: string | null;
    number?: string | null;
    district?: string | null;
    city?: string | null;
    state?: "AC" | "AL" | "AM" | "AP" | "BA" | "CE" | "DF" | "ES" | "GO" | "MA" | "MG" | "MS" | "MT" | "PA" | "PB" | "PE" | "PI" | "PR" | "RJ" | "RN" | "RO" | "RR" | "RS" | "SC" | "SE" | "SP" | "TO" | null;
    zip?: string | null;
    country?: string;
  } | null;
  ownerId?: string | null;
  tags?: string[];
  custom?: Record<string, string | number | boolean | null>;
};

export type CompanySuggestion = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  domain: string | null;
  cnpj: string | null;
};

export type Contact = {
  /** Id: 24 hex digits */
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string | null;
  updatedBy: string | null;
  firstName: string;
  lastName: string | null;
  emails: {
    value: string;
    type: string;
    primary: boolean;
  }[];
  phones: {
    e164: string;
    type: string;
    whatsapp: boolean;
  }[];
  jobTitle: string | null;
  companyId: string | null;
  birthday: string | null;
  linkedinUrl: string | null;
  ownerId: string | null;
  tags: string[];
  custom: Record<string, string | number | boolean | null>;
  consent: Record<string, string | boolean | null>;
  lastActivityAt: string | null;
};

export type ContactCreateInput = {
  firstName: string;
  lastName?: string | null;
  emails?: ({
    /** E-mail address, stored in lower case */
    value: string;
    type?: "work" | "personal" | "other";
    primary?: boolean;
  })[];
  phones?: ({
    /** Phone; stored as E.164, Brazil by default */
    e164: string;
    type?: "mobile" | "work" | "home" | "other";
    whatsapp?: boolean;
  })[];
  jobTitle?: string | null;
  companyId?: string | null;
  birthday?: string | null;
  linkedinUrl?: string | null;
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
};

export type ContactPatchInput = {
  firstName?: string;
  lastName?: string | null;
  emails?: ({
    /** E-mail address, stored in lower case */
    value: string;
    type?: "work" | "personal" | "other";
    primary?: boolean;
  })[];
  phones?: ({
    /** Phone; stored as E.164, Brazil by default */
    e164: string;
    type?: "mobile" | "work" | "home" | "other";
    whatsapp?: boolean;
  })[];
  jobTitle?: string | null;
  companyId?: string | null;
  birthday?: string | null;
  linkedinUrl?: string | null;
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
};

export type Deal = {
  /** Id: 24 hex digits */
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string | null;
  updatedBy: string | null;
  title: string;
  /** Whole cents */
  amountCents: number;
  currency: "BRL" | "USD" | "EUR";
  /** Id: 24 hex digits */
  pipelineId: string;
  /** Id: 24 hex digits */
  stageId: string;
  status: "open" | "won" | "lost";
  /** Set by hand; the stage’s otherwise */
  probability: number | null;
  expectedCloseOn: string | null;
  companyId: string | null;
  contacts: ({
    /** Id: 24 hex digits */
    contactId: string;
    role: "decision_maker" | "champion" | "influencer" | "user" | "other";
  })[];
  leadId: string | null;
  ownerId: string | null;
  /** Where it came from: that of its lead unless changed */
  source: "website_form" | "whatsapp" | "phone" | "referral" | "linkedin" | "event" | "outbound" | "import" | "api" | "other" | null;
  products: string | null;
  competitor: string | null;
  lostReason: string | null;
  lostNote: string | null;
  closedAt: string | null;
  rank: string;
  stageEnteredAt: string;
  stageHistory: ({
    /** Id: 24 hex digits */
    stageId: string;
    enteredAt: string;
    exitedAt: string | null;
  })[];
  nextFollowUpAt: string | null;
  lastActivityAt: string | null;
  /** Null until the worker has judged it */
  health: {
    value: number;
    class: "green" | "yellow" | "red";
    winProbability: number;
    risks: {
      code: string;
      points: number;
    }[];
    source: "rules" | "ai";
    at: string;
  } | null;
  /** Null until AI has looked at it */
  insight: DealInsight | null;
  tags: string[];
  custom: Record<string, string | number | boolean | null>;
};

/** Begins in the first stage of the default pipeline unless said otherwise. */
export type DealCreateInput = {
  title: string;
  amountCents?: number;
  currency?: "BRL" | "USD" | "EUR";
  probability?: number | null;
  expectedCloseOn?: string | null;
  companyId?: string | null;
  contacts?: ({
    /** Id: 24 hex digits */
    contactId: string;
    role?: "decision_maker" | "champion" | "influencer" | "user" | "other";
  })[];
  ownerId?: string | null;
  source?: "website_form" | "whatsapp" | "phone" | "referral" | "linkedin" | "event" | "outbound" | "import" | "api" | "other" | null;
  products?: string | null;
  competitor?: string | null;
  tags?: string[];
  custom?: Record<string, string | number | boolean | null>;
  /** Id: 24 hex digits */
  pipelineId?: string;
  /** Id: 24 hex digits */
  stageId?: string;
  leadId?: string | null;
};

export type DealInsight = {
  winProbability: number;
  /** By rules */
  baseline: number;
  aiAdj: number;
  predictedCloseOn: string | null;
  risks: ({
    severity: "high" | "medium" | "low";
    factor: string;
    evidence: string;
  })[];
  actions: ({
    priority: "high" | "normal" | "low";
    kind: "call" | "email" | "whatsapp" | "meeting" | "task";
    text: string;
    why: string;
  })[];
  summary: string;
  confidence: number;
  /** Id: 24 hex digits */
  runId: string;
  at: string;
};

/** A deal changes its stage by move, win, lose and reopen. */
export type DealPatchInput = {
  title?: string;
  amountCents?: number;
  currency?: "BRL" | "USD" | "EUR";
  probability?: number | null;
  expectedCloseOn?: string | null;
  companyId?: string | null;
  contacts?: ({
    /** Id: 24 hex digits */
    contactId: string;
    role?: "decision_maker" | "champion" | "influencer" | "user" | "other";
  })[];
  ownerId?: string | null;
  source?: "website_form" | "whatsapp" | "phone" | "referral" | "linkedin" | "event" | "outbound" | "import" | "api" | "other" | null;
  products?: string | null;
  competitor?: string | null;
  tags?: string[];
  custom?: Record<string, string | number | boolean | null>;
};

export type DemoData = {
  present: boolean;
  /** How many, of all kinds */
  records: number;
};

export type Email = {
  /** Id: 24 hex digits */
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string | null;
  updatedBy: string | null;
  status: "draft" | "scheduled" | "queued" | "sending" | "sent" | "failed" | "cancelled" | "bounced";
  /** Who writes it; answers go to them */
  ownerId: string | null;
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  /** Sanitised HTML */
  bodyHtml: string;
  bodyText: string;
  templateId: string | null;
  links: ({
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  })[];
  /** What goes with it, as it was when it was attached; kept with the letter */
  files: Attached[];
  tracking: boolean;
  scheduledAt: string | null;
  sentAt: string | null;
  repliedAt: string | null;
  error: {
    code: "ambiguous" | "refused" | "unavailable" | "not-configured" | "halted";
    message: string;
  } | null;
  /** Empty until it is queued */
  recipients: ({
    address: string;
    state: "waiting" | "accepted" | "refused";
    /** What the mail server said of them */
    words: string | null;
  })[];
  /** Its Message-ID up to the @, by which the log of the mail server knows whether it arrived */
  messageId: string | null;
  /** An estimate: many mail programs open pictures by themselves */
  openCountEst: number;
  clickCount: number;
};

export type EmailCreateInput = {
  to?: string[];
  cc?: string[];
  bcc?: string[];
  /** May hold variables as {{first_name}}, filled in when it is sent */
  subject?: string;
  /** Sanitised; may hold variables, too */
  bodyHtml?: string;
  /** The template it was begun from */
  templateId?: string | null;
  links?: ({
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  })[];
  /** Files of records that go with it, 10 MB together */
  fileIds?: string[];
  /** Whether openings and clicks are noted where the organisation has that switched on */
  tracking?: boolean;
};

export type EmailDrafts = {
  /** Id: 24 hex digits */
  runId: string;
  provider: "claude" | "openai";
  model: string;
  variants: ({
    tone: "formal" | "casual" | "direct";
    subject: string;
    alternativeSubjects: string[];
    /** Plain text; names are filled in, [brackets] hold what the writer must add */
    body: string;
    why: string;
  })[];
  followUp: {
    inDays: number;
    text: string;
  };
  /** Facts that the writer must fill in */
  placeholders: string[];
};

export type EmailDraftsRequestInput = {
  /** Whom it is for; a deal’s decision maker, or its first contact */
  link: {
    entity: "lead" | "contact" | "deal";
    /** Id: 24 hex digits */
    id: string;
  };
  purpose: "introduction" | "follow_up" | "proposal" | "meeting_request" | "thank_you" | "reactivation" | "custom";
  instructions?: string;
  /** Leads the variants; all three tones are written */
  tone?: "formal" | "casual" | "direct";
  length?: "short" | "medium";
};

export type EmailPatchInput = {
  to?: string[];
  cc?: string[];
  bcc?: string[];
  /** May hold variables as {{first_name}}, filled in when it is sent */
  subject?: string;
  /** Sanitised; may hold variables, too */
  bodyHtml?: string;
  /** The template it was begun from */
  templateId?: string | null;
  links?: ({
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  })[];
  /** Files of records that go with it, 10 MB together */
  fileIds?: string[];
  /** Whether openings and clicks are noted where the organisation has that switched on */
  tracking?: boolean;
};

export type EmailStatus = {
  configured: boolean;
  /** What is missing and how to mend it */
  reason: string | null;
  host: string | null;
  port: number;
  /** TLS from the first byte; otherwise STARTTLS where offered */
  secure: boolean;
  from: string | null;
};

export type FirstSteps = {
  lead: boolean;
  /** The ideal customer was described */
  icp: boolean;
  /** The stages were looked over */
  pipeline: boolean;
  invite: boolean;
  smtp: boolean;
  ai: boolean;
  /** Records of example data */
  demo: number;
};

export type Home = {
  today: Today;
  month: Summary;
  firstSteps: FirstSteps | null;
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
  currency: "BRL" | "USD" | "EUR";
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
    /** Who AI would give it to */
    suggestedOwnerId: string | null;
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

/** To one person (null: to nobody), or to several in a way. */
export type LeadAssignmentInput = {
  ids: string[];
  ownerId: string | null;
} | {
  ids: string[];
  way: "round_robin" | "least_loaded";
};

export type LeadConversionInput = {
  /** Existing, new, or null for none; from the lead when left out */
  company?: {
    /** Id: 24 hex digits */
    id: string;
  } | CompanyCreateInput | null;
  /** Existing or new; from the lead when left out */
  contact?: {
    /** Id: 24 hex digits */
    id: string;
  } | ContactCreateInput;
  /** Null for none; a draft from the lead when left out */
  deal?: {
    title: string;
    amountCents?: number;
    currency?: "BRL" | "USD" | "EUR";
    probability?: number | null;
    expectedCloseOn?: string | null;
    ownerId?: string | null;
    source?: "website_form" | "whatsapp" | "phone" | "referral" | "linkedin" | "event" | "outbound" | "import" | "api" | "other" | null;
    products?: string | null;
    competitor?: string | null;
    tags?: string[];
    custom?: Record<string, string | number | boolean | null>;
    /** Id: 24 hex digits */
    pipelineId?: string;
    /** Id: 24 hex digits */
    stageId?: string;
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
  /** Of the estimated value; the organisation’s unless said */
  currency?: "BRL" | "USD" | "EUR";
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
  /** Of the estimated value; the organisation’s unless said */
  currency?: "BRL" | "USD" | "EUR";
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

/** A lead in a list; why its score is what it is, the lead itself says. */
export type LeadRow = {
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
  currency: "BRL" | "USD" | "EUR";
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
  score: {
    value: number;
    class: "hot" | "warm" | "cold";
    source: "rules" | "ai" | "manual";
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

export type LeadsAssigned = {
  /** How many have another owner now */
  assigned: number;
  /** Left as they are, and why */
  refused: {
    /** Id: 24 hex digits */
    id: string;
    code: string;
  }[];
};

export type MailAddress = {
  email: string;
  /** It is on the list of those who get no letters */
  suppressed: boolean;
  /** `unsubscribed`: they ended letters themselves; `asked`: an admin put them on the list */
  reason: "unsubscribed" | "asked" | null;
  since: string | null;
  /** The admin who put it on the list, where that is known */
  byUserId: string | null;
  /** A lead or contact with this address opted out of marketing: nothing from templates goes to it */
  optedOut: boolean;
  /** What its mail server said to the last letter, where it refused that one; others still go to it */
  refusal: {
    at: string;
    words: string | null;
  } | null;
};

export type Me = {
  id: string | null;
  name: string;
  email: string | null;
  role: "admin" | "manager" | "rep";
  teamId: string | null;
  status: "invited" | "active" | "disabled";
  secondFactor: boolean;
  /** How many codes for the second factor without the phone are left */
  recoveryCodes: number;
  /** Id: 24 hex digits */
  orgId: string;
  orgName: string | null;
  locale: "pt-BR" | "en";
  timezone: string;
  currency: "BRL" | "USD" | "EUR";
  signature: string;
  prefs: {
    shortcuts: boolean;
    notifications: {
      channels: {
        lead_assigned: "off" | "app" | "digest" | "email";
        deal_assigned: "off" | "app" | "digest" | "email";
        hot_lead: "off" | "app" | "digest" | "email";
        task_due: "off" | "app" | "digest" | "email";
        task_overdue: "off" | "app" | "digest" | "email";
        mention: "off" | "app" | "digest" | "email";
        email_clicked: "off" | "app" | "digest" | "email";
        email_failed: "off" | "app" | "digest" | "email";
        email_bounced: "off" | "app" | "digest" | "email";
        deal_won: "off" | "app" | "digest" | "email";
        deal_at_risk: "off" | "app" | "digest" | "email";
        deal_idle: "off" | "app" | "digest" | "email";
        ai_failing: "off" | "app" | "digest" | "email";
        mail_failing: "off" | "app" | "digest" | "email";
      };
      /** E-mails wait until these hours are over */
      quiet: {
        from: string;
        to: string;
      } | null;
      /** An e-mail at 07:00 on weekdays with what the day brings */
      digest: boolean;
    };
  };
  capabilities: string[];
};

export type MePatchInput = {
  name?: string;
  locale?: "pt-BR" | "en";
  timezone?: string;
  signature?: string;
  prefs?: {
    shortcuts?: boolean;
    notifications?: {
      channels?: {
        lead_assigned?: "off" | "app" | "digest" | "email";
        deal_assigned?: "off" | "app" | "digest" | "email";
        hot_lead?: "off" | "app" | "digest" | "email";
        task_due?: "off" | "app" | "digest" | "email";
        task_overdue?: "off" | "app" | "digest" | "email";
        mention?: "off" | "app" | "digest" | "email";
        email_clicked?: "off" | "app" | "digest" | "email";
        email_failed?: "off" | "app" | "digest" | "email";
        email_bounced?: "off" | "app" | "digest" | "email";
        deal_won?: "off" | "app" | "digest" | "email";
        deal_at_risk?: "off" | "app" | "digest" | "email";
        deal_idle?: "off" | "app" | "digest" | "email";
        ai_failing?: "off" | "app" | "digest" | "email";
        mail_failing?: "off" | "app" | "digest" | "email";
      };
      /** E-mails wait until these hours are over */
      quiet?: {
        from: string;
        to: string;
      } | null;
      /** An e-mail at 07:00 on weekdays with what the day brings */
      digest?: boolean;
    };
  };
};

export type Notice = {
  /** Id: 24 hex digits */
  id: string;
  kind: "lead_assigned" | "deal_assigned" | "hot_lead" | "task_due" | "task_overdue" | "mention" | "email_clicked" | "email_failed" | "email_bounced" | "deal_won" | "deal_at_risk" | "deal_idle" | "ai_failing" | "mail_failing";
  /** Null where it is about no record, about several, or about one that is out of reach by now */
  record: {
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
    name: string;
    deleted: boolean;
  } | null;
  /** How many records it is about, of those in reach */
  count: number;
  taskId: string | null;
  data: Record<string, string | number | null>;
  at: string;
  readAt: string | null;
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
    /** US cents, as providers bill in dollars */
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

export type PasswordResetLink = {
  /** Shown this once */
  link: string;
  email: string;
  expiresAt: string;
};

export type Pipeline = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  isDefault: boolean;
  stages: ({
    /** Id: 24 hex digits */
    id: string;
    name: string;
    probability: number;
    rotDays: number | null;
    type: "open" | "won" | "lost";
    archived: boolean;
  })[];
  version: number;
};

/** Stages in order; exactly one won and one lost. */
export type PipelineBodyInput = {
  name: string;
  isDefault?: boolean;
  stages: ({
    name: string;
    probability: number;
    rotDays?: number | null;
    type?: "open" | "won" | "lost";
    /** Id: 24 hex digits */
    id?: string;
  })[];
};

export type RecordName = {
  entity: "lead" | "contact" | "company" | "deal";
  /** Id: 24 hex digits */
  id: string;
  name: string;
  /** In the trash, or gone */
  deleted: boolean;
};

export type Rendered = {
  subject: string;
  bodyHtml: string;
  bodyText: string;
  /** Variables without a value here; they block sending */
  missing: ("first_name" | "full_name" | "job_title" | "company" | "city" | "deal_title" | "deal_amount" | "sender_name" | "sender_email" | "signature" | "organisation" | "today")[];
};

export type SetupInput = {
  organisation: string;
  name: string;
  /** E-mail address, stored in lower case */
  email: string;
  password: string;
  locale?: "pt-BR" | "en";
  timezone?: string;
  /** What follows #token= in the setup link. */
  token?: string;
};

export type StoredFile = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  /** Bytes */
  size: number;
  /** Media type, told from the bytes; application/octet-stream where they tell nothing */
  type: string;
  /** Hexadecimal */
  sha256: string;
  links: ({
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  })[];
  createdAt: string;
  createdBy: string | null;
  deletedAt: string | null;
};

export type Summary = {
  from: string;
  to: string;
  byCurrency: ({
    currency: "BRL" | "USD" | "EUR";
    /** Open now */
    pipelineCents: number;
    /** Open now, each times its chance */
    weightedCents: number;
    wonCents: number;
    averageTicketCents: number | null;
  })[];
  openDeals: number;
  won: number;
  lost: number;
  /** won / (won + lost) of the period; null under five closed deals */
  winRate: number | null;
  newLeads: number;
  medianFirstResponseMinutes: number | null;
};

export type Task = {
  /** Id: 24 hex digits */
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string | null;
  updatedBy: string | null;
  title: string;
  kind: "call" | "email" | "whatsapp" | "meeting" | "follow_up" | "other";
  dueAt: string;
  allDay: boolean;
  durationMin: number | null;
  priority: "low" | "normal" | "high";
  status: "open" | "done" | "cancelled";
  assigneeId: string | null;
  links: ({
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  })[];
  reminderMin: number | null;
  note: string | null;
  outcome: string | null;
  source: "manual" | "ai" | "workflow";
  doneAt: string | null;
};

export type TaskCreateInput = {
  title: string;
  kind?: "call" | "email" | "whatsapp" | "meeting" | "follow_up" | "other";
  dueAt: string;
  allDay?: boolean;
  durationMin?: number | null;
  priority?: "low" | "normal" | "high";
  assigneeId?: string | null;
  links?: ({
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  })[];
  reminderMin?: number | null;
  note?: string | null;
};

export type TaskPatchInput = {
  title?: string;
  kind?: "call" | "email" | "whatsapp" | "meeting" | "follow_up" | "other";
  dueAt?: string;
  allDay?: boolean;
  durationMin?: number | null;
  priority?: "low" | "normal" | "high";
  assigneeId?: string | null;
  links?: ({
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  })[];
  reminderMin?: number | null;
  note?: string | null;
  status?: "open" | "cancelled";
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

export type Template = {
  /** Id: 24 hex digits */
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  createdBy: string | null;
  updatedBy: string | null;
  name: string;
  channel: "email" | "whatsapp";
  locale: "pt-BR" | "en";
  subject: string;
  /** Sanitised HTML */
  body: string;
  shared: boolean;
  /** Its author; null where it is shared */
  ownerId: string | null;
  variables: ("first_name" | "full_name" | "job_title" | "company" | "city" | "deal_title" | "deal_amount" | "sender_name" | "sender_email" | "signature" | "organisation" | "today")[];
  /** Letters that were sent from it */
  usedCount: number;
};

export type TemplateCreateInput = {
  name: string;
  channel?: "email" | "whatsapp";
  locale?: "pt-BR" | "en";
  /** For e-mail; variables as {{first_name}} */
  subject?: string;
  /** HTML for e-mail, of which WhatsApp gets the plain text */
  body: string;
  /** For everybody rather than only for its author */
  shared?: boolean;
};

export type TemplatePatchInput = {
  name?: string;
  channel?: "email" | "whatsapp";
  locale?: "pt-BR" | "en";
  /** For e-mail; variables as {{first_name}} */
  subject?: string;
  /** HTML for e-mail, of which WhatsApp gets the plain text */
  body?: string;
  /** For everybody rather than only for its author */
  shared?: boolean;
};

export type TimelineSummary = {
  /** Id: 24 hex digits */
  runId: string;
  provider: "claude" | "openai";
  model: string;
  summary: string;
  openQuestions: string[];
  commitments: ({
    who: "us" | "them";
    what: string;
    due: string | null;
  })[];
  lastState: string;
};

export type TimelineSummaryRequestInput = {
  link: {
    entity: "lead" | "contact" | "company" | "deal";
    /** Id: 24 hex digits */
    id: string;
  };
};

export type Today = {
  overdueTasks: {
    data: Task[];
    /** All of them, also those not in `data` */
    total: number;
  };
  todayTasks: {
    data: Task[];
    /** All of them, also those not in `data` */
    total: number;
  };
  /** Hot by score and not contacted yet */
  hotLeads: {
    data: LeadRow[];
    /** All of them, also those not in `data` */
    total: number;
  };
  /** Open, health under 40 */
  dealsAtRisk: {
    data: Deal[];
    /** All of them, also those not in `data` */
    total: number;
  };
  /** Open, without an open task */
  dealsWithoutNextStep: {
    data: Deal[];
    /** All of them, also those not in `data` */
    total: number;
  };
  /** What the records are called that the tasks are about */
  names: RecordName[];
};

export type Trashed = {
  entity: "lead" | "contact" | "company" | "deal" | "task" | "template";
  /** Id: 24 hex digits */
  id: string;
  name: string;
  deletedAt: string;
  deletedBy: string | null;
  /** Deleted for good then, 30 days after it came here */
  goneAt: string;
};

export type User = {
  /** Id: 24 hex digits */
  id: string;
  name: string;
  email: string;
  role: "admin" | "manager" | "rep";
  teamId: string | null;
  status: "invited" | "active" | "disabled";
  /** A code of their phone is asked for after the password; null for who may not know */
  secondFactor: boolean | null;
};

export type UserPatchInput = {
  name?: string;
  role?: "admin" | "manager" | "rep";
  teamId?: string | null;
  status?: "active" | "disabled";
};
