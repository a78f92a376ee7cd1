// Where the gateway's own servers listen, by the URLs it is given: no endpoint may lead there.

import type { HostAndPort } from './address-guard.ts'

const ports: Readonly<Record<string, number>> = {
  redis: 6379,
  rediss: 6379,
  'redis+sentinel': 26379,
  amqp: 5672,
  amqps: 5671,
  smtp: 587,
  smtps: 465,
  smpp: 2775,
  ssmpp: 3550,
}

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
    return host ? [{ host, port: Number(port ?? ports[scheme.toLowerCase()] ?? 0) }] : []
  })
}
