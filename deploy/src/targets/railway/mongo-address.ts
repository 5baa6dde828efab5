import { replicaSetUrl } from '../replica-set.ts';

/** The address of a MongoDB of ours as a variable of its own service: Railway fills in password and host. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: references of Railway
export const mongoReference = replicaSetUrl('${{MONGO_PASSWORD}}', '${{RAILWAY_PRIVATE_DOMAIN}}');
