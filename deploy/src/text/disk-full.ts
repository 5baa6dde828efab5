/** An error that says that the disk (or this user's part of it) is full, whoever has met it: Node, or a program in its words. */
export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException)?.code ?? '') ||
  (error instanceof Error && /ENOSPC|No space left on device/.test(error.message));
