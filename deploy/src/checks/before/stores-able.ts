import type { Store, StoreAbility } from '../../model/store.ts';
import { type Answer, type Check, combine, failure, good, warning } from '../check.ts';
import type { CheckContext } from '../context.ts';
import { askOutsideMongo } from '../outside-mongo.ts';

export const storesAble: Check = {
  id: 'stores-able',
  title: 'The stores can do what is needed',
  section: 'Data',
  about:
    'Each store is able to do what its `needs` say. One that the target provides: as the target knows it, or as the one that is already there was seen. An outside one is asked; where it cannot be reached from here that is a warning, and the health of the release has to tell. A store that cannot is a failure.',
  applies: ({ stores }) => (stores.some(needsSomething) ? true : 'no store has `needs`'),
  async run(context) {
    const answers = await Promise.all(
      context.stores
        .filter(needsSomething)
        .map(async (store) => ({ store, ...(await judge(store, context)) })),
    );
    const findings = answers.map(({ store, ...answer }) => ({ ...answer, title: store.name }));
    if (findings.some(({ level }) => level !== 'ok')) return combine(findings);
    return good(findings.map(({ title, detail }) => `${title}: ${detail}`).join('; '));
  },
};

const needsSomething = ({ needs }: Store): boolean => (needs?.length ?? 0) > 0;

const judge = (store: Store, context: CheckContext): Answer | Promise<Answer> =>
  store.url === undefined ? judgeProvided(store, context) : judgeOutside(store, store.url, context);

function judgeProvided({ name, kind, needs = [] }: Store, context: CheckContext): Answer {
  const { target, storesThere, environment } = context;
  const outside = `Give environments.${environment}.stores.${name} in conductor.config.ts the \`url\` of one that has`;
  if (!target.traits.stores.includes(kind))
    return failure(`${target.name} provides no ${kind}.`, `${outside} ${list(needs)}.`);
  const there = storesThere.find((each) => each.name === name);
  const can = there?.can ?? target.traits.storesCan?.[kind] ?? [];
  if (can === 'unknown')
    return warning(
      `Cannot tell: it was made by somebody else (${there?.provider}), and whether it has ${list(needs)} does not show.`,
      'The health of the release tells; see that it is a replica set.',
    );
  const lacks = needs.filter((need) => !can.includes(need));
  if (lacks.length === 0)
    return good(`${there ? 'there' : 'will be made'} on ${target.name}, with ${list(needs)}`);
  if (!there) return failure(`The ${kind} of ${target.name} has no ${list(lacks)}.`, `${outside} them.`);
  return failure(
    `The ${kind} that is there (${there.provider}) has no ${list(lacks)}.`,
    `${outside} them, or rename it on the platform, so that the next deploy makes one that can (docs/guides/stores.md moves the data).`,
  );
}

async function judgeOutside({ name }: Store, url: string, { environment }: CheckContext): Promise<Answer> {
  const setting = `environments.${environment}.stores.${name}.url`;
  const answer = await askOutsideMongo(url);
  switch (answer.is) {
    case 'replica set':
    case 'sharded cluster':
      return good(`outside, a ${answer.is}`);
    case 'standalone':
      return failure(
        'The server outside is standalone, so it has no transactions.',
        `Start it with --replSet and run rs.initiate() once, or point ${setting} at a replica set.`,
      );
    case 'closed to us':
      return failure(
        'The server outside refuses the user or the password.',
        `Correct what ${setting} refers to.`,
      );
    case 'no address':
      return failure('Its url is no address of a MongoDB.', `Correct what ${setting} refers to.`);
    case 'unknown':
      return warning(
        `Cannot tell: the server outside cannot be asked from here (${answer.why}).`,
        'The health of the release tells whether it can do what is needed.',
      );
  }
}

const list = (abilities: readonly StoreAbility[]): string => abilities.join(' and ');
