// Where the gateway's own servers listen, by the URLs it is given: no endpoint may lead there.

import type { HostAndPort } from './address-guard.ts'
import { defaultPorts } from './server-url.ts'

/** @param urls null for what is not used; several hosts in one with commas between them */
export function ownServersOf(urls: readonly (string | null)[]): HostAndPort[] {
  return urls.flatMap((url) => (url === null ? [] : serversOf(url)))
}

function serversOf(url: string): HostAndPort[] {
  const [, scheme = '', rest = ''] = /^([a-z+]+):\/\/(.*)$/is.exec(url) ?? []
  const [authority = ''] = rest.split(/[/?#]/)
  const hosts = authority.slice(authority.lastIndexOf('@') + 1)
  return hosts.split(',').flatMap((text) => {
    const [, six, host = six, port] = /^(?:\[([^\]]+)\]|([^:]+))?(?::(\d+))?$/.exec(text) ?? []
    return host ? [{ host, port: Number(port ?? defaultPorts[scheme.toLowerCase()] ?? 0) }] : []
  })
}
