// Opened channels that end with their test, and what is sent through them.

import fc from 'fast-check'
import { onTestFinished } from 'vitest'
import type { Attempted, Destination, Notification } from '../../../src/channel/channel.ts'
import { messageIdOf } from '../../../src/channel/message-id.ts'
import { anyEvent } from '../../support/arbitrary-event.ts'
import type { ChannelRunner, OpenedChannel } from './runner.ts'

/** Must never be seen outside of what is sent. */
export const headerValue = 'Bearer s3cret-of-the-header'
export const secret = Buffer.from('0123456789abcdef0123456789abcdef')

export async function openChannel(runner: ChannelRunner): Promise<OpenedChannel> {
  const opened = await runner.open()
  onTestFinished(async () => {
    await opened.channel.close()
    await opened.peer.stop()
  })
  return opened
}

/** The peer as a destination, of an endpoint that has a secret and a custom header. */
export async function destinationOf(
  { channel, uri }: Pick<OpenedChannel, 'channel' | 'uri'>,
  changes: Partial<Destination> = {},
): Promise<Destination> {
  return {
    endpointId: 'ep_1',
    uri: await channel.check(uri, 'input.endpoints[0].uri'),
    secrets: [secret],
    headers: { authorization: headerValue },
    timeoutMs: 20_000,
    unsubscribeUrl: null,
    isSuspect: false,
    ...changes,
  }
}

/** So many different events, numbered from 1. */
export function notifications(count: number): Notification[] {
  return fc.sample(anyEvent, { numRuns: count, seed: 7 }).map((sample, index) => {
    const event = { ...sample, eventId: `e${index + 1}`, owner: 'ann' }
    return { id: messageIdOf('ep_1', event), event, cursor: `cursor${index + 1}` }
  })
}

/** One attempt of one event. */
export async function attemptOnce(
  opened: OpenedChannel,
  changes: Partial<Destination> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Attempted> {
  return opened.channel.attempt(await destinationOf(opened, changes), notifications(1), signal)
}
