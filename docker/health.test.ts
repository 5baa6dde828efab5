import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const health = (port: number, path: string): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, PORT: String(port) };
    execFile(join(import.meta.dirname, 'health.sh'), [path], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, said: `${stdout}${stderr}` }),
    );
  });

async function serve(status: number, body: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, { 'x-release': 'v20260101_000000' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, asked };
}

it('asks once, shows the answer and is content with 200', async () => {
  const { port, asked } = await serve(200, '{"status":"ok"}');
  expect(await health(port, '/health')).toEqual({
    code: 0,
    said: 'GET /health: HTTP/1.1 200 OK {"status":"ok"}\n',
  });
  expect(asked).toEqual(['GET /health']);
});

it('shows what a process that is not well answers', async () => {
  const { port } = await serve(503, 'no more memory');
  expect(await health(port, '/health')).toEqual({
    code: 1,
    said: 'GET /health: HTTP/1.1 503 Service Unavailable no more memory\n',
  });
});

it('says that nobody answers', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const { code, said } = await health(port, '/health');
  expect(code).toBe(1);
  expect(said).toContain('Connection refused');
});
