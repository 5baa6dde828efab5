export { type Credentials, CredentialsError, readCredentials } from './authentication/credentials.ts';
export { type EmbeddedMongo, type EmbeddedMongoOptions, ListenError, startEmbeddedMongo } from './server.ts';
export { DataFileError } from './storage/store.ts';
