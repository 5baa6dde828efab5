/** Folder in a project where Conductor keeps what is its own: ledger, releases, stores, keys. It belongs to no release and to no commit. */
export const ownFolder = '.conductor';

/** What git is given, in the project's folder, so that it passes over that folder also where no `.gitignore` names it. */
export const withoutOwnFolder = `:(exclude)${ownFolder}`;
