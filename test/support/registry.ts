// The commands on webhooks over a real store, with the HTTP channel on loopback, and channels of a test's own
// that ask for confirmation as mail and SMS do.

import { randomBytes } from 'node:crypto'
import { namedOnLoopback } from '../../src/auth/credentials.ts'
import { createAddressGuard } from '../../src/channel/address-guard.ts'
import type { Attempted, Challenge, Channel } from '../../src/channel/channel.ts'
import { openHttpChannel } from '../../src/channel/http-channel.ts'
import { badInput } from '../../src/event/input.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import type { Store } from '../../src/store/store.ts'
import { createLinks, type Links } from '../../src/webhook/links.ts'
import { createOwners } from '../../src/webhook/owners.ts'
import { createPost } from '../../src/webhook/post.ts'
import { createRegistry, type Registry, type RegistryParts } from '../../src/webhook/registry.ts'
import { createSecretBox, type SecretBox } from '../../src/webhook/secret-box.ts'

export const publicUrl = 'https://events.example'

/** A box with a key of its own. */
export function testBox(): SecretBox {
  return createSecretBox([randomBytes(32)])
}

export function testLinks(box: SecretBox): Links {
  return createLinks(publicUrl, box)
}

/** Everything as a gateway on loopback has it, but for what is given. @param channels beside HTTP */
export function openTestRegistry(
  { log, webhooks }: Store,
  changes: Partial<RegistryParts> = {},
  channels: readonly Channel[] = [],
): Registry {
  const guard = createAddressGuard({ allowCidrs: ['127.0.0.0/8'], ownServers: [] })
  const http = openHttpChannel({ guard, allowHttp: true, connectionsPerOrigin: 8, version: '1.2.3' })
  const box = changes.box === undefined ? testBox() : changes.box
  const owners = createOwners({
    webhooks,
    named: namedOnLoopback,
    maxDays: 30,
    logger: createLogger('silent'),
  })
  return createRegistry({
    webhooks,
    log,
    post: createPost({
      channels: [http, ...channels],
      box,
      unsubscribeUrl: () => null,
      metrics: createMetrics(),
    }),
    box,
    links: box && testLinks(box),
    owners,
    askPermission: (to, signal) => http.handshake(to, 'events.example', signal),
    limits: { webhooksPerOwner: 100 },
    kick: () => {},
    now: Date.now,
    ...changes,
  })
}

export type AskingChannel = Channel & {
  /** What was asked of addresses, oldest first. */
  readonly asked: { readonly uri: string; readonly challenge: Challenge }[]
  /** Who was notified, oldest first. */
  readonly told: string[]
  /** What comes of the next questions. */
  answer: Attempted
}

/** A channel for a scheme whose addresses are asked first; it keeps what it is given. */
export function askingChannel(
  scheme: 'mailto:' | 'sms:',
  confirmedBy: Challenge['kind'],
  rate: Channel['rate'] = null,
): AskingChannel {
  const taken: Attempted = { outcome: { kind: 'DELIVERED' }, status: 250, detail: null, latencyMs: 1 }
  const channel: AskingChannel = {
    name: scheme === 'mailto:' ? 'email' : 'sms',
    schemes: [scheme],
    most: 50,
    gathers: false,
    listed: 50,
    rate,
    confirmedBy,
    asked: [],
    told: [],
    answer: taken,
    async check(uri, field) {
      if (!uri.startsWith(scheme) || uri === scheme) throw badInput(field, `must be ${scheme}…`)
      return uri
    },
    async attempt({ uri }) {
      channel.told.push(uri)
      return taken
    },
    async challenge({ uri }, challenge) {
      channel.asked.push({ uri, challenge })
      return channel.answer
    },
    close: async () => {},
  }
  return channel
}
