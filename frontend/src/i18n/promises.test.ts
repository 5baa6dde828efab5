import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.ts';

/*
 * What the screens promise, each sentence beside the test that holds it. A new sentence with one of these words, or that says what is done by
 * itself, without an entry here fails; so does an entry whose test is gone.
 */
const promising = [/\b(will|can be)\b/i, /\b(vai|vão|pode|podem)\b/i];
/** Says what happens by itself, in the present tense. */
const byItself = /^automation\.about\./;

const root = join(import.meta.dirname, '../../..');
const backend = 'backend/src/';

/** File and name of a test; or why a sentence promises nothing. */
type Held = readonly [file: string, name: string][] | string;

const held: Readonly<Record<string, Held>> = {
  'trash.about': [
    [
      `${backend}trash/trash.test.ts`,
      'gives back what is restored, and is emptied of what was deleted 30 days ago',
    ],
  ],
  'offline.banner': 'says that something is not known',
  'notFound.text': 'says what may be the reason',
  'people.invite.mailed': [
    [`${backend}mail/letters.test.ts`, 'brings an invitation, and the link in it lets somebody in'],
    [`${backend}auth/accounts.test.ts`, 'join by a link that works once'],
  ],
  'org.email.fromNameHint': [
    [
      `${backend}emails/emails.test.ts`,
      'leaves with everything filled in, from its author by the organisation, and is on the timeline',
    ],
  ],
  'org.email.footerHint': [[`${backend}org/settings-matter.test.ts`, '%s changes what is seen']],
  'stages.removeNote': [
    [`${backend}deals/deals.test.ts`, 'has one won and one lost stage, and keeps stages that hold deals'],
  ],
  'keys.once': [[`${backend}auth/accounts.test.ts`, 'open the API for programs, only as far as they reach']],
  'setup.text': [[`${backend}auth/accounts.test.ts`, 'makes the organisation and its admin, once']],
  'setup.link.text': [
    [`${backend}setup/setup.test.ts`, 'is open to whoever has the link, and to nobody else'],
  ],
  'leads.assignRefused': [
    [`${backend}leads/assignment.test.ts`, 'leaves what is out of reach as it is, and names it'],
  ],
  'steps.icp.text': [[`${backend}org/settings-matter.test.ts`, '%s changes what is seen']],
  'letter.keepsForm': [
    ['frontend/src/emails/letter.test.ts', 'keeps the form of a template of which no word was changed'],
  ],
  'letter.off': [
    [`${backend}emails/emails.test.ts`, 'without a mail server stays a draft, and says what is missing'],
    [
      'frontend/src/emails/mailto.test.ts',
      'keeps every sign and line, and lets none become a header of its own',
    ],
  ],
  'email.error.ambiguous': [
    [
      `${backend}emails/emails.test.ts`,
      'ambiguous: only its author has it sent again, and it is the same letter then',
    ],
  ],
  'email.error.halted': [
    [`${backend}emails/emails.test.ts`, 'whoever ended them between queueing and sending'],
  ],
  'drafts.instructions': 'the label of a field',
  'convert.text': [
    [`${backend}deals/deals.test.ts`, 'makes a contact, a company and a deal, with the history, at once'],
  ],
  'automation.about.newLead': [
    [`${backend}leads/leads.test.ts`, 'is scored by its job, which raises no version'],
    [`${backend}automations/automations.test.ts`, 'is given to somebody, and the run says to whom'],
    [
      `${backend}notices/notices.test.ts`,
      'tells whom a lead or deal was given to, by its name of today, and not who did it',
    ],
  ],
  'automation.about.idleDeal': [
    [`${backend}automations/automations.test.ts`, 'brings its owner one task each time it falls idle'],
    [
      `${backend}notices/notices.test.ts`,
      'of the team that a deal is won and of the idle ones their manager, by the automations that say so',
    ],
  ],
  'automation.about.dealWon': [
    [
      `${backend}automations/automations.test.ts`,
      'brings its checklist to its owner once, also when it is opened again and won again',
    ],
    [
      `${backend}notices/notices.test.ts`,
      'of the team that a deal is won and of the idle ones their manager, by the automations that say so',
    ],
  ],
  'automation.about.noReply': [
    [
      `${backend}automations/automations.test.ts`,
      'brings a task to follow up after the days that were set, once',
    ],
  ],
};

const promises = Object.entries(catalog)
  .filter(
    ([key, texts]) => byItself.test(key) || promising.some((words) => texts.some((text) => words.test(text))),
  )
  .map(([key]) => key);

describe('what the screens promise', () => {
  it('is listed here, and nothing else is', () => {
    expect(Object.keys(held).sort()).toEqual(promises.sort());
  });

  it.each(Object.entries(held))('%s is held by tests that are there', async (_key, tests) => {
    if (typeof tests === 'string') return expect(tests).toMatch(/\w \w/);
    expect(tests.length).toBeGreaterThan(0);
    for (const [file, name] of tests) {
      const code = (await readFile(join(root, file), 'utf8')).replaceAll("\\'", "'");
      const found = ["'", '"', '`'].some((mark) => code.includes(`(${mark}${name}${mark},`));
      expect(found, `${file}: ${name}`).toBe(true);
    }
  });
});
