// The most careless service there is: it writes every secret that it was given, in every way it knows, before it does anything.
import { createServer } from 'node:http';

const { PORT, HOST, CONDUCTOR_RELEASE, BEHAVIOUR } = process.env;
for (const [name, value] of Object.entries(process.env)) {
  if (!name.startsWith('CANARY_') && name !== 'MONGO_URL') continue;
  console.log('plain', value);
  console.error(JSON.stringify({ level: 50, msg: 'careless', value }));
  console.log(encodeURIComponent(value), new URLSearchParams({ value }).toString());
  console.log(Buffer.from(value).toString('hex'));
  for (const before of ['', 'a', 'ab']) console.log(Buffer.from(`${before}${value}cd`).toString('base64'));
  console.log(Buffer.from(`user:${value}`).toString('base64url'));
}
if (BEHAVIOUR === 'crash')
  throw new Error(`cannot connect with ${process.env.CANARY_5} or ${process.env.MONGO_URL}`);

createServer((request, response) => {
  response.setHeader('x-release', CONDUCTOR_RELEASE);
  response
    .writeHead(request.url === '/indexes' ? 500 : 200)
    .end(request.url === '/indexes' ? process.env.CANARY_3 : 'ok');
}).listen(Number(PORT), HOST);
process.on('SIGTERM', () => process.exit(0));
