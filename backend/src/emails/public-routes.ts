import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { announcement } from '../events/event.ts';
import { escapeHtml } from '../fields/mail-html.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { notifyClicked } from '../notices/about-emails.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { EmailDocument } from './email.ts';
import { everybody } from './recipients.ts';
import { Suppressions } from './suppressions.ts';
import { keepTimeline } from './timeline.ts';
import { isMachine, mostEvents, type TrackEvent, tokenPattern } from './tracking.ts';

interface Needs {
  mongo: Mongo;
  outbox: Outbox;
}

/** A transparent picture of one point. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** What letters lead back to: `/t/o` a picture, `/t/c` a link, `/t/u` the end of letters. For everybody, with nothing but a token. */
export async function letterRoutes(app: FastifyInstance, { mongo, outbox }: Needs): Promise<void> {
  const schema = { hide: true };
  const emails = mongo.db.collection<EmailDocument>('emails');
  const suppressions = new Suppressions(mongo);

  const byToken = async (field: string, token: string) =>
    tokenPattern.test(token) ? emails.findOne({ [field]: token } as never) : null;

  /** Notes that it was opened or clicked: when, and whether it was probably a machine. Nothing of who it was. */
  const note = async (request: FastifyRequest, email: EmailDocument, type: TrackEvent['type']) => {
    const at = new Date();
    const machine = isMachine(request, email.sentAt, at);
    const counter = type === 'open' ? 'openCountEst' : 'clickCount';
    await outbox.commit(async (session, tell) => {
      const noted = await emails.findOneAndUpdate(
        { _id: email._id },
        {
          $push: { 'track.events': { $each: [{ type, at, machine }], $slice: -mostEvents } },
          ...(!machine && { $inc: { [counter]: 1 } }),
        } as never,
        { session, returnDocument: 'after' },
      );
      if (!noted || machine) return;
      await keepTimeline(mongo, noted, { session, tell });
      if (type === 'click') await notifyClicked(mongo, noted, { session, tell });
      tell({
        announcement: announcement(
          { orgId: noted.orgId, kind: 'email', ownerId: noted.ownerId },
          {
            type: type === 'open' ? 'email.opened' : 'email.clicked',
            entity: 'email',
            entityId: noted._id,
            version: noted.version,
            changed: [counter],
          },
        ),
      });
    });
  };

  app.get<{ Params: { token: string } }>('/t/o/:token.gif', { schema }, async (request, reply) => {
    const email = await byToken('track.openToken', request.params.token);
    if (email) await note(request, email, 'open');
    // The same picture for a token that nobody knows: a mail program has no use for an error.
    return reply.type('image/gif').header('cache-control', 'no-store').send(pixel);
  });

  app.get<{ Params: { token: string } }>('/t/c/:token', { schema }, async (request, reply) => {
    const { token } = request.params;
    const email = await byToken('track.links.token', token);
    const url = email?.track?.links.find((link) => link.token === token)?.url;
    if (!email || url === undefined) return page(reply.code(404), request, 'gone');
    await note(request, email, 'click');
    return reply.header('cache-control', 'no-store').redirect(url, 302);
  });

  await app.register(async (scope) => {
    // Mail programs that unsubscribe by themselves post a form (RFC 8058), and so does the page.
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 10_000 },
      async (_request: FastifyRequest, body: string | Buffer) =>
        Object.fromEntries(new URLSearchParams(String(body))),
    );

    scope.get<{ Params: { token: string } }>('/t/u/:token', { schema }, async (request, reply) => {
      const email = await byToken('track.unsubscribeToken', request.params.token);
      if (!email) return page(reply.code(404), request, 'gone');
      return page(reply, request, 'ask', await about(email));
    });

    scope.post<{ Params: { token: string }; Body: Record<string, string> | undefined }>(
      '/t/u/:token',
      { schema },
      async (request, reply) => {
        const email = await byToken('track.unsubscribeToken', request.params.token);
        if (!email) return page(reply.code(404), request, 'gone');
        const addresses = everybody(email);
        const said = request.body?.address?.trim().toLowerCase();
        // One recipient is whoever asks; of several, whoever asks says which one, and ends nobody else's letters but theirs.
        const address = addresses.length === 1 ? addresses[0] : addresses.find((one) => one === said);
        if (address === undefined) return page(reply.code(422), request, 'which', await about(email));
        await suppressions.add(email.orgId, address, { reason: 'unsubscribed' });
        return page(reply, request, 'done', await about(email));
      },
    );
  });

  const about = async (email: EmailDocument): Promise<About> => {
    const org = await mongo.db.collection<OrgDocument>('orgs').findOne({ _id: email.orgId });
    return { org: org?.name ?? '', asks: everybody(email).length > 1 };
  };
}

interface About {
  org: string;
  /** Whether the page has to ask whose address it is. */
  asks: boolean;
}

const texts = {
  pt: {
    title: 'E-mails',
    ask: (org: string) => `Parar de receber e-mails de ${org}?`,
    which: 'Este e-mail foi para várias pessoas. Escreva o endereço em que você o recebeu.',
    address: 'Seu endereço de e-mail',
    stop: 'Parar de receber',
    done: (org: string) => `Pronto: ${org} não vai mais escrever para você por aqui.`,
    gone: 'Este endereço não existe mais.',
  },
  en: {
    title: 'E-mails',
    ask: (org: string) => `Stop getting e-mails from ${org}?`,
    which: 'This e-mail went to several people. Write the address at which you got it.',
    address: 'Your e-mail address',
    stop: 'Stop them',
    done: (org: string) => `Done: ${org} will not write to you from here any more.`,
    gone: 'This address does not exist any more.',
  },
};

/** One of the few pages that the API shows itself: to people who have no account here, without scripts. */
function page(
  reply: FastifyReply,
  request: FastifyRequest,
  kind: 'ask' | 'which' | 'done' | 'gone',
  { org, asks }: About = { org: '', asks: false },
): FastifyReply {
  const language = /^\s*en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'pt';
  const text = texts[language];
  const form =
    kind === 'ask' || kind === 'which'
      ? `<form method="post">${
          asks
            ? `<p><label>${text.address}<br><input name="address" type="email" required autocomplete="email"></label></p>`
            : ''
        }<button>${text.stop}</button></form>`
      : '';
  const says = kind === 'ask' ? text.ask(org) : kind === 'done' ? text.done(org) : text[kind];
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-robots-tag', 'noindex')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    )
    .send(
      `<!doctype html><html lang="${language === 'pt' ? 'pt-BR' : 'en'}"><meta charset="utf-8">` +
        `<meta name="viewport" content="width=device-width"><title>${text.title}</title>` +
        '<style>body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.25rem;color:#1f2328}' +
        'input,button{font:inherit;padding:.6rem .9rem;border-radius:8px;border:1px solid #8a929c;min-height:44px}' +
        'input{width:100%;box-sizing:border-box}button{background:#1f2328;color:#fff;cursor:pointer}</style>' +
        `<main><h1 style="font-size:1.3rem">${escapeHtml(says)}</h1>${form}</main></html>`,
    );
}
