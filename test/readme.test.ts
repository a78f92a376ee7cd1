// Runs the README as a stranger would: its blocks against a real gateway, only the port changed.

import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startGateway } from '../src/gateway.ts'
import { startTestGateway, type TestGateway } from './support/gateway.ts'
import { type Program, root, runNode } from './support/program.ts'

const readme = await readFile(join(root, 'README.md'), 'utf8')
const documented = '127.0.0.1:4000'

let gateway: TestGateway
let directory = ''
const programs: Program[] = []

/** What a browser has: an EventSource, and a page that stays open while nothing arrives. */
const page = "import { EventSource } from 'eventsource'; setInterval(() => {}, 60_000)"

beforeEach(async () => {
  gateway = await startTestGateway('sqlite')
  // Inside the project, so that the block finds its packages.
  directory = await mkdtemp(join(root, 'node_modules', '.readme-'))
})

afterEach(async () => {
  for (const program of programs.splice(0)) await program.kill()
  await gateway.stop()
  await rm(directory, { recursive: true, force: true })
})

/** The block whose first line is `first`, pointed at the gateway of the test. */
function block(first: string): string {
  const found = [...readme.matchAll(/```\w+\n\s*([\s\S]*?)```/g)].find((match) => match[1]?.startsWith(first))
  if (found?.[1] === undefined) throw new Error(`README.md has no block that starts with ${first}`)
  return found[1].replaceAll(documented, new URL(gateway.url).host)
}

async function runBlock(
  first: string,
  prelude = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const file = join(directory, 'block.mjs')
  await writeFile(file, `${prelude}\n${block(first)}`)
  const program = runNode([file], { env })
  programs.push(program)
  return program
}

function post(target: { url: string }, uid: string): Promise<Response> {
  return fetch(`${target.url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      body: { event: 'VM.STOP', status: 'Completed', entity: 'VirtualMachine', entityuuid: uid },
    }),
  })
}

/** Posts until the program shows one: what happened before it listened is not its business. */
async function postUntilSeen(program: Program): Promise<void> {
  let seen = false
  const arrived = program.until(/VM\.STOP first-\d+/).then(() => {
    seen = true
  })
  for (let count = 0; !seen; count++) await Promise.race([post(gateway, `first-${count}`), arrived])
  await arrived
}

/** Does what a block with one curl line says, without curl. */
function curl(first: string): Promise<Response> {
  const line = block(first)
  const [url = ''] = /http:[^ ]+/.exec(line) ?? []
  const headers = [...line.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ])
  const [, body = ''] = /-d '([^']+)'/.exec(line) ?? []
  return fetch(url, { method: 'POST', headers: Object.fromEntries(headers), body })
}

describe('the README', () => {
  test('has its first command by line 25', () => {
    const lines = readme.split('\n')
    expect(lines.findIndex((line) => line.startsWith('npm ci'))).toBeLessThan(25)
  })

  test.each([
    ['graphql-ws with one variables object', '// watch.js', ''],
    ['EventSource', '// page.js', page],
    ['EventSource and a ticket', '// dashboard.js', `${page}; const token = 'none is asked for'`],
  ])('its client with %s misses nothing while the gateway restarts', async (_, first, prelude) => {
    const program = await runBlock(first, prelude)
    await postUntilSeen(program)
    const port = Number(new URL(gateway.url).port)
    await gateway.halt()
    const again = await startGateway({ ...gateway.settings, port })
    try {
      await post(again, 'while-away')
      await program.until(/VM\.STOP while-away/)
      await post(again, 'afterwards')
      await program.until(/VM\.STOP afterwards/)
      const lines = program.output().stdout.trim().split('\n')
      expect(new Set(lines).size).toBe(lines.length)
    } finally {
      await program.kill()
      await again.stop()
    }
  })

  test('its first event is taken, and seen by its first subscriber', async () => {
    const watching = await curl('curl -N')
    expect(watching.headers.get('content-type')).toContain('text/event-stream')
    const posted = await curl('curl http')
    expect(posted.status).toBe(202)
    expect(await posted.json()).toMatchObject({ accepted: 1 })
    let seen = ''
    for await (const chunk of watching.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      seen += chunk
      if (/"type":"VM\.START".*3b1c0d2e/.test(seen)) break
    }
    expect(seen).toContain('"kind":"VirtualMachine"')
  })

  test('its receiver is called with what it can verify, and prints it', async () => {
    await gateway.stop()
    gateway = await startTestGateway('sqlite', { webhookAllowCidrs: ['127.0.0.0/8'], webhookAllowHttp: true })
    const created = await curl('curl -s')
    const { data } = (await created.json()) as { data: { createWebhook: { secrets: { secret: string }[] } } }
    const [shown] = data.createWebhook.secrets
    const listening = "process.on('exit', () => {}); setTimeout(() => console.log('listening'), 0)"
    const receiver = await runBlock('// receiver.js', listening, { SECRET: shown?.secret ?? '' })
    await receiver.until(/listening/)
    expect((await curl('curl http')).status).toBe(202)
    await receiver.until(/VM\.START VirtualMachine\/3b1c0d2e/)
  })

  test('links only to files that are there', async () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '')
    for (const link of links) await access(join(root, link))
    expect(links.length).toBeGreaterThan(2)
  })
})
