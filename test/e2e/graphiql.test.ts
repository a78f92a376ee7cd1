// GraphiQL in a real browser that has no internet: a query answers, a subscription shows an event as it
// arrives, and no request leaves the host.

import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cloudEventBatch, vmState } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { browserPrograms, findProgram } from '../support/install.ts'
import { everyRole, makeTokenFile } from '../support/tokens.ts'

const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let gateway: TestGateway
let browser: Browser

beforeAll(async () => {
  gateway = await startTestGateway('sqlite')
  const executablePath = findProgram(browserPrograms)
  if (executablePath === null) throw new Error('no Chromium is on the PATH: run npm test once')
  browser = await chromium.launch({ executablePath, args: browserArguments })
})
afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
})

/** GraphiQL with a document in its editor, and every host its page asked. */
async function openGraphiql(
  document?: string,
  endpoint = gateway.endpoint,
): Promise<{ page: Page; hosts: Set<string> }> {
  const page = await browser.newPage()
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host))
  const search = document === undefined ? '' : `?${new URLSearchParams({ query: document })}`
  await page.goto(`${endpoint}${search}`)
  await page.waitForSelector('.graphiql-execute-button')
  return { page, hosts }
}

test('a query answers, and no request leaves the host', { timeout: 90_000 }, async () => {
  const { page, hosts } = await openGraphiql('{ viewer { role name } }')
  await page.click('.graphiql-execute-button')
  await page.waitForFunction(() => /ADMIN/.test(document.querySelector('.result-window')?.textContent ?? ''))
  expect([...hosts].filter((host) => host !== '')).toEqual([new URL(gateway.url).host])
  await page.close()
})

test('a subscription shows an event as it arrives', { timeout: 90_000 }, async () => {
  const { page, hosts } = await openGraphiql('subscription { events { eventId type } }')
  await page.click('.graphiql-execute-button')
  await page.waitForSelector('.graphiql-execute-button[aria-label*="Stop"]')
  const shown = page.waitForFunction(() =>
    /shown-in-graphiql/.test(document.querySelector('.result-window')?.textContent ?? ''),
  )
  // The browser has no cursor: what is posted before its subscription stands is not for it, so go on.
  let done = false
  void shown.finally(() => {
    done = true
  })
  for (let n = 0; !done; n++) {
    const response = await gateway.post(
      [vmState(`shown-in-graphiql-${n}`, 'shown', 'Running')],
      cloudEventBatch,
    )
    expect(response.status).toBe(202)
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  await shown
  expect([...hosts].filter((host) => host !== '')).toEqual([new URL(gateway.url).host])
  await page.close()
})

test('opens with example operations, a tab each, that are ready to run', { timeout: 90_000 }, async () => {
  const { page } = await openGraphiql()
  const editor = page.locator('.graphiql-query-editor')
  // A tab that is chosen before the first one is shown is not chosen.
  await expect.poll(() => editor.textContent()).toContain('NewestEvents')
  await page.getByTitle('VirtualMachines').click()
  // For a moment GraphiQL still has the other tab's operation in mind: what a person does is run it again.
  const execute = page.locator('.graphiql-execute-button[aria-label*="Execute"]')
  await expect
    .poll(
      async () => {
        if (await execute.isVisible()) await execute.click()
        return page.locator('.result-window').textContent()
      },
      { timeout: 30_000, interval: 300 },
    )
    .toContain('SYNCED')
  await page.close()
})

test('a subscription with the token of the headers editor shows events', { timeout: 90_000 }, async () => {
  const file = await makeTokenFile(everyRole)
  const guarded = await startTestGateway('sqlite', { tokensFile: file.path })
  try {
    const { page } = await openGraphiql('subscription { resources { type } }', guarded.endpoint)
    await page.getByRole('button', { name: 'Headers', exact: true }).click()
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click()
    await page.keyboard.insertText(`{ "Authorization": "Bearer ${file.tokens.acme}" }`)
    await page.click('.graphiql-execute-button')
    await page.waitForFunction(() =>
      /SYNCED/.test(document.querySelector('.result-window')?.textContent ?? ''),
    )
    await page.close()
  } finally {
    await guarded.stop()
    await file.remove()
  }
})
