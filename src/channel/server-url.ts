// Where a server is and how to log in to it, from the URL that a setting has.

/** Of each scheme, where the URL names none. */
export const defaultPorts: Readonly<Record<string, number>> = {
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

export type ServerUrl = {
  /** An IPv6 address without its brackets. */
  readonly host: string
  readonly port: number
  /** Empty where the URL has none. */
  readonly user: string
  readonly password: string
}

/** @param text has passed the check of its setting */
export function readServerUrl(text: string): ServerUrl {
  const { protocol, hostname, port, username, password } = new URL(text)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (defaultPorts[protocol.slice(0, -1)] ?? 0) : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  }
}
