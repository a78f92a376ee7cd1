// The simulated cloud: some operations are always under way, and what they report is interleaved.

import { createInventory, describeInventory, type Inventory, pick, type Vm } from './inventory.ts'
import { alertMessage, type Message, stamp } from './messages.ts'
import {
  deployVm,
  destroyVm,
  isIdle,
  maintainHost,
  migrateVm,
  type Operation,
  passingNetwork,
  rest,
  snapshotVolume,
  startVm,
  stopVm,
} from './operations.ts'

export type Cloud = {
  /** What is there at the start, as CloudEvents. */
  inventory(): object[]
  /** About as many messages as asked for, or a few more; none while everything rests. */
  messages(count: number): Message[]
  /** What is true now, for whoever wants to compare. */
  vms(): readonly { readonly uid: string; readonly state: string }[]
}

const busyShare = 0.2

/** @param clock in milliseconds */
export function createCloud(vmCount: number, clock: () => number = Date.now): Cloud {
  const inventory = createInventory(vmCount, clock)
  const running = new Set<Operation>()
  const begin = () => {
    while (running.size < Math.max(2, vmCount * busyShare)) {
      const operation = newOperation(inventory, vmCount)
      if (operation === null) return
      running.add(operation)
    }
  }
  const advance = (): Message[] => {
    begin()
    if (running.size === 0) return []
    const operation = pick([...running])
    const stage = operation.next()
    if (stage.done) running.delete(operation)
    return (stage.value ?? []).map((message) => stamp(message, clock()))
  }
  return {
    inventory: () => describeInventory(inventory),
    vms: () => inventory.vms,
    messages(count) {
      const messages: Message[] = []
      for (let tries = 0; messages.length < count && tries < count * 4; tries++) messages.push(...advance())
      return messages
    },
  }
}

/** Begins something; null while every VM is busy or rests. */
function newOperation(inventory: Inventory, vmCount: number): Operation | null {
  const idle = inventory.vms.filter((vm) => isIdle(vm, inventory))
  if (idle.length === 0) return null
  const chance = Math.random()
  const hosts = inventory.hosts
  const inMaintenance = hosts.some((host) => host.resourceState !== 'Enabled')
  if (chance < 0.01 && !inMaintenance) return maintainHost(pick(hosts), inventory)
  if (chance < 0.03) return alert(inventory)
  if (chance < 0.06) return passingNetwork(inventory)
  if (inventory.vms.length < vmCount) return deployVm(inventory)
  const vm = pick(idle)
  vm.busyUntil = Number.POSITIVE_INFINITY
  return workOn(vm, inventory)
}

function operationOn(vm: Vm, inventory: Inventory): Operation {
  const chance = Math.random()
  if (vm.state === 'Running') {
    if (chance < 0.4) return stopVm(vm, inventory)
    return chance < 0.7 ? migrateVm(vm, inventory) : snapshotVolume(vm, inventory)
  }
  return chance < 0.15 ? destroyVm(vm, inventory) : startVm(vm, inventory)
}

/** One operation on a VM, which is busy meanwhile and rests then. */
function* workOn(vm: Vm, inventory: Inventory): Operation {
  yield* operationOn(vm, inventory)
  rest(vm, inventory)
}

function* alert({ zone }: Inventory): Operation {
  yield [
    pick([
      alertMessage(
        'ALERT.RESOURCE.EXCEED',
        zone,
        'An account reached its limit of instances',
        'The limit was reached',
      ),
      alertMessage(
        'ALERT.STORAGE.MISC',
        zone,
        'Storage pool ps-1 is slow',
        'Primary storage ps-1 answers late',
      ),
    ]),
  ]
}
