import type { IncomingMessage } from 'node:http';
import type { TwinReply } from '../twin.ts';
import type { Node } from './cluster.ts';

/** A request of an operation that the published schema knows. */
export interface Call {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What is no JSON: a tar. */
  readonly bytes: Buffer;
  /** The machine that is asked. */
  readonly node: Node;
}

export type Handler = (call: Call) => TwinReply | Promise<TwinReply>;
/** By the names of operations in the published schema. */
export type Handlers = Readonly<Record<string, Handler>>;

export const ok = (body: unknown): TwinReply => ({ status: 200, body });
export const made = (body: unknown): TwinReply => ({ status: 201, body });
export const done = (status = 200): TwinReply => ({ status, headers: {} });
/** One JSON document a line, as a build or a pull tells how it gets on. */
export const lines = (...all: readonly unknown[]): TwinReply => ({
  status: 200,
  text: all.map((one) => `${JSON.stringify(one)}\r\n`).join(''),
});

/** `true`, `1`. */
export const isOn = (query: URLSearchParams, name: string): boolean =>
  ['1', 'true', 'True', 'TRUE'].includes(query.get(name) ?? '');
