import { answering, answeringEarly, type Script } from './wire.ts';

/** One exchange between a client, a proxy and a service, in bytes. */
export interface WireCase {
  /** What is true of it. */
  readonly name: string;
  /** What the client writes, piece after piece. */
  readonly client: string | readonly string[];
  /** It writes the next piece only when something has come back. */
  readonly patient?: true;
  /** Final answers that the client waits for; 1 where none is said. */
  readonly answers?: number;
  readonly service: Script;
  /** What the client reads: a summary, see {@link summaryOf}. */
  readonly reads: string | RegExp;
  /** What the service was sent; null where it must not hear of the request at all. */
  readonly hears?: string | RegExp | null;
  /** Where Caddy in front of the same service lets client or service see something else: why ours is right. */
  readonly unlikeCaddy?: string;
  /** The same, where it is a matter of chance what Caddy does. */
  readonly unlikeCaddyAtTimes?: string;
}

const lines = (...all: string[]) => all.join('\r\n');
const get = (...headers: string[]) => `${lines('GET / HTTP/1.1', 'Host: x', ...headers)}\r\n\r\n`;
const post = (body: string, ...headers: string[]) =>
  `${lines('POST / HTTP/1.1', 'Host: x', ...headers)}\r\n\r\n${body}`;
const ok = (body = 'ok', ...headers: string[]) =>
  `${lines('HTTP/1.1 200 OK', `Content-Length: ${body.length}`, ...headers)}\r\n\r\n${body}`;
const okay = answering(ok());
const head = (status: string, ...headers: string[]) => `${lines(`HTTP/1.1 ${status}`, ...headers)}\r\n\r\n`;

/** As servers do that know WebSockets only: what asks for another upgrade is a bad request. */
const webSockets: Script = (socket, heard, piece) => {
  const upgrade = /^upgrade: (.*)\r$/im.exec(heard)?.[1];
  if (upgrade === undefined) okay(socket, heard, piece);
  else if (upgrade === 'websocket')
    socket.write(head('101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'));
  else socket.end(head('400 Bad Request', 'Content-Length: 0', 'Connection: close'));
};
const handshake = (...headers: string[]) =>
  get(
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
  );

const early = (status: string) =>
  answeringEarly(`${head(status, 'Content-Length: 5', 'Connection: close')}early`);
const lost = 'it loses some of these answers to the reset that follows them, and says 502';
const large = 'x'.repeat(300_000);

