// How the hub frames results for graphql-transport-ws: `{"id":"<operation>","type":"next","payload":…}`,
// where all that follows the operation's id is shared by everybody in the audience.

import { carryUtf8, plainJson } from '../hub/carry.ts'
import type { Encoding } from '../hub/feed.ts'
import { textFrameHeader } from './websocket-frame.ts'

const opening = '{"id":"'

/** All sockets share one, so that the hub shares what it makes. */
export const websocketEncoding: Encoding = {
  name: 'websocket',
  shared: (payload) => `","type":"next","payload":${payload}}`,
  frame(operationId, shared) {
    const id = plainJson.test(operationId) ? operationId : escaped(operationId)
    return textFrameHeader(opening.length + id.length + shared.length) + opening + id + shared
  },
}

function escaped(id: string): string {
  return carryUtf8(JSON.stringify(id).slice(1, -1))
}
