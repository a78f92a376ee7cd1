// Who asks where no tokens are set: the gateway then serves this machine only and its caller is
// administrator; a web page in the same browser, a name that was made to point here (DNS rebinding) and
// whatever a proxy passes on must not become one.

import type { IncomingHttpHeaders } from 'node:http'
import { HeliographError } from '../errors.ts'
import { isLoopbackAddress } from '../loopback.ts'
import { loopbackAdministrator, type Principal } from './principal.ts'

/** What is read of a request, whatever door it came through. */
export type Knock = {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i
const forwarding = /^(forwarded|via|x-real-ip|x-forwarded(-.*)?)$/
const ownSites: readonly unknown[] = [undefined, 'same-origin', 'none']

/**
 * The principal behind a request.
 * @throws HeliographError FORBIDDEN that says what would be right, and which header is at fault
 */
export function authenticate(knock: Knock): Principal {
  refuseStrangers(knock)
  refuseForwarded(knock.headers)
  const host = refuseForeignHost(knock.headers.host)
  refuseForeignOrigin(knock.headers.origin, host)
  refuseForeignSite(knock)
  return loopbackAdministrator
}

function refuseStrangers({ socket }: Knock): void {
  if (isLoopbackAddress(socket.remoteAddress)) return
  throw new HeliographError('FORBIDDEN', 'only callers on this machine are served: connect to 127.0.0.1')
}

function refuseForwarded(headers: IncomingHttpHeaders): void {
  const name = Object.keys(headers).find((header) => forwarding.test(header))
  if (name === undefined) return
  throw new HeliographError(
    'FORBIDDEN',
    `the request was forwarded (it carries ${name}), and whoever sent it is not known: connect directly, without a proxy`,
    { field: name },
  )
}

function refuseForeignHost(host: string | undefined): string {
  if (host !== undefined && loopbackHost.test(host)) return host
  throw new HeliographError(
    'FORBIDDEN',
    `Host is ${host === undefined ? 'missing' : `"${host}"`}: use localhost, 127.0.0.1 or [::1]`,
    { field: 'host' },
  )
}

/** A browser names the page that asks; only the gateway's own page may. */
function refuseForeignOrigin(origin: string | undefined, host: string): void {
  if (origin === undefined || origin.toLowerCase() === ownOrigin(host)) return
  throw new HeliographError(
    'FORBIDDEN',
    `Origin is "${origin}": only the gateway's own pages (${ownOrigin(host)}) may ask`,
    { field: 'origin' },
  )
}

/** As a browser writes it: lower case, and without a port that is the scheme's own. */
function ownOrigin(host: string): string {
  return `http://${host.toLowerCase().replace(/:80$/, '')}`
}

/** Catches what carries no Origin: images, scripts and frames of other pages. Following a link is fine. */
function refuseForeignSite({ method, headers }: Knock): void {
  const site = headers['sec-fetch-site']
  if (ownSites.includes(site)) return
  const followsLink = method === 'GET' && headers['sec-fetch-mode'] === 'navigate'
  if (followsLink) return
  throw new HeliographError(
    'FORBIDDEN',
    `Sec-Fetch-Site is "${String(site)}": only the gateway's own pages may ask`,
    { field: 'sec-fetch-site' },
  )
}
