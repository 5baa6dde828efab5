/** What there is to know of an error beyond its message. */
export interface ErrorPage {
  /** What has happened, and what usually leads to it. */
  readonly means: string;
  /** What to do, step by step; commands of ours are written as for the environment `production`. */
  readonly todo: readonly string[];
}

export const page = (means: string, ...todo: readonly string[]): ErrorPage => ({ means, todo });

export type ErrorPages = Readonly<Record<string, ErrorPage>>;
