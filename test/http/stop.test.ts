// How a running gateway stops: what was begun is finished, and everybody is told the truth about the rest.

import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { answerTo, open } from './ask.ts'

let gateway: TestGateway

beforeEach(async () => {
  gateway = await startTestGateway('sqlite', { stopTimeoutMs: 4_000 })
})
afterEach(() => gateway.stop())

const subscription = 'subscription { events { eventId } }'

describe('a stop', () => {
  it('closes WebSockets with 1012, and no stream cut short says complete', async () => {
    const socket = new WebSocket(gateway.socketEndpoint, 'graphql-transport-ws')
    const messages: { type: string }[] = []
    socket.on('message', (data) => messages.push(JSON.parse(String(data))))
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    await once(socket, 'message')
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: subscription } }))
    await expect
      .poll(async () => {
        await gateway.post([note(`stop-${messages.length}-${Math.random()}`)], cloudEventBatch)
        return messages.length
      })
      .toBeGreaterThan(1)
    const closed = once(socket, 'close')
    await gateway.halt()
    const [code] = await closed
    expect(code).toBe(1012)
    expect(new Set(messages.map(({ type }) => type))).toEqual(new Set(['connection_ack', 'next']))
  })

  it('ends event streams without complete', async () => {
    const stream = request(`${gateway.endpoint}?query=${encodeURIComponent(subscription)}`, {
      headers: { accept: 'text/event-stream' },
    }).end()
    const [response] = (await once(stream, 'response')) as [IncomingMessage]
    let text = ''
    response.on('data', (piece) => {
      text += piece
    })
    await gateway.post([note('before-stop')], cloudEventBatch)
    await expect.poll(() => text).toContain('before-stop')
    const ended = once(response, 'end')
    await gateway.halt()
    await ended
    expect(text).not.toContain('complete')
    expect(text).not.toContain('id: end')
    expect(text).toContain('retry:')
  })

  it('finishes what is being posted', async () => {
    const posted = await begin(cloudEventBatch)
    const text = JSON.stringify([note('during-stop')])
    posted.write(text.slice(0, 10))
    const stopped = gateway.halt()
    posted.end(text.slice(10))
    const answer = await answerTo(posted)
    expect(answer.status).toBe(202)
    expect(answer.headers.connection).toBe('close')
    await stopped
  })

  it('tells an endless stream of lines what was kept, and to come back', async () => {
    const stream = await begin('application/x-ndjson')
    stream.write(`${JSON.stringify({ body: { event: 'VM.START', status: 'Completed' } })}\n`)
    const stopped = gateway.halt()
    const answer = await answerTo(stream)
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: 1, error: { code: 'SHUTTING_DOWN' } })
    expect(answer.headers['retry-after']).toBe('1')
    stream.destroy()
    await stopped
  })

  it('refuses what comes after it on a connection that was open before', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = () =>
      request(`${gateway.url}/events`, {
        agent,
        method: 'POST',
        headers: { 'content-type': cloudEventBatch },
      })
    const first = ask()
    first.end('[]')
    expect((await answerTo(first)).status).toBe(202)
    await gateway.halt()
    const second = ask()
    second.end('[]')
    await expect(answerTo(second)).rejects.toThrow(/ECONNREFUSED|hang up|ECONNRESET/)
    agent.destroy()
  })

  it('does not wait for connections on which nothing was asked', async () => {
    const patient = await startTestGateway('sqlite', { stopTimeoutMs: 600_000 })
    const silent = connect(Number(new URL(patient.url).port), '127.0.0.1')
    await once(silent, 'connect')
    // The server has seen the connection once it answers another one that came after it.
    await fetch(`${patient.url}/health/live`)
    const closed = once(silent, 'close')
    await patient.stop()
    await closed
  })

  it('ends in time though a client neither reads nor answers', async () => {
    const socket = new WebSocket(gateway.socketEndpoint, 'graphql-transport-ws')
    socket.on('error', () => {})
    await once(socket, 'open')
    socket.pause()
    const posted = await begin(cloudEventBatch)
    posted.write('[')
    const startedAt = performance.now()
    await gateway.halt()
    expect(performance.now() - startedAt).toBeLessThan(4_000)
    socket.terminate()
  })
})

/** A POST that the gateway has taken up: it said so, and waits for the body. */
async function begin(contentType: string) {
  const posted = open(`${gateway.url}/events`, {
    headers: { 'content-type': contentType, expect: '100-continue' },
  })
  posted.on('error', () => {})
  posted.flushHeaders()
  await once(posted, 'continue')
  return posted
}
