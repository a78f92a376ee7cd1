// Node's inspector of a program that was started with `--inspect=127.0.0.1:0`: its memory, measured from
// outside.

import { once } from 'node:events'
import WebSocket from 'ws'

export type Inspector = {
  /** Bytes in use on the heap of the main thread once everything unreachable was collected. */
  heapBytes(): Promise<number>
  close(): void
}

/** @param stderr of the program, where Node says where its inspector listens */
export async function openInspector(stderr: string): Promise<Inspector> {
  const address = /ws:\/\/\S+/.exec(stderr)?.[0] ?? ''
  const socket = new WebSocket(address)
  await once(socket, 'open')
  let last = 0
  const call = (method: string): Promise<Record<string, unknown>> => {
    const id = ++last
    socket.send(JSON.stringify({ id, method }))
    return new Promise((resolve) => {
      const take = (data: WebSocket.RawData) => {
        const answer = JSON.parse(String(data)) as { id?: number; result: Record<string, unknown> }
        if (answer.id !== id) return
        socket.off('message', take)
        resolve(answer.result)
      }
      socket.on('message', take)
    })
  }
  return {
    async heapBytes() {
      await call('HeapProfiler.collectGarbage')
      return Number((await call('Runtime.getHeapUsage')).usedSize)
    },
    close: () => socket.terminate(),
  }
}
