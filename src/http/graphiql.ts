// The GraphiQL page: nine megabytes that come from no other host, so that it works without the internet.
// It is rendered and compressed once, when it is first asked for, in a thread that then ends: neither its
// time nor its memory is the gateway's.

import { extname } from 'node:path'
import { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { createGunzip } from 'node:zlib'
import type { GraphiqlPage } from './graphiql-worker.ts'
import { commonHeaders } from './json-reply.ts'
import type { Exchange } from './route.ts'

/** The page runs its own script and workers made of it, and talks to this gateway only. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** How the page subscribes: over WebSocket it has no way to send the headers its user typed. */
export type PageTransport = 'WS' | 'SSE'

/** Answers with the page. */
export function createGraphiqlPage(transport: PageTransport): { answer(exchange: Exchange): Promise<void> } {
  let rendered: Promise<GraphiqlPage> | null = null
  return {
    async answer({ request, response }) {
      rendered ??= renderInThread(transport)
      // A failure is not remembered: the next caller tries again.
      rendered.catch(() => {
        rendered = null
      })
      const { etag, gzip } = await rendered
      const headers = {
        ...commonHeaders,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': contentSecurityPolicy,
        'x-frame-options': 'DENY',
        'cache-control': 'no-cache',
        vary: 'accept, accept-encoding',
        etag,
      }
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304, headers).end()
      } else if (/\bgzip\b/.test(String(request.headers['accept-encoding']))) {
        response
          .writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': gzip.length })
          .end(gzip)
      } else {
        response.writeHead(200, headers)
        Readable.from([gzip]).pipe(createGunzip()).pipe(response)
      }
    },
  }
}

function renderInThread(transport: PageTransport): Promise<GraphiqlPage> {
  return new Promise((resolve, reject) => {
    // The same file as source and as built package.
    const worker = new Worker(new URL(`./graphiql-worker${extname(import.meta.url)}`, import.meta.url), {
      name: 'heliograph-graphiql',
      workerData: transport,
    })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread that renders GraphiQL ended without a page')))
  })
}
