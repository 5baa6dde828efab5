import { Aggregator } from 'mingo';
import { Context } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as pipeline from 'mingo/operators/pipeline';
import * as window from 'mingo/operators/window';
import { MingoError } from 'mingo/util';
import type { Doc, Value } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import { unboxed } from './operators/library.ts';
import type { Stage, StageContext } from './stages.ts';

/** Stages whose semantics come from mingo as a whole. */
export const borrowedStages = ['$bucketAuto', '$densify', '$fill', '$setWindowFields'] as const;

const context = Context.init({
  accumulator: { ...accumulators } as never,
  expression: { ...expressions } as never,
  pipeline: { ...pipeline } as never,
  window: { ...window } as never,
});

/** A stage run by mingo: on all documents at once, with plain numbers. Errors: 2 with mingo's words. */
export const borrowedStage = (name: string, spec: Value, scope: StageContext): Stage => {
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
