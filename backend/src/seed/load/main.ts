import { parseArgs } from 'node:util';
import { connectMongo } from '../../mongo/mongo.ts';
import { Problem } from '../../problem.ts';
import { readSettings, SettingsError } from '../../settings.ts';
import { fullLoad, shareOf } from './amounts.ts';
import { load } from './load.ts';

/*
 * `npm run seed:load -w backend [-- --share 0.1] [--force]`: 50,000 leads, 10,000 deals, 500,000 activities and what
 * belongs to them, into the database of MONGO_URL, to see how the CRM does with years of work in it.
 * Exit codes: 0 loaded · 2 refused · 1 failed.
 */
const refuse = (why: string): never => {
  console.error(why);
  process.exit(2);
};

const { values } = parseArgs({ options: { share: { type: 'string' }, force: { type: 'boolean' } } });
const share = Number(values.share ?? 1);
if (!(share > 0 && share <= 1)) refuse(`--share must be above 0 and at most 1, not ${values.share}`);

const settings = (() => {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof SettingsError) return refuse(`${error.message}\n${error.hint}`);
    throw error;
  }
})();
if (settings.ENVIRONMENT === 'production' && !values.force)
  refuse('ENVIRONMENT is production, where invented records do not belong. Add --force to load them anyway.');

const mongo = connectMongo(settings.MONGO_URL);
try {
  await load(mongo, {
    amounts: shareOf(fullLoad, share),
    tell: (kind, count, seconds) => console.log(`${count} ${kind} in ${seconds.toFixed(1)} s`),
  });
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.detail);
  process.exitCode = 2;
} finally {
  await mongo.client.close();
}
