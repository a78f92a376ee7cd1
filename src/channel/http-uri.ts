// Which URIs may be endpoints of the HTTP channel, before anything is looked up.

import { badInput } from '../event/input.ts'

const longestUri = 2_048

/** Ports of other protocols, which the Fetch standard blocks too, and of mail and databases. */
const badPorts = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3306, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080, 11211, 27017,
])

/**
 * The URL in its one spelling.
 * @param allowHttp whether it may do without TLS
 * @throws HeliographError BAD_INPUT naming `field`
 */
export function parseHttpUri(uri: string, field: string, allowHttp: boolean): URL {
  if (uri.length > longestUri) throw badInput(field, `must have at most ${longestUri} characters`)
  const url = /^https?:\/\//i.test(uri) ? URL.parse(uri) : null
  if (url === null) throw badInput(field, 'must be a URL such as https://example.org/hook')
  if (url.protocol === 'http:' && !allowHttp) {
    throw badInput(field, 'must begin with https: (HELIOGRAPH_WEBHOOK_ALLOW_HTTP=true would allow http:)')
  }
  if (url.username !== '' || url.password !== '') {
    throw badInput(field, 'must not hold a name or password: send them as a custom header')
  }
  if (url.hash !== '' || uri.includes('#')) throw badInput(field, 'must not have a part after #')
  if (badPorts.has(portOf(url))) throw badInput(field, `must name another port: ${url.port} is not for HTTP`)
  return url
}

/** The port, where none is written the scheme's own. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}
