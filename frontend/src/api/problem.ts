/** One wrong field of a request; `pointer` is a JSON pointer such as `#/email`. */
export interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

/** What the API answers instead of a result (RFC 9457), with Conductor's additions. */
export interface ProblemBody {
  title: string;
  status: number;
  detail?: string;
  code?: string;
  requestId?: string;
  errors?: FieldError[];
  [extra: string]: unknown;
}

/** A request that failed: answered with a problem, or (`status` 0) not answered at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId?: string;
  readonly errors: FieldError[];
  readonly body: ProblemBody;

  constructor(body: ProblemBody, cause?: unknown) {
    super(body.detail || body.title, { cause });
    this.name = 'Problem';
    this.status = body.status;
    this.code = body.code ?? 'unknown';
    this.requestId = body.requestId;
    this.errors = body.errors ?? [];
    this.body = body;
  }

  /** The first message of each wrong field by its path, `emails.0.value`, as forms want it. */
  get fields(): Record<string, string> {
    const fields: Record<string, string> = {};
    for (const { pointer, detail } of this.errors) {
      const path = pointer.replace(/^#?\/(?:body\/)?/, '').replaceAll('/', '.');
      fields[path] ??= detail;
    }
    return fields;
  }
}

/** The problem of an answer that was not a success, also where a proxy on the way answered in its own words. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'title' in body) {
      return new Problem({ ...(body as ProblemBody), status: response.status });
    }
  } catch {
    // Not JSON: a gateway's page. Its status says enough.
  }
  return new Problem({ title: response.statusText || `HTTP ${response.status}`, status: response.status });
}
