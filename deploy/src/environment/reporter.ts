/** Where the engine tells a person how it goes on. The command line shows it live or as plain lines; tests collect it. */
export interface Reporter {
  /** One line worth knowing, outside any step. */
  note(text: string): void;
  begin(step: { readonly id: string; readonly title: string }): void;
  /**
   * What a step is doing now; `subject` is the service that it is about. A `tick` only says how far it is, over and over: where lines stay,
   * it is told now and then.
   */
  progress(subject: string | null, text: string, how?: 'tick'): void;
  end(outcome: 'done' | 'failed' | 'skipped', detail?: string): void;
}

export const silent: Reporter = { note() {}, begin() {}, progress() {}, end() {} };
