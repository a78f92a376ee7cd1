// What a conformance suite needs of a channel: the channel itself and a real peer at the other end, which
// does as it is told.

import type { Channel } from '../../../src/channel/channel.ts'

/**
 * ACCEPT takes notifications. REFUSE answers that these are not taken, FAIL that nothing can be taken now;
 * both with a text that repeats everything that was sent. HANG takes the connection and never answers.
 */
export type Manner = 'ACCEPT' | 'REFUSE' | 'FAIL' | 'HANG'

/** A real server. It begins with ACCEPT. */
export type Peer = {
  behave(manner: Manner): void | Promise<void>
  /** Notifications that came, whatever was answered. */
  received(): number
  /** Resolves once a notification (with HANG: or what leads to one) comes in after this call. */
  reached(): Promise<void>
  /** Connections that are open now. */
  connections(): number
  /** Stops listening and cuts what is open, so that nobody is there. */
  vanish(): Promise<void>
  /** Is there again, at the same place, with ACCEPT. */
  appear(): Promise<void>
  /** Ends for good; may come after `vanish`. */
  stop(): Promise<void>
}

export type OpenedChannel = {
  readonly channel: Channel
  readonly peer: Peer
  /** Leads to the peer, in a spelling that `check` takes. */
  readonly uri: string
  /** Each with what the refusal must say. */
  readonly badUris: readonly (readonly [uri: string, says: RegExp])[]
}

export type ChannelRunner = {
  readonly name: string
  /** Whether its peer can refuse a notification and take others; if not, the suite never asks it to. */
  readonly refuses?: false
  /** A channel and a peer of their own. The suite closes the channel and stops the peer. */
  open(): Promise<OpenedChannel>
}
