import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { send } from '../plugins/problems.ts';
import { Problem, problemBody } from '../problem.ts';
import type { Settings } from '../settings.ts';

const statusOf: Record<string, [status: number, phrase: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

/** Answers bytes that are no HTTP request; there is no request object yet, so it is written by hand. */
export function answerClientError(settings: Settings) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    if (!socket.writable) {
      socket.destroy(error);
      return;
    }
    const [status, phrase] = statusOf[error.code ?? ''] ?? [400, 'Bad Request'];
    const about = {
      base: settings.BACKEND_URL,
      instance: '/',
      requestId: randomUUID(),
      language: 'en' as const,
    };
    const body = JSON.stringify({ ...problemBody(new Problem('bad-request'), about), status });
    const head = [
      `HTTP/1.1 ${status} ${phrase}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-release: ${settings.CONDUCTOR_RELEASE}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}

/** Answers addresses that no router can read. These pass no hook, so the release is named here. */
export function answerFrameworkError(settings: Settings) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    reply.header('x-release', settings.CONDUCTOR_RELEASE);
    void send(
      settings.BACKEND_URL,
      request,
      reply,
      new Problem('bad-request', { detail: error.message, cause: error }),
    );
  };
}
