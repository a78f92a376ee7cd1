// The links in mails to whoever gets notifications: one confirms an address, one ends it. What stands in them
// lets in nobody but their receiver, so they are kept out of logs.

import type { SecretBox } from './secret-box.ts'
import type { EndpointId } from './webhook.ts'

/** Where links lead to, below the public address. */
export const linkPaths = { confirm: '/webhooks/confirm', unsubscribe: '/webhooks/unsubscribe' } as const

/** What a link carries. */
export type LinkToken = { readonly endpoint: string; readonly token: string }

export type Links = {
  confirmUrl(link: LinkToken): string
  /** Good for as long as any key opens what it was sealed with. */
  unsubscribeUrl(endpoint: EndpointId): string
  /** Whether a token was made by `unsubscribeUrl` for this endpoint. */
  isUnsubscribe(link: LinkToken): boolean
}

/** @param publicUrl without a slash at its end */
export function createLinks(publicUrl: string, box: SecretBox): Links {
  const url = (path: string, { endpoint, token }: LinkToken) =>
    `${publicUrl}${path}?${new URLSearchParams({ endpoint, token })}`
  return {
    confirmUrl: (link) => url(linkPaths.confirm, link),
    unsubscribeUrl(endpoint) {
      const sealed = box.seal(endpoint, unsubscribePlace(endpoint))
      return url(linkPaths.unsubscribe, { endpoint, token: `${sealed.keyId}.${sealed.box}` })
    },
    isUnsubscribe({ endpoint, token }) {
      const [keyId = '', sealed = ''] = token.split('.')
      return box.open({ keyId, box: sealed }, unsubscribePlace(endpoint)) === endpoint
    },
  }
}

const unsubscribePlace = (endpoint: string) => `${endpoint}/unsubscribe`
