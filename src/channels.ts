// Every channel that the settings give: adding one is a file in channel/ and a line here.

import { createAddressGuard } from './channel/address-guard.ts'
import { type AmqpBrokers, readAmqpBrokers } from './channel/amqp-brokers.ts'
import { openAmqpChannel } from './channel/amqp-channel.ts'
import type { Channel } from './channel/channel.ts'
import { openEmailChannel } from './channel/email-channel.ts'
import { type HttpChannel, openHttpChannel } from './channel/http-channel.ts'
import { ownServersOf } from './channel/own-servers.ts'
import { openSmsChannel } from './channel/sms-channel.ts'
import type { Logger } from './observe/logger.ts'
import type { Metrics } from './observe/metrics.ts'
import { readVersion } from './observe/version.ts'
import type { Settings } from './settings.ts'

export type Channels = {
  readonly all: readonly Channel[]
  /** The one that asks endpoints for permission by the handshake of CloudEvents. */
  readonly http: HttpChannel
}

type Watching = { readonly metrics: Pick<Metrics, 'smsReceipt'>; readonly logger: Logger }

/**
 * What is opened is closed with `opened`.
 * @throws HeliographError BAD_SETTING where the file of brokers is not what it must be
 */
export async function openChannels(
  settings: Settings,
  watching: Watching,
  opened: AsyncDisposableStack,
): Promise<Channels> {
  const { amqpUrl, amqpExchange, amqpBrokersFile } = settings
  const source = amqpUrl === null ? null : { url: amqpUrl, exchange: amqpExchange }
  const brokers = amqpBrokersFile === null ? null : await readAmqpBrokers(amqpBrokersFile, source)
  const http = openHttp(settings, brokers)
  const all = [
    http,
    openEmail(settings),
    openSms(settings, watching),
    brokers && openAmqpChannel({ brokers, source }),
  ]
  const given = all.filter((channel) => channel !== null)
  for (const channel of given) opened.defer(() => channel.close())
  return { all: given, http }
}

function openHttp(settings: Settings, brokers: AmqpBrokers | null): HttpChannel {
  const { redisUrl, amqpUrl, smtpUrl, smppUrl } = settings
  const brokerUrls = [...(brokers?.values() ?? [])].map(({ url }) => url)
  return openHttpChannel({
    guard: createAddressGuard({
      allowCidrs: settings.webhookAllowCidrs,
      ownServers: ownServersOf([redisUrl, amqpUrl, smtpUrl, smppUrl, ...brokerUrls]),
    }),
    allowHttp: settings.webhookAllowHttp,
    connectionsPerOrigin: settings.webhookConnections,
    version: readVersion(),
  })
}

function openEmail({ smtpUrl, mailFrom }: Settings): Channel | null {
  return smtpUrl === null || mailFrom === null ? null : openEmailChannel({ smtpUrl, from: mailFrom })
}

function openSms(
  { smppUrl, smsFrom, smsPerTenMinutes }: Settings,
  { metrics, logger }: Watching,
): Channel | null {
  if (smppUrl === null || smsFrom === null) return null
  return openSmsChannel({
    smppUrl,
    sender: smsFrom,
    textsPerTenMinutes: smsPerTenMinutes,
    onReceipt: metrics.smsReceipt,
    onSession: (state) => logger.info({ session: state }, 'the session with the SMS centre'),
  })
}
