import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { personAsPrincipal } from '../../auth/begin-session.ts';
import { allIndexes } from '../../indexes.ts';
import { createIndexes } from '../../mongo/indexes.ts';
import { firstOrgId } from '../../org/org.ts';
import { systemPrincipal } from '../../policy/principal.ts';
import { Problem } from '../../problem.ts';
import { openServices } from '../../services.ts';
import { readSettings, SettingsError } from '../../settings.ts';
import { needsSetup, setUp } from '../../setup/setup.ts';
import { addExamples } from './demo.ts';

/*
 * `npm run seed:demo -w backend [-- --force]`: example data into the database of MONGO_URL. An empty database gets an
 * organisation and an admin, whose password is printed once. Exit codes: 0 added · 2 refused · 1 failed.
 */
const refuse = (why: string): never => {
  console.error(why);
  process.exit(2);
};

const { values } = parseArgs({ options: { force: { type: 'boolean' } } });
const settings = (() => {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof SettingsError) return refuse(`${error.message}\n${error.hint}`);
    throw error;
  }
})();
if (settings.ENVIRONMENT === 'production' && !values.force)
  refuse('ENVIRONMENT is production, where invented records do not belong. Add --force to add them anyway.');

const services = await openServices(settings);
try {
  await createIndexes(services.mongo.db, ...allIndexes);
  const principal = (await needsSetup(services)) ? await demoAdmin() : systemPrincipal(firstOrgId);
  const began = performance.now();
  const added = await addExamples(services, principal);
  console.log(`${added} example records in ${((performance.now() - began) / 1000).toFixed(1)} s`);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.detail);
  process.exitCode = 2;
} finally {
  await services.close();
}

async function demoAdmin() {
  const email = 'admin@example.com';
  const password = randomBytes(9).toString('base64url');
  const admin = await setUp(services, {
    organisation: 'Empresa de exemplo',
    name: 'Ana Admin',
    email,
    password,
    locale: 'pt-BR',
    timezone: 'America/Sao_Paulo',
  });
  console.log(`Sign in as ${email} with the password ${password}`);
  return personAsPrincipal(admin);
}
