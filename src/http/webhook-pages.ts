// The pages that links in mails lead to: one confirms an address, one ends what it gets. Opening a link does
// nothing, as scanners of mail open every link; the page has a button that does. A mail program may post
// without the page (RFC 8058). What a link carries is written nowhere.

import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { asHeliographError } from '../errors.ts'
import { badInput } from '../event/input.ts'
import { type LinkToken, linkPaths } from '../webhook/links.ts'
import type { Registry } from '../webhook/registry.ts'
import { commonHeaders } from './json-reply.ts'
import { type Patience, readBody } from './read-body.ts'
import { endAfterBody } from './rest-of-body.ts'
import type { Exchange, Route } from './route.ts'

type Link = {
  readonly title: string
  readonly question: string
  readonly button: string
  readonly done: string
  readonly act: (link: LinkToken) => Promise<void>
}

/** A button sends next to nothing. */
const bodyBytes = 4 * 1024
const patience: Patience = { totalMs: 10_000, idleMs: 10_000 }

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem}'

/** The page runs nothing, loads nothing, and sends its form to where it came from only. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `/webhooks/confirm` and `/webhooks/unsubscribe`. */
export function webhookPages(
  webhooks: Pick<Registry, 'confirmByLink' | 'unsubscribeByLink'>,
): [string, Route][] {
  return [
    [
      linkPaths.confirm,
      pageOf({
        title: 'Confirm notifications',
        question: 'Somebody wants this address to be notified of events. Nothing is sent until you agree.',
        button: 'Send me notifications',
        done: 'The address is confirmed: notifications will come as events happen.',
        act: webhooks.confirmByLink,
      }),
    ],
    [
      linkPaths.unsubscribe,
      pageOf({
        title: 'Unsubscribe',
        question: 'This ends all notifications of this subscription to your address.',
        button: 'Unsubscribe',
        done: 'You are unsubscribed: nothing more will be sent.',
        act: webhooks.unsubscribeByLink,
      }),
    ],
  ]
}

function pageOf(link: Link): Route {
  const ask = `<p>${link.question}</p><form method="post"><button>${link.button}</button></form>`
  return {
    kind: 'SIGNED',
    methods: {
      GET: ({ response }) => replyPage(response, 200, link.title, ask),
      async POST({ request, response, query }: Exchange) {
        const { status, text } = await follow(request, query, link)
        replyPage(response, status, link.title, `<p>${text}</p>`)
      },
    },
  }
}

/** What is said to whoever pressed the button. Never what the link carries. */
async function follow(
  request: IncomingMessage,
  query: string,
  { act, done }: Link,
): Promise<{ readonly status: number; readonly text: string }> {
  await readBody(request, bodyBytes, patience)
  try {
    await act(readLink(query))
    return { status: 200, text: done }
  } catch (error) {
    const known = asHeliographError(error)
    if (known === null || known.status >= 500) throw error
    return {
      status: known.status,
      text: 'This link does not count, or no longer. Ask whoever set up the notifications for another.',
    }
  }
}

function readLink(query: string): LinkToken {
  const parameters = new URLSearchParams(query)
  const [endpoint, token] = [parameters.get('endpoint'), parameters.get('token')]
  if (endpoint === null || token === null) throw badInput('token', 'is missing: open the link as it was sent')
  return { endpoint, token }
}

function replyPage(response: ServerResponse, status: number, title: string, body: string): void {
  if (response.headersSent || response.destroyed) return
  const bytes = Buffer.from(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style><h1>${title}</h1>${body}</html>\n`,
  )
  response.writeHead(status, {
    ...commonHeaders,
    'content-type': 'text/html; charset=utf-8',
    'content-length': bytes.length,
    'content-security-policy': contentSecurityPolicy,
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex',
    'cache-control': 'no-store',
  })
  endAfterBody(response, bytes)
}
