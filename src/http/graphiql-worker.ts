// The thread that renders GraphiQL for the transport it is given: posts the compressed page to whoever
// started it, and ends.

import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import { exampleOperations } from './example-operations.ts'

/** What the thread posts. */
export type GraphiqlPage = { readonly etag: string; readonly gzip: Uint8Array }

/**
 * Opened with several tabs, GraphiQL leaves each a transform of where it came from, and drops it on the
 * press of the mouse: the tab jumps away before the click, which is then lost.
 */
const style = '<style>.graphiql-tab { transform: none !important }</style>'

const rendered = renderGraphiQL({
  title: 'Heliograph',
  subscriptionsProtocol: workerData,
  defaultTabs: exampleOperations.map((query) => ({ query })),
})
const html = rendered.trim().replace('</head>', `${style}</head>`)
const page: GraphiqlPage = {
  etag: `"${createHash('sha256').update(html).digest('base64url')}"`,
  gzip: gzipSync(html),
}
parentPort?.postMessage(page)
