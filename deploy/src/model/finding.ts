export interface Finding {
  readonly level: 'ok' | 'warning' | 'failure';
  readonly title: string;
  readonly detail?: string;
  /** How to fix it. Present unless `ok`. */
  readonly fix?: string;
}
