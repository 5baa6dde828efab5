import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addressOf, dialTo, sshWords } from './dial.ts';
import { engineHttp } from './engine-http.ts';

describe('the address of an engine', () => {
  it.each([
    ['unix:///var/run/docker.sock', { kind: 'unix', path: '/var/run/docker.sock' }],
    ['ssh://deploy@server.example.com', { kind: 'ssh', host: 'server.example.com', user: 'deploy' }],
    ['ssh://server:2222', { kind: 'ssh', host: 'server', port: 2222 }],
    ['ssh://root@[2001:db8::1]', { kind: 'ssh', host: '2001:db8::1', user: 'root' }],
  ])('%s is understood', (text, expected) => expect(addressOf(text)).toEqual(expected));

  it.each([
    'tcp://server:2375',
    'server',
    'unix://',
    'ssh://',
    'ssh://-oProxyCommand=touch',
    'ssh://-oProxyCommand=x@server',
    'ssh://deploy:secret@server',
    'ssh://server/path',
  ])('%s is refused', (text) => expect(addressOf(text)).toBeNull());

  it('is given to ssh so that nothing of it can be an option, and it never asks', () => {
    const words = sshWords({ kind: 'ssh', host: 'server', user: 'deploy', port: 22 });
    expect(words.slice(-6)).toEqual(['-l', 'deploy', '-p', '22', '--', 'server']);
    expect(words).toContain('BatchMode=yes');
  });
});

describe('an engine', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const close of closing.splice(0)) await close();
  });

  const folderNamed = (name: string): string => {
    const folder = mkdtempSync(join(tmpdir(), name));
    closing.push(() => rmSync(folder, { recursive: true }));
    return folder;
  };

  /** An engine on a socket that says what it was asked. */
  const engine = async (): Promise<string> => {
    const folder = folderNamed('conductor-dial-');
    const server = createServer(async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      res.writeHead(req.url === '/v1.41/refused' ? 500 : 200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ method: req.method, url: req.url, body, connection: req.socket.remotePort }));
    });
    server.on('upgrade', (req, socket) => {
      if (req.url === '/v1.41/refused')
        return socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nwelcome ');
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    const path = join(folder, 'docker.sock');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    closing.push(
      () => new Promise((resolve) => server.close(resolve)),
      () => server.closeAllConnections(),
    );
    return path;
  };

  it('is asked over a socket, and its refusals are answers', async () => {
    const http = engineHttp(dialTo({ kind: 'unix', path: await engine() }), 'v1.41');
    const answer = await http.fetch('http://docker/v1.41/info?a=b', { method: 'POST', body: '{"x":1}' });
    expect(await answer.json()).toMatchObject({ method: 'POST', url: '/v1.41/info?a=b', body: '{"x":1}' });
    expect((await http.fetch('http://docker/v1.41/refused')).status).toBe(500);
  });

  it('is asked through ssh, by the pipes of docker system dial-stdio', async () => {
    const folder = folderNamed('conductor-ssh-');
    const program = join(folder, 'ssh');
    // What ssh would do on the other side; its words are written down.
    const pipe = `import{connect}from'node:net';const s=connect(process.env.SSH_TEST_SOCKET);process.stdin.pipe(s);s.pipe(process.stdout)`;
    writeFileSync(
      program,
      `#!/bin/sh\necho "$@" >${folder}/words\nexec ${process.execPath} --input-type=module -e "${pipe}"\n`,
    );
    chmodSync(program, 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
    vi.stubEnv('SSH_TEST_SOCKET', await engine());
    const http = engineHttp(dialTo({ kind: 'ssh', host: 'server', user: 'deploy' }), 'v1.41');
    const answers = [await http.fetch('http://docker/_ping'), await http.fetch('http://docker/_ping')];
    for (const answer of answers) expect(await answer.json()).toMatchObject({ url: '/_ping' });
    // The connection itself, and both of its ends: what is there already, and what comes.
    const talking = await http.upgrade({ method: 'POST', path: '/exec/1/start' });
    if (talking instanceof IncomingMessage) throw new Error(`not upgraded: ${talking.statusCode}`);
    const sent = 'x'.repeat(300_000);
    talking.write(sent);
    let come = '';
    for await (const piece of talking) {
      come += piece;
      if (come.length === 'welcome '.length + sent.length) break;
    }
    expect(come).toBe(`welcome ${sent}`);
    const refused = await http.upgrade({ method: 'POST', path: '/refused' });
    expect(refused instanceof IncomingMessage && refused.statusCode).toBe(500);
  });

  it('that ssh does not reach is an error with the words of ssh', async () => {
    const folder = folderNamed('conductor-ssh-');
    const program = join(folder, 'ssh');
    writeFileSync(program, '#!/bin/sh\necho "deploy@server: Permission denied (publickey)." >&2\nexit 255\n');
    chmodSync(program, 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
    const http = engineHttp(dialTo({ kind: 'ssh', host: 'server' }), 'v1.41');
    await expect(http.fetch('http://docker/_ping')).rejects.toThrow('Permission denied (publickey)');
  });
});
