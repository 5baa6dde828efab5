import { type Folder, folderNames } from './emails-query.ts';

/** What the address of the e-mails says: which are shown, and which one is open. */
export interface EmailsSearch {
  folder?: Folder;
  open?: string;
}

export function parseEmailsSearch({ folder, open }: Record<string, unknown>): EmailsSearch {
  return {
    ...(folderNames.includes(folder as Folder) && folder !== 'sent' && { folder: folder as Folder }),
    ...(typeof open === 'string' && /^[0-9a-f]{24}$/.test(open) && { open }),
  };
}