export const wireCases: readonly WireCase[] = [
  // Answers before the body was read.
  ...['413 Content Too Large', '401 Unauthorized', '429 Too Many Requests', '302 Found'].flatMap(
    (status): WireCase[] => [
      {
        name: `${status} before a small body was read`,
        client: post('hello', 'Content-Length: 5'),
        service: early(status),
        reads: `${status.slice(0, 3)} | early`,
        unlikeCaddyAtTimes: lost,
      },
      {
        name: `${status} before a large body was read`,
        client: post(large, 'Content-Length: 300000'),
        service: early(status),
        reads: `${status.slice(0, 3)} | early`,
        unlikeCaddyAtTimes: lost,
      },
      {
        name: `${status} before chunks were read`,
        client: [
          post('', 'Transfer-Encoding: chunked'),
          `${(300_000).toString(16)}\r\n${large}\r\n`,
          '0\r\n\r\n',
        ],
        service: early(status),
        reads: `${status.slice(0, 3)} | early`,
        unlikeCaddyAtTimes: lost,
      },
      {
        name: `${status} instead of "100 Continue"`,
        client: post('', 'Content-Length: 5', 'Expect: 100-continue'),
        service: early(status),
        reads: `${status.slice(0, 3)} | early`,
        unlikeCaddyAtTimes: 'it says 100 by itself before it has asked the service, which wants no body',
      },
    ],
  ),

  {
    name: 'an answer before anything of the body has come',
    client: post('', 'Content-Length: 5'),
    service: early('413 Content Too Large'),
    reads: '413 | early',
    unlikeCaddy: 'it holds the answer back until the body has come',
  },

  // Headers of a connection, and those that are none.
  ...[
    'Content-Length',
    'close, content-length',
    'Host',
    'keep-alive, Host, Content-Length',
    ',content-length ,',
    'Transfer-Encoding',
  ].map(
    (named): WireCase => ({
      name: `a body stays whole although Connection names "${named}"`,
      client: post('hello', 'Content-Length: 5', `Connection: ${named}`),
      service: okay,
      reads: '200 | ok',
      hears: 'POST / content-length=5 host=x | hello',
    }),
  ),
  {
    name: 'chunks stay chunks although Connection names them',
    client: post(
      '5\r\nhello\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked',
      'Connection: transfer-encoding, te, close',
    ),
    service: okay,
    reads: '200 | ok',
    hears: 'POST / host=x transfer-encoding=chunked | hello',
  },
  {
    name: 'who is asking stays known although Connection names it',
    client: get(
      'Authorization: Bearer a',
      'Cookie: b=1',
      'Connection: authorization, cookie, x-forwarded-for',
    ),
    service: okay,
    reads: '200 | ok',
    hears: 'GET / authorization=Bearer a cookie=b=1 host=x | ',
    unlikeCaddy: 'a client behind another proxy must not take away what tells the service who is asking',
  },
  {
    name: 'a header that Connection names, and Keep-Alive, are not passed on',
    client: get('X-Hop: 1', 'X-End: 2', 'Keep-Alive: timeout=1', 'Connection: close, X-Hop'),
    service: okay,
    reads: '200 | ok',
    hears: 'GET / host=x x-end=2 | ',
  },
  {
    name: 'a service cannot take the length of its answer away either',
    client: 'HEAD / HTTP/1.1\r\nHost: x\r\n\r\n',
    service: answering(head('200 OK', 'Content-Length: 5', 'Connection: content-length, x-hop', 'X-Hop: 1')),
    reads: '200 content-length=5 | ',
    unlikeCaddy: 'it believes the service, and the length of a HEAD is lost',
  },

  // What two servers could read in two ways.
  ...[
    ['two lengths', post('hello', 'Content-Length: 5', 'Content-Length: 6')],
    ['two lengths in one', post('hello', 'Content-Length: 5, 6')],
    ['a length with a sign', post('hello', 'Content-Length: +5')],
    [
      'a length and chunks',
      post('0\r\n\r\n', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
      'it believes the chunks; who is wrong about the one may be wrong about the other (RFC 9112, 6.3)',
    ],
    ['a space before the colon', post('hello', 'Content-Length : 5')],
    ['a folded header', get('X-A: 1', ' 2'), 'it joins the lines; RFC 9112, 5.2 lets a server do either'],
    [
      'a line that ends without a carriage return',
      'GET / HTTP/1.1\nHost: x\n\n',
      'it takes a bare line feed for the end of a line; not all servers do',
    ],
    [
      'a size of a chunk that is none',
      post('5x\r\nhello\r\n0\r\n\r\n', 'Transfer-Encoding: chunked'),
      'it blames the service (502) for what the client did',
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two hosts', get('Host: y')],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: x y\r\n\r\n'],
    ['a target that is no path', 'GET x HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'a URL with a user in it',
      'GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n',
      'it drops the user; RFC 9110, 4.2.4 calls it an error',
    ],
    ['a zero byte in a header', get('X-A: a\0b')],
    ['a header without a name', get(': a'), 'it drops the line'],
    [
      'a byte beyond ASCII in a path',
      'GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n',
      'it writes the bytes as %C3%A9; a client must do that itself (RFC 3986, 2.1)',
    ],
  ].map(
    ([what, client, unlikeCaddy]): WireCase => ({
      name: `${what} is refused`,
      client: client!,
      service: okay,
      reads: /^400 /,
      ...(unlikeCaddy ? { unlikeCaddy } : {}),
    }),
  ),
  {
    name: 'chunks from HTTP/1.0 are refused',
    client: lines('POST / HTTP/1.0', 'Transfer-Encoding: chunked', '', '0', '', ''),
    service: okay,
    reads: /^400 /,
    hears: null,
    unlikeCaddy: 'it reads them as no body at all; another server in front may not',
  },
  ...['gzip, chunked', 'chunked, identity', 'xchunked', 'chunked, chunked'].map(
    (coding): WireCase => ({
      name: `"${coding}" is refused, which is not chunks alone`,
      client: post('0\r\n\r\n', `Transfer-Encoding: ${coding}`),
      service: okay,
      reads: /^(?:400|501) /,
      hears: null,
    }),
  ),
  {
    name: 'CONNECT is refused',
    client: 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n',
    service: okay,
    reads: /^405/i,
    hears: null,
    unlikeCaddy: 'it hands CONNECT to the service, which is no proxy either',
  },
  {
    name: 'what follows a request is a request of its own',
    client: post('hello', 'Content-Length: 5') + get('X-Second: 1'),
    answers: 2,
    service: okay,
    reads: '200 | ok; 200 | ok',
    hears: 'POST / content-length=5 host=x | hello; GET / host=x x-second=1 | ',
  },

  // Upgrades.
  {
    name: 'an upgrade to h2c is a plain request',
    client: get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    service: webSockets,
    reads: '200 | ok',
    hears: 'GET / host=x | ',
    unlikeCaddy:
      'it offers h2c to the service in the name of the client, although it could not go on if that agreed',
  },
  {
    name: 'an upgrade with a body is a plain request',
    client: post('hello', 'Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 5'),
    service: webSockets,
    reads: '200 | ok',
    hears: 'POST / content-length=5 host=x | hello',
    unlikeCaddy: 'it offers h2c to the service in the name of the client',
  },
  {
    name: 'a WebSocket that is asked for by POST, with a body, is a plain request',
    client: post('hello', 'Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 5'),
    service: webSockets,
    reads: '200 | ok',
    hears: 'POST / content-length=5 host=x | hello',
    unlikeCaddy: 'a WebSocket begins with GET (RFC 6455, 4.1)',
  },
  {
    name: 'an upgrade from HTTP/1.0 is a plain request',
    client: lines('GET / HTTP/1.0', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', '', ''),
    service: webSockets,
    reads: '200 | ok',
    unlikeCaddy: 'Upgrade in HTTP/1.0 must be passed over (RFC 9110, 7.8)',
  },
  {
    name: 'Upgrade without Connection is a plain request',
    client: get('Upgrade: websocket'),
    service: webSockets,
    reads: '200 | ok',
  },
  {
    name: 'a WebSocket is agreed to',
    client: handshake(),
    service: webSockets,
    reads: /^101.* upgrade=websocket/,
  },
  ...['401 Unauthorized', '403 Forbidden', '426 Upgrade Required', '302 Found', '200 OK'].map(
    (status): WireCase => ({
      name: `a WebSocket refused with ${status} comes back whole`,
      client: handshake(),
      service: answering(
        `${head(status, `Content-Length: ${large.length}`, 'X-Reason: a', 'Set-Cookie: a=1')}${large}`,
      ),
      reads: `${status.slice(0, 3)} set-cookie=a=1 x-reason=a | ${large}`,
    }),
  ),
  {
    name: 'a WebSocket refused in chunks comes back whole',
    client: handshake(),
    service: answering(
      `${head('403 Forbidden', 'Transfer-Encoding: chunked')}3\r\nnot\r\n4\r\n you\r\n0\r\n\r\n`,
    ),
    reads: '403 | not you',
  },

  // Answers before the answer.
  {
    name: 'Early Hints are passed on with their headers',
    client: get(),
    service: answering(
      head('103 Early Hints', 'Link: </a.css>; rel=preload', 'Link: </b.css>; rel=preload', 'X-A: é') + ok(),
    ),
    reads: '103 link=</a.css>; rel=preload link=</b.css>; rel=preload x-a=é; 200 | ok',
  },
  {
    name: 'several answers before the answer are all passed on',
    client: post('hello', 'Content-Length: 5'),
    service: answering(
      head('102 Processing') +
        head('103 Early Hints', 'Link: </a>') +
        head('103 Early Hints', 'Link: </b>') +
        ok(),
    ),
    reads: '102; 103 link=</a>; 103 link=</b>; 200 | ok',
  },
  {
    name: 'HTTP/1.0 gets no answer before the answer',
    client: 'GET / HTTP/1.0\r\nHost: x\r\n\r\n',
    service: answering(head('103 Early Hints', 'Link: </a>') + ok()),
    reads: '200 | ok',
    unlikeCaddy: 'HTTP/1.0 knows no such answers (RFC 9110, 15.2)',
  },
  {
    name: '"100 Continue" comes from the service',
    client: [post('', 'Content-Length: 5', 'Expect: 100-continue'), 'hello'],
    patient: true,
    service: (socket, heard, piece) => {
      if (heard.endsWith('\r\n\r\n')) socket.write(head('100 Continue'));
      else okay(socket, heard, piece);
    },
    reads: '100; 200 | ok',
    unlikeCaddyAtTimes: 'it says 100 by itself, and then mostly passes on the one of the service, too',
    hears: 'POST / content-length=5 expect=100-continue host=x | hello',
  },

  // Bodies and what is around them.
  {
    name: 'trailers of an answer come through',
    client: get('TE: trailers'),
    service: answering(
      `${head('200 OK', 'Trailer: X-Sum', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nX-Sum: 1\r\nX-Two: 2\r\nX-Two: 3\r\n\r\n`,
    ),
    reads: '200 trailer=X-Sum | ok + x-sum=1 x-two=2 x-two=3',
    hears: 'GET / host=x te=trailers | ',
  },
  {
    name: 'trailers of a request come through, but none that frames it',
    client: post(
      '2\r\nok\r\n0\r\nX-Sum: 1\r\nHost: y\r\nAuthorization: z\r\n\r\n',
      'Trailer: X-Sum',
      'Transfer-Encoding: chunked',
    ),
    service: okay,
    reads: '200 | ok',
    hears: 'POST / host=x trailer=X-Sum transfer-encoding=chunked | ok + x-sum=1',
    unlikeCaddy: 'it announces them, and drops them',
  },
  {
    name: 'a length among trailers is refused',
    client: post('2\r\nok\r\n0\r\nContent-Length: 7\r\n\r\n', 'Transfer-Encoding: chunked'),
    service: okay,
    reads: /^400 /,
    unlikeCaddy: 'it drops trailers',
  },
  {
    name: 'an answer without a length comes in chunks',
    client: get(),
    service: (socket) => void socket.end(`${head('200 OK', 'Connection: close')}to the end`),
    reads: '200 | to the end',
  },
  {
    name: 'HTTP/1.0 gets no chunks and no trailers',
    client: 'GET / HTTP/1.0\r\nHost: x\r\n\r\n',
    service: answering(
      `${head('200 OK', 'Trailer: X-Sum', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n`,
    ),
    reads: '200 | ok',
    hears: 'GET / host=x | ',
    unlikeCaddy: 'it announces trailers that cannot come',
  },
  {
    name: 'HTTP/1.0 may come without a host, the service never hears of it without',
    client: 'GET / HTTP/1.0\r\n\r\n',
    service: okay,
    reads: '200 | ok',
    hears: /^GET \/ host=127\.0\.0\.1:\d+ \| $/,
  },
  {
    name: 'HEAD has the length and no body',
    client: 'HEAD / HTTP/1.1\r\nHost: x\r\n\r\n',
    service: answering(head('200 OK', 'Content-Length: 1234', 'Trailer: X-A')),
    reads: '200 content-length=1234 | ',
  },
  {
    name: 'HEAD of chunks has no body',
    client: 'HEAD / HTTP/1.1\r\nHost: x\r\n\r\n',
    service: answering(head('200 OK', 'Transfer-Encoding: chunked')),
    reads: '200 | ',
  },
  ...['204 No Content', '304 Not Modified'].map(
    (status): WireCase => ({
      name: `${status} has no body, and the connection goes on`,
      client: get() + get(),
      answers: 2,
      service: answering(head(status, 'ETag: "a"')),
      reads: `${status.slice(0, 3)} etag="a" | ; ${status.slice(0, 3)} etag="a" | `,
    }),
  ),
  {
    name: 'half an answer is not a whole one',
    client: get(),
    service: (socket) => void socket.end(`${head('200 OK', 'Content-Length: 10')}half`),
    reads: '200 content-length=10 | half (cut off)',
  },
  {
    name: 'half an answer in chunks is not a whole one',
    client: get(),
    service: (socket) => void socket.end(`${head('200 OK', 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`),
    reads: '200 | half (cut off)',
    unlikeCaddy: 'it ends the chunks as if the answer were whole',
  },
  {
    name: 'GET may have a body',
    client: `${get('Content-Length: 5')}hello`,
    service: okay,
    reads: '200 | ok',
    hears: 'GET / content-length=5 host=x | hello',
  },
  {
    name: 'a length of nothing is a length',
    client: post('', 'Content-Length: 0'),
    service: okay,
    reads: '200 | ok',
    hears: 'POST / content-length=0 host=x | ',
  },

  // Targets.
  {
    name: 'a whole URL is a path and a host',
    client: 'GET http://real/a?b=%20c HTTP/1.1\r\nHost: other\r\n\r\n',
    service: okay,
    reads: '200 | ok',
    hears: 'GET /a?b=%20c host=real | ',
  },
  {
    name: 'a whole URL without a path is the root',
    client: 'GET http://real?b HTTP/1.1\r\nHost: real\r\n\r\n',
    service: okay,
    reads: '200 | ok',
    hears: 'GET /?b host=real | ',
  },
  {
    name: 'OPTIONS * is for the server',
    client: 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
    service: okay,
    reads: '200 | ok',
    hears: 'OPTIONS * host=x | ',
    unlikeCaddy: 'it answers for the service, without asking it',
  },
  {
    name: 'OPTIONS of a whole URL without a path is for the server, too',
    client: 'OPTIONS http://x HTTP/1.1\r\nHost: x\r\n\r\n',
    service: okay,
    reads: '200 | ok',
    hears: 'OPTIONS * host=x | ',
    unlikeCaddy: 'it asks for /; RFC 9112, 3.2.4 says *',
  },
  {
    name: 'a path is passed on as it is written',
    client: 'GET /a/../b//c;d/%2e%2E/%zz?x=[]|&y={}" HTTP/1.1\r\nHost: x\r\n\r\n',
    service: okay,
    reads: '200 | ok',
    unlikeCaddy: 'it refuses %zz; what a path means is for the service to say',
    hears: 'GET /a/../b//c;d/%2e%2E/%zz?x=[]|&y={}" host=x | ',
  },

  // Headers.
  {
    name: 'headers that are there twice stay there twice, in their order',
    client: get('X-A: 2', 'Cookie: a=1', 'X-A: 1', 'Cookie: b=2'),
    service: answering(ok('ok', 'Set-Cookie: b=1', 'Set-Cookie: a=2', 'Vary: B', 'Vary: A')),
    reads: '200 set-cookie=b=1 set-cookie=a=2 vary=B vary=A | ok',
    hears: 'GET / cookie=a=1 cookie=b=2 host=x x-a=2 x-a=1 | ',
  },
  {
    name: 'bytes beyond ASCII are left as they are',
    client: get('X-A: \xc3\xa9\xff', 'X-Forwarded-Host: \xc3\xa9'),
    service: answering(ok('\xff\x00\xfe', 'X-B: \xc3\xa9\xff')),
    reads: '200 x-b=\xc3\xa9\xff | \xff\x00\xfe',
    hears: 'GET / host=x x-a=\xc3\xa9\xff | ',
  },
  {
    name: 'long lists of headers come through whole, both ways',
    client: get(...Array.from({ length: 3_000 }, (_, i) => `X-${i}: ${i}`)),
    service: answering(ok('ok', ...Array.from({ length: 3_000 }, (_, i) => `X-${i}: ${i}`))),
    reads: /^200 (?=.* x-2999=2999 )(?:\S+ ){3000}\| ok$/,
    hears: /^GET \/ (?=.* x-2999=2999 )(?:\S+ ){3001}\| $/,
  },
  {
    name: 'headers without end are refused',
    client: get(`X-A: ${'a'.repeat(200_000)}`),
    service: okay,
    reads: /^431/i,
    hears: null,
    unlikeCaddy: 'it takes up to 1 MiB; no service behind takes more than 128 KiB',
  },
  {
    name: 'a method that nobody knows is refused',
    client: 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n',
    service: okay,
    reads: /^400 /,
    hears: null,
    unlikeCaddy:
      "Node's parser knows the registered methods only, and services here run behind the same parser",
  },

  // Services that misbehave.
  {
    name: 'a service that answers without being HTTP is a 502',
    client: get(),
    service: (socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n\r\n'),
    reads: /^502/,
  },
  {
    name: 'a status that does not exist is a 502',
    client: get(),
    service: answering(head('099 Odd', 'Content-Length: 0')),
    reads: /^502/,
    unlikeCaddy: 'it passes 099 on, and closes',
  },
  {
    name: 'an answer with a length and chunks is a 502',
    client: get(),
    service: answering(`${head('200 OK', 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`),
    reads: /^502/,
    unlikeCaddy:
      'it trusts the chunks; RFC 9112, 6.3 says that such an answer ought to be handled as an error',
  },
  {
    name: 'an answer with two equal lengths is a 502',
    client: get(),
    service: answering(ok('ok', 'Content-Length: 2')),
    reads: /^502/,
    unlikeCaddy: 'it takes two equal lengths for one; RFC 9112, 6.3 lets a proxy do either',
  },
  {
    name: 'an answer in another coding than chunks is a 502',
    client: get(),
    service: answering(`${head('200 OK', 'Transfer-Encoding: gzip, chunked')}2\r\nok\r\n0\r\n\r\n`),
    reads: /^502/,
  },
  {
    name: '204 with a length and a body has neither',
    client: get(),
    service: answering(`${head('204 No Content', 'Content-Length: 5')}hello`),
    reads: '204 | ',
  },
  {
    name: 'a switch of protocols that nobody asked for is a 502',
    client: get(),
    service: answering(head('101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket')),
    reads: /^502/,
    unlikeCaddy: 'it passes on an empty 200 in place of the switch',
  },
  {
    name: 'what a service says after its answer is not the next answer',
    client: ['HEAD / HTTP/1.1\r\nHost: x\r\n\r\n', get(), get()],
    answers: 3,
    service: (socket, heard, piece) =>
      piece.startsWith('HEAD')
        ? void socket.write(
            `${head('200 OK', 'Content-Length: 60')}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`,
          )
        : okay(socket, heard, piece),
    reads: '200 content-length=60 | ; 200 | ok; 200 | ok',
  },
  {
    name: 'what a service says on a connection that nobody uses is no answer',
    client: [get(), '', get(), get()],
    answers: 3,
    service: (socket, heard, piece) => {
      okay(socket, heard, piece);
      setTimeout(() => socket.write(ok('poison')), 5);
    },
    reads: '200 | ok; 200 | ok; 200 | ok',
  },
];
