// The real program under random inputs, and what must hold whatever they are: it lives, it serves, it blames
// no fault of a client on itself, and tells nothing of its insides.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { errorCatalogue } from '../../src/errors.ts'
import { connect, query, type Row } from './clients.ts'
import { cloudEventBatch, note } from './cloud.ts'
import { webhookSecret } from './cloudstack-webhook.ts'
import { type Program, runNode } from './program.ts'
import { everyRole, makeTokenFile } from './tokens.ts'

export type Fuzzed = {
  readonly url: string
  readonly endpoint: string
  readonly socketEndpoint: string
  readonly port: number
  readonly tokens: Readonly<Record<keyof typeof everyRole, string>>
  /** Fails unless an answer is one that a client's input may have. */
  judge(answer: { readonly status: number; readonly body: string }): void
  /** Fails where a text tells a stack, a path, a token or a secret. */
  judgeText(text: string): void
  /** Fails unless the program lives, serves who subscribed at the start, and has logged no fault. */
  check(): Promise<void>
  stop(): Promise<void>
}

/** A stack, a file, or a module of the program. */
const insides =
  /\n\s+at |node_modules|node:internal|file:\/\/|\/(?:home|root|tmp|usr|work|src)\/|[\w-]+\.ts:\d+/

export async function startFuzzed(env: Readonly<Record<string, string>> = {}): Promise<Fuzzed> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-fuzzed-'))
  const file = await makeTokenFile(everyRole)
  const program = runNode(['src/start.js', '--port', '0', '--data', directory, '--log-level', 'debug'], {
    env: {
      HELIOGRAPH_TOKENS_FILE: file.path,
      HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET: webhookSecret,
      ...env,
    },
  })
  const [, url = ''] = await program.until(/GraphQL +(http:\S+)\/graphql/)
  const endpoint = `${url}/graphql`
  const socketEndpoint = endpoint.replace('http', 'ws')
  const { head } = await query<{ head: string }>(endpoint, '{ head }', {}, file.tokens.admin)
  const client = connect(socketEndpoint, file.tokens.admin)
  const standing = client.subscribe<Row>(
    `subscription { events(filter: { types: ["CANARY"] }, after: "${head}") { eventId } }`,
  )
  const secrets = [webhookSecret, ...Object.values(file.tokens)]
  const judgeText = (text: string) => {
    expect(text).not.toMatch(insides)
    for (const secret of secrets) expect(text).not.toContain(secret)
  }
  let canaries = 0
  return {
    url,
    endpoint,
    socketEndpoint,
    port: Number(new URL(url).port),
    tokens: file.tokens,
    judgeText,
    judge({ status, body }) {
      expect(status).toBeLessThan(500)
      judgeText(body)
      if (status >= 400 && body !== '') judgeRefusal(body)
    },
    async check() {
      const id = `canary-${++canaries}`
      const headers = { 'content-type': cloudEventBatch, authorization: `Bearer ${file.tokens.ingest}` }
      const body = JSON.stringify([note(id, 'CANARY')])
      expect((await fetch(`${url}/events`, { method: 'POST', headers, body })).status).toBe(202)
      await standing.until((rows) => rows.some(({ eventId }) => eventId === id))
      judgeLog(program, judgeText)
    },
    async stop() {
      await client.close()
      program.process.kill('SIGTERM')
      expect(await program.ended()).toBe(0)
      await file.remove()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** In the house's form, with a code of the catalogue that is no fault of the gateway. */
function judgeRefusal(body: string): void {
  const { error, errors, rejected } = JSON.parse(body) as Refusal
  const told = [
    ...(error ? [error] : []),
    ...(rejected ?? []),
    ...(errors ?? []).map(({ message, extensions }) => ({ message, code: extensions.code })),
  ]
  expect(told.length).toBeGreaterThan(0)
  for (const { code, message } of told) {
    expect(Object.keys(errorCatalogue)).toContain(code)
    expect(code).not.toBe('INTERNAL')
    expect(message).not.toBe('')
  }
}

type Told = { readonly code: string; readonly message: string }
type Refusal = {
  readonly error?: Told
  readonly rejected?: readonly Told[]
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[]
}

function judgeLog(program: Program, judgeText: (text: string) => void): void {
  const lines = program
    .output()
    .stdout.split('\n')
    .filter((line) => line.startsWith('{'))
  const faults = lines.filter((line) => Number(JSON.parse(line).level) >= 50)
  expect(faults.map((line) => line.slice(0, 500))).toEqual([])
  // Below, in the words of a log, an error of a library may name its stack; secrets never.
  for (const line of lines.filter((one) => Number(JSON.parse(one).level) > 20)) judgeText(line)
}
