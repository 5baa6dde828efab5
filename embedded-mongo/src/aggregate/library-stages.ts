import { createRequire } from 'node:module';
import type { Doc, Value } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import { mingo, unboxed } from './operators/library.ts';
import type { Stage, StageContext } from './stages.ts';

/** Stages whose semantics come from mingo as a whole. */
export const borrowedStages = ['$bucketAuto', '$densify', '$fill', '$setWindowFields'] as const;

const require = createRequire(import.meta.url);
const load = () => {
  const { Aggregator } = require('mingo') as typeof import('mingo');
  const { Context } = require('mingo/core') as typeof import('mingo/core');
  const context = Context.init({
    accumulator: { ...require('mingo/operators/accumulator') },
    expression: { ...require('mingo/operators/expression') },
    pipeline: { ...require('mingo/operators/pipeline') },
    window: { ...require('mingo/operators/window') },
  });
  return { Aggregator, context };
};

/** A stage run by mingo: on all documents at once, with plain numbers. Errors: 2 with mingo's words. */
export const borrowedStage = (name: string, spec: Value, scope: StageContext): Stage => {
  const { Aggregator, context } = load();
  const { MingoError } = mingo();
  const aggregator = new Aggregator([{ [name]: unboxed(spec) } as never], {
    context,
    scriptEnabled: false,
    useStrictMode: true,
    variables: (scope.variables ?? {}) as never,
  });
  return function* (docs) {
    try {
      yield* aggregator.run([...docs].map((doc) => unboxed(doc)) as never) as Doc[];
    } catch (error) {
      if (error instanceof MingoError || error instanceof TypeError || error instanceof RangeError)
        throw new CommandError(2, `Failed to run ${name}: ${error.message}`, { cause: error });
      throw error;
    }
  };
};
