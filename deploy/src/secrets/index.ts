export { emptyDocument, type Secrets, type SecretsDocument, secretName } from './document.ts';
export { assertNames, parseDotenv } from './dotenv.ts';
export { editSecrets, type OpenEditor } from './editor.ts';
export { fingerprint } from './fingerprint.ts';
export { installMergeDriver, type MergeFiles, mergeFiles, mergeFromIndex } from './git-merge.ts';
export {
  createIdentity,
  findIdentity,
  type Identity,
  keyFile,
  keyVariable,
  recipientsOf,
  requireIdentity,
} from './identity.ts';
export { readValue } from './input.ts';
export { type Merged, mergeDocuments, type Side } from './merge.ts';
export {
  assertRecipient,
  type Recipient,
  readRecipients,
  recipientsFile,
  writeRecipients,
} from './recipients.ts';
export { createRedactor, type Redactor, shortestRedacted } from './redactor.ts';
export { finishRotation, generateSecret, notThere, previousName, rotateSecret } from './rotation.ts';
export {
  decryptDocument,
  encryptDocument,
  hasSecrets,
  type OpenedSecrets,
  openSecrets,
  saveSecrets,
  secretsFile,
} from './secrets-file.ts';
