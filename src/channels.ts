// Every channel that the settings give: adding one is a file in channel/ and a line here.

import { createAddressGuard } from './channel/address-guard.ts'
import type { Channel } from './channel/channel.ts'
import { type HttpChannel, openHttpChannel } from './channel/http-channel.ts'
import { ownServersOf } from './channel/own-servers.ts'
import { readVersion } from './observe/version.ts'
import type { Settings } from './settings.ts'

export type Channels = {
  readonly all: readonly Channel[]
  /** Which asks endpoints for permission by the handshake of CloudEvents. */
  readonly http: HttpChannel
}

/** What is opened is closed with `opened`. */
export async function openChannels(settings: Settings, opened: AsyncDisposableStack): Promise<Channels> {
  const http = openHttpChannel({
    guard: createAddressGuard({
      allowCidrs: settings.webhookAllowCidrs,
      ownServers: ownServersOf([settings.redisUrl, settings.amqpUrl]),
    }),
    allowHttp: settings.webhookAllowHttp,
    connectionsPerOrigin: settings.webhookConnections,
    version: readVersion(),
  })
  const all: readonly Channel[] = [http]
  for (const channel of all) opened.defer(() => channel.close())
  return { all, http }
}
