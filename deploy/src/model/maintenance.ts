/** What visitors are told while an environment is worked on, in place of what it serves. */
export interface MaintenanceNotice {
  /** In our own page; left out: that it is being worked on, and to come back soon. */
  readonly message?: string;
  /** Address of a page that a platform shows. */
  readonly page?: string;
  /** ISO time since when; left out where the place does not tell. */
  readonly since?: string;
}
