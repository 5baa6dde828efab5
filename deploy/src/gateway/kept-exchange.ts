import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { beginAnswer, informWith, isEventStream, type ServiceAnswer } from './answer.ts';
import { type Arrival, requestHeaders, trailersOf } from './headers.ts';
import type { Outcome } from './outcome.ts';
import { answerProblem } from './problem.ts';
import { targetOf } from './target.ts';
import type { Upstream } from './upstream.ts';

/**
 * One request without a body over a connection that is kept, and its answer. Undici's dispatcher tells of the answer as it comes,
 * without streams in between: this is the way of nearly all requests, and streams are half of what it would cost.
 * @param end says that it is not under way any more, for an answer that has no end of its own
 */
export function exchangeOnKeptConnection(
  req: IncomingMessage,
  res: ServerResponse,
  arrival: Arrival,
  upstream: Upstream,
  end: () => void,
): Promise<Outcome> {
  const { path, host } = targetOf(req.url ?? '/', req.method) ?? { path: '/' };
  return new Promise((resolve) => {
    const method = req.method as Dispatcher.HttpMethod;
    const handler = new KeptExchange(req, res, arrival.id, { upstream, end }, resolve);
    upstream.kept.dispatch({ method, path, headers: requestHeaders(req, arrival, host) }, handler);
  });
}

class KeptExchange implements Dispatcher.DispatchHandler {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #id: string;
  readonly #upstream: Upstream;
  readonly #end: () => void;
  #stream = false;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #began = performance.now();
  #controller: Dispatcher.DispatchController | undefined;
  #answered = false;
  /** Bytes of the body that are still to come; NaN where no length was said. */
  #missing = Number.NaN;

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    id: string,
    { upstream, end }: { upstream: Upstream; end: () => void },
    resolve: (outcome: Outcome) => void,
  ) {
    this.#req = req;
    this.#res = res;
    this.#id = id;
    this.#upstream = upstream;
    this.#end = end;
    this.#resolve = resolve;
    res.once('close', this.#gone);
  }

  /** Either all of the answer is out, or the client left and the service need not go on. */
  #gone = () => {
    if (!this.#res.writableFinished) this.#controller?.abort(new Error('The client has left.'));
    this.#resolve('done');
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#res.destroyed) controller.abort(new Error('The client has left.'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingMessage['headers'],
    statusMessage = '',
  ): void {
    const answer: ServiceAnswer = {
      statusCode,
      statusMessage,
      headers,
      rawHeaders: texts(controller.rawHeaders),
    };
    // Anything below does not exist, and writing its head fails.
    if (statusCode >= 100 && statusCode < 200) informWith(answer, this.#req, this.#res);
    else {
      beginAnswer(answer, this.#req, this.#res, { id: this.#id, release: this.#upstream.release });
      this.#count(statusCode);
      this.#answered = true;
      this.#stream = isEventStream(headers);
      if (this.#stream) this.#end();
      if (headers['content-length'] !== undefined) this.#missing = Number(headers['content-length']);
    }
  }

  #count(status: number): void {
    this.#upstream.traffic.answered(this.#req, status, performance.now() - this.#began);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#missing -= chunk.length;
    // The end is said together with the last bytes, so that a small answer is one write.
    if (this.#missing === 0) this.#res.end(chunk);
    else if (!this.#res.write(chunk)) {
      controller.pause();
      this.#res.once('drain', () => controller.resume());
    }
  }

  onResponseEnd({ rawTrailers }: Dispatcher.DispatchController): void {
    if (this.#res.writableEnded) return;
    const trailers = texts(rawTrailers);
    if (trailers.length > 0) this.#res.addTrailers(trailersOf({ rawTrailers: trailers }));
    this.#res.end();
  }

  onResponseError(_controller: unknown, error: NodeJS.ErrnoException): void {
    const res = this.#res;
    // Half an answer must not look like a whole one.
    if (this.#answered) {
      if (this.#stream) res.end();
      else if (!res.writableEnded) res.destroy();
      return;
    }
    if (res.destroyed) return;
    if (error.code === 'UND_ERR_HEADERS_TIMEOUT') {
      this.#count(answerProblem(this.#req, res, 'timeout'));
      return;
    }
    res.off('close', this.#gone);
    this.#resolve(error.syscall === 'connect' ? 'refused' : 'broken');
  }
}

/** Bytes are kept as they are: one character each. */
const texts = (raw: Dispatcher.DispatchController['rawHeaders']): string[] =>
  Array.isArray(raw) ? raw.map((text) => (typeof text === 'string' ? text : text.toString('latin1'))) : [];
