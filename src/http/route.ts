// What a path does: which methods it takes and who may come. The server looks paths up, asks who it is,
// and answers what fits no route.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Credential } from '../auth/credential.ts'
import type { Right } from '../auth/principal.ts'

/** A request and its answer. */
export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What stands after the `?`, else empty. */
  readonly query: string
}

/** What answers one method. An error it throws is answered in the form of the path. */
export type Handle = (exchange: Exchange, credential: Credential) => void | Promise<void>

/** The same for everybody, without a token: it shows nothing of the cloud. */
export type Page = (exchange: Exchange) => void | Promise<void>

export type Route =
  /** For callers with the right; a browser that navigates here gets the page, where there is one. */
  | {
      readonly kind: 'GUARDED'
      readonly right: Right
      readonly methods: Readonly<Record<string, Handle>>
      readonly page?: Page
      /**
       * What a stream ticket is bound to: all that was sent of the operation. Null where the request is none
       * that a ticket opens; left out where there is no such request.
       */
      readonly operationFor?: (exchange: Exchange) => string | null
    }
  /** For everybody from where callers may come from. */
  | { readonly kind: 'PAGE'; readonly methods: Readonly<Record<string, Page>> }
  /**
   * For callers who prove themselves by what they send: a signature, or the link they were sent, whatever
   * Host or Origin they name. No page in a browser knows the secret in it, so that forwarded requests are
   * welcome even where no tokens are asked for: a proxy that ends TLS is how they should come.
   */
  | { readonly kind: 'SIGNED'; readonly methods: Readonly<Record<string, Page>> }
  /** For everybody, whatever Host or Origin they name; tells little. */
  | { readonly kind: 'OPEN'; readonly methods: Readonly<Record<string, (exchange: Exchange) => void>> }

/** Path and query of a request target; targets in absolute form have no path here. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?')
  if (mark === -1) return { path: target, query: '' }
  return { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

/** Whether an Accept header names a type, wildcards not counted. */
export function accepts(request: IncomingMessage, type: string): boolean {
  return (request.headers.accept ?? '').toLowerCase().includes(type)
}
