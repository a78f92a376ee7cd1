// What the simulated cloud owns when it starts, and how an operator would tell Heliograph of it: the
// answers of the cloud's list calls as a batch of CloudEvents.

import { randomUUID } from 'node:crypto'
import type { Actor } from './messages.ts'

export type Vm = {
  readonly uid: string
  readonly name: string
  readonly owner: Actor
  readonly volume: { readonly uid: string; state: string }
  readonly network: Network
  host: Host
  state: string
  /** An operation is at work on it, or has just been: nothing else is begun before this time. */
  busyUntil: number
}

export type Network = { readonly uid: string; readonly name: string; readonly owner: Actor; state: string }

export type Host = { readonly uid: string; readonly name: string; resourceState: string }

export type Inventory = {
  /** Milliseconds. */
  readonly clock: () => number
  readonly zone: string
  readonly template: string
  readonly pool: string
  readonly admin: Actor
  readonly owners: readonly Actor[]
  readonly hosts: readonly Host[]
  readonly networks: Network[]
  readonly vms: Vm[]
}

const roles = ['web', 'db', 'cache', 'queue', 'mail', 'build']

export function createInventory(vmCount: number, clock: () => number): Inventory {
  const owners = Array.from({ length: 3 }, newActor)
  const groups = Math.max(2, Math.ceil(vmCount / 10))
  const inventory: Inventory = {
    clock,
    zone: randomUUID(),
    template: randomUUID(),
    pool: randomUUID(),
    admin: newActor(),
    owners,
    hosts: Array.from({ length: groups }, (_, index) => ({
      uid: randomUUID(),
      name: `kvm-${twoDigits(index + 1)}`,
      resourceState: 'Enabled',
    })),
    networks: Array.from({ length: groups }, (_, index) => ({
      uid: randomUUID(),
      name: `net-${twoDigits(index + 1)}`,
      owner: pick(owners),
      state: 'Implemented',
    })),
    vms: [],
  }
  for (let index = 0; index < vmCount; index++) {
    inventory.vms.push({ ...newVm(inventory), state: index % 4 === 0 ? 'Stopped' : 'Running' })
  }
  return inventory
}

/** A VM that is only a row in the database yet; its volume is allocated. */
export function newVm({ networks, hosts, vms }: Inventory): Vm {
  const network = pick(networks)
  return {
    uid: randomUUID(),
    name: `${pick(roles)}-${twoDigits(vms.length + 1)}`,
    owner: network.owner,
    volume: { uid: randomUUID(), state: 'Ready' },
    network,
    host: pick(hosts),
    state: 'Stopped',
    busyUntil: 0,
  }
}

/** The fields of listVirtualMachines that the demo knows. */
export function describeVm(vm: Vm, { zone, template }: Inventory) {
  return {
    id: vm.uid,
    name: vm.name,
    state: vm.state,
    zoneid: zone,
    hostid: vm.host.uid,
    templateid: template,
    cpunumber: 2,
    memory: 4096,
    hypervisor: 'KVM',
    nic: [{ id: randomUUID(), networkid: vm.network.uid, isdefault: true }],
  }
}

/** One RESOURCE.OBSERVED for everything there is. */
export function describeInventory(inventory: Inventory): object[] {
  const { zone, template, pool, hosts, networks, vms } = inventory
  const volumes = vms.map((vm) => ({
    owner: vm.owner,
    listed: {
      id: vm.volume.uid,
      name: `ROOT-${vm.name}`,
      state: vm.volume.state,
      virtualmachineid: vm.uid,
      storageid: pool,
      size: 21_474_836_480,
      type: 'ROOT',
    },
  }))
  return [
    observed('Zone', { id: zone, name: 'dc1', state: 'Enabled' }, zone, null),
    observed('StoragePool', { id: pool, name: 'ps-1', state: 'Up', scope: 'ZONE' }, zone, null),
    observed('Template', { id: template, name: 'Debian 13', state: 'Active', hypervisor: 'KVM' }, zone, null),
    ...hosts.map((host) =>
      observed(
        'Host',
        { id: host.uid, name: host.name, state: 'Up', resourcestate: host.resourceState },
        zone,
        null,
      ),
    ),
    ...networks.map((network) =>
      observed('Network', { id: network.uid, name: network.name, state: network.state }, zone, network.owner),
    ),
    ...vms.map((vm) => observed('VirtualMachine', describeVm(vm, inventory), zone, vm.owner)),
    ...volumes.map(({ owner, listed }) => observed('Volume', listed, zone, owner)),
  ]
}

function observed(
  kind: string,
  listed: ReturnType<typeof JSON.parse>,
  zone: string,
  owner: Actor | null,
): object {
  const { id, name, state, ...attributes } = listed
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/demo/inventory',
    type: 'RESOURCE.OBSERVED',
    subject: `${kind}/${id}`,
    time: new Date().toISOString(),
    zone,
    ...(owner && { account: owner.account }),
    datacontenttype: 'application/json',
    data: { name, state, attributes },
  }
}

export function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)]
  if (item === undefined) throw new Error('there is nothing to pick from')
  return item
}

function newActor(): Actor {
  return { account: randomUUID(), user: randomUUID() }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
