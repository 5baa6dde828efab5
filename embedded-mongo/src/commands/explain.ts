import { type Doc, isDoc, keysOf, toNumber, type Value } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import type { Plan, Query } from '../indexes/plan.ts';
import { parseSort } from '../query/sort.ts';
import { namespaceOf } from '../storage/catalog.ts';
import { reads } from '../storage/records.ts';
import { findRecords, inOrder, narrowed, plansFor } from '../storage/view.ts';
import { type Call, type Command, collationOf, docField, letOf } from './command.ts';
import { part, resolve, split, variablesOf } from './read.ts';

type Settings = Parameters<typeof split>[1];

const access = (plan: Plan): Doc => {
  if (!plan.index) return { stage: 'COLLSCAN', direction: plan.reverse ? 'backward' : 'forward' };
  const inputStage = plan.merged
    ? { stage: 'SORT_MERGE', inputStages: plan.ranges.map(() => entries(plan)) }
    : entries(plan);
  return { stage: 'FETCH', inputStage };
};

const entries = ({ index, reverse }: Plan): Doc => ({
  stage: 'IXSCAN',
  keyPattern: index!.spec.key,
  indexName: index!.name,
  isMultiKey: index!.multikey !== 0,
  isUnique: index!.unique,
  isSparse: index!.sparse,
  isPartial: index!.partial !== undefined,
  indexVersion: 2,
  direction: reverse ? 'backward' : 'forward',
});

/** The plan the server really takes, in the shape of MongoDB's `queryPlanner` and, unless only that is asked, `executionStats`. */
const explainQuery = (call: Call, name: string, query: Query, verbosity: string): Doc => {
  const { db } = call;
  const namespace = `${db}.${name}`;
  const { collection } = resolve(call, name, []);
  const base: Doc = { explainVersion: '1' };
  const serverInfo = {
    host: call.connection.address.split(':')[0],
    port: Number(call.connection.address.split(':').at(-1)),
    version: '8.0.0',
    gitVersion: 'embedded',
  };
  if (!collection)
    return {
      ...base,
      queryPlanner: {
        namespace,
        parsedQuery: query.filter,
        winningPlan: { stage: 'EOF' },
        rejectedPlans: [],
      },
      command: call.command,
      serverInfo,
    };
  const plans = plansFor(call.view, collection, query);
  const [plan] = plans as [Plan];
  const named = narrowed(call.view, collection, plans);
  const walked = named && inOrder(named, plan, query);
  let stage: Doc =
    plans.length > 1
      ? { stage: 'SUBPLAN', inputStage: { stage: 'OR', inputStages: plans.map(access) } }
      : walked
        ? {
            stage: 'FETCH',
            inputStage: { stage: 'AND_HASH', inputStages: [entries(plan), entries(plan.narrower!)] },
          }
        : access(named ? plan.narrower! : plan);
  const sort = query.sort ?? [];
  if (sort.length > 0 && (named ? !walked : !plans.every((one) => one.sorted)))
    stage = {
      stage: 'SORT',
      sortPattern: Object.fromEntries(sort.map((field) => [field.path, field.direction])),
      inputStage: stage,
    };
  if (query.limit !== undefined) stage = { stage: 'LIMIT', limitAmount: query.limit, inputStage: stage };
  const planner = {
    ...base,
    queryPlanner: {
      namespace: namespaceOf(collection),
      parsedQuery: query.filter,
      winningPlan: stage,
      rejectedPlans: [],
    },
  };
  if (verbosity === 'queryPlanner') return { ...planner, command: call.command, serverInfo };
  const started = performance.now();
  const before = { ...reads };
  let nReturned = 0;
  for (const _found of part(findRecords(call.view, collection, query), 0, query.limit)) nReturned++;
  const indexed = plans.every((plan) => plan.index);
  const totalKeysExamined = reads.keys - before.keys;
  const totalDocsExamined = indexed ? totalKeysExamined : reads.documents - before.documents;
  return {
    ...planner,
    executionStats: {
      executionSuccess: true,
      nReturned,
      executionTimeMillis: Math.round(performance.now() - started),
      totalKeysExamined,
      totalDocsExamined,
      executionStages: { ...stage, nReturned },
    },
    command: call.command,
    serverInfo,
  };
};

export const explainAggregate = (
  call: Call,
  name: string | undefined,
  pipeline: readonly Doc[],
  settings: Settings,
  verbosity = 'queryPlanner',
): Doc => {
  if (name === undefined) throw new CommandError(72, 'explain needs a collection');
  const { query, rest } = split(resolve(call, name, pipeline).pipeline, settings);
  const explained = explainQuery(call, name, query, verbosity);
  if (rest.length === 0) return explained;
  const { queryPlanner, executionStats, ...others } = explained;
  return {
    ...others,
    stages: [{ $cursor: { queryPlanner, ...(executionStats ? { executionStats } : {}) } }, ...rest],
  };
};

const explain = (call: Call): Doc => {
  const inner = docField(call.command, 'explain');
  if (!inner) throw new CommandError(9, 'explain command requires a nested object');
  const verbosity = String(call.command.verbosity ?? 'allPlansExecution');
  if (!['queryPlanner', 'executionStats', 'allPlansExecution'].includes(verbosity))
    throw new CommandError(
      2,
      `Enumeration value '${verbosity}' for field 'explain.verbosity' is not a valid value.`,
    );
  const name = keysOf(inner)[0]!;
  const target = String(inner[name]);
  const collation = collationOf(inner.collation, resolve(call, target, []).collection);
  const settings = { collation, variables: variablesOf(letOf(inner)), hint: inner.hint };
  const own: Call = { ...call, name, command: inner };
  const one = (value: Value): Doc => (isDoc(value) ? value : {});
  switch (name) {
    case 'find': {
      const limit = Math.abs(toNumber(inner.limit) ?? 0) || undefined;
      const skip = toNumber(inner.skip) ?? 0;
      return explainQuery(
        own,
        target,
        { filter: one(inner.filter), sort: parseSort(inner.sort), limit: limit && limit + skip, ...settings },
        verbosity,
      );
    }
    case 'count':
    case 'distinct':
    case 'findAndModify':
      return explainQuery(
        own,
        target,
        { filter: one(inner.query), sort: parseSort(inner.sort), ...settings },
        verbosity,
      );
    case 'update':
      return explainQuery(
        own,
        target,
        { filter: one(one((inner.updates as Value[])?.[0]).q), ...settings },
        verbosity,
      );
    case 'delete':
      return explainQuery(
        own,
        target,
        { filter: one(one((inner.deletes as Value[])?.[0]).q), ...settings },
        verbosity,
      );
    case 'aggregate':
      return explainAggregate(own, target, (inner.pipeline as Doc[]) ?? [], settings, verbosity);
    default:
      throw new CommandError(59, `Explain failed due to unknown command: ${name}`);
  }
};

export const explainCommands: Record<string, Command> = {
  explain: { handle: explain, fields: ['verbosity'] },
};
