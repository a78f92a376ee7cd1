// What happens in a cloud: each operation is a series of stages, and each stage the messages that the
// management server sends at that moment. States move along the real state machines only.

import { randomUUID } from 'node:crypto'
import { describeVm, type Host, type Inventory, type Network, newVm, pick, type Vm } from './inventory.ts'
import {
  type Action,
  type Actor,
  actionMessage,
  alertMessage,
  jobMessage,
  type Message,
  stateMessages,
  usageMessage,
} from './messages.ts'
import { nextState, type StateKind } from './state-machines.ts'

export type Operation = Generator<Message[], void>

/** Moves what has a state, and gives the messages of it. */
function move(kind: StateKind, thing: { readonly uid: string; state: string }, trigger: string): Message[] {
  const from = thing.state
  thing.state = nextState(kind, from, trigger)
  return stateMessages(kind, thing.uid, { from, trigger, to: thing.state })
}

/** Stages of an asynchronous call: scheduled and submitted, started, the work, completed. */
function* call(
  action: Action,
  command: string,
  words: string,
  work: Iterable<Message[]>,
  result: () => object,
): Operation {
  const job = { id: randomUUID(), command }
  yield [actionMessage(action, 'Scheduled', words), jobMessage(action, job, null)]
  yield [actionMessage(action, 'Started', words)]
  yield* work
  const outcome = { ...result() }
  const opening = 'errortext' in outcome ? 'Error while' : 'Successfully completed'
  yield [actionMessage(action, 'Completed', `${opening} ${words}`), jobMessage(action, job, outcome)]
}

function vmAction(event: string, vm: Vm, actor: Actor): Action {
  return { event, subject: { entity: 'VirtualMachine', uid: vm.uid }, actor }
}

function vmResult(vm: Vm, inventory: Inventory): object {
  const described = { ...describeVm(vm, inventory), password: 'not for you', object: 'virtualmachine' }
  return { ...described, class: 'org.apache.cloudstack.api.response.UserVmResponse' }
}

export function* deployVm(inventory: Inventory): Operation {
  const vm: Vm = {
    ...newVm(inventory),
    volume: { uid: randomUUID(), state: 'Allocated' },
    busyUntil: Infinity,
  }
  inventory.vms.push(vm)
  const touched = {
    DataCenter: inventory.zone,
    VirtualMachineTemplate: inventory.template,
    Network: vm.network.uid,
  }
  const action = { ...vmAction('VM.CREATE', vm, vm.owner), touched }
  const subject = { entity: 'VirtualMachine', uid: vm.uid }
  yield [
    actionMessage(action, 'Created', 'Successfully created entity for deploying Vm'),
    usageMessage('VM.CREATE', subject, vm.owner.account, inventory.zone),
  ]
  const words = `starting Vm. Vm Id: ${vm.uid}`
  yield* call(action, 'user.vm.DeployVMCmd', words, deployWork(vm, inventory), () => vmResult(vm, inventory))
  rest(vm, inventory)
}

function* deployWork(vm: Vm, { zone }: Inventory): Operation {
  yield move('VirtualMachine', vm, 'StartRequested')
  yield move('Volume', vm.volume, 'CreateRequested')
  const volume = { entity: 'Volume', uid: vm.volume.uid }
  yield [
    ...move('Volume', vm.volume, 'OperationSucceeded'),
    usageMessage('VOLUME.CREATE', volume, vm.owner.account, zone),
  ]
  yield [
    ...move('VirtualMachine', vm, 'OperationSucceeded'),
    usageMessage('VM.START', { entity: 'VirtualMachine', uid: vm.uid }, vm.owner.account, zone),
  ]
}

/** One start in twelve fails for want of room. */
export function* startVm(vm: Vm, inventory: Inventory): Operation {
  const fails = Math.random() < 1 / 12
  const error = { errorcode: 533, errortext: 'Unable to find a host with enough capacity', uuidList: [] }
  const work = function* (): Operation {
    yield move('VirtualMachine', vm, 'StartRequested')
    yield move('VirtualMachine', vm, fails ? 'OperationFailed' : 'OperationSucceeded')
    const subject = { entity: 'VirtualMachine', uid: vm.uid }
    if (!fails) return yield [usageMessage('VM.START', subject, vm.owner.account, inventory.zone)]
    yield [alertMessage('ALERT.USERVM', inventory.zone, `Failed to start ${vm.name}`, error.errortext)]
  }
  const action = vmAction('VM.START', vm, vm.owner)
  const result = () => (fails ? error : vmResult(vm, inventory))
  yield* call(action, 'user.vm.StartVMCmd', `starting user vm: ${vm.uid}`, work(), result)
}

export function* stopVm(vm: Vm, inventory: Inventory): Operation {
  const work = function* (): Operation {
    yield move('VirtualMachine', vm, 'StopRequested')
    yield [
      ...move('VirtualMachine', vm, 'OperationSucceeded'),
      usageMessage('VM.STOP', { entity: 'VirtualMachine', uid: vm.uid }, vm.owner.account, inventory.zone),
    ]
  }
  const words = `stopping user vm: ${vm.uid}`
  yield* call(vmAction('VM.STOP', vm, vm.owner), 'user.vm.StopVMCmd', words, work(), () =>
    vmResult(vm, inventory),
  )
}

/** By the administrator, to another host; not at all where no other takes it. */
export function* migrateVm(vm: Vm, inventory: Inventory): Operation {
  const hosts = inventory.hosts.filter((other) => other !== vm.host && other.resourceState === 'Enabled')
  if (hosts.length === 0) return
  const host = pick(hosts)
  const work = function* (): Operation {
    yield move('VirtualMachine', vm, 'MigrationRequested')
    vm.host = host
    yield move('VirtualMachine', vm, 'OperationSucceeded')
  }
  const action = { ...vmAction('VM.MIGRATE', vm, inventory.admin), touched: { Host: host.uid } }
  yield* call(action, 'admin.vm.MigrateVMCmd', 'migrating VM', work(), () => vmResult(vm, inventory))
}

/** Destroyed and expunged, with its root volume. */
export function* destroyVm(vm: Vm, inventory: Inventory): Operation {
  const { account } = vm.owner
  const work = function* (): Operation {
    const subject = { entity: 'VirtualMachine', uid: vm.uid }
    yield [
      ...move('VirtualMachine', vm, 'DestroyRequested'),
      usageMessage('VM.DESTROY', subject, account, inventory.zone),
    ]
  }
  const words = `destroying vm: ${vm.uid}`
  const action = vmAction('VM.DESTROY', vm, vm.owner)
  yield* call(action, 'user.vm.DestroyVMCmd', words, work(), () => vmResult(vm, inventory))
  yield move('VirtualMachine', vm, 'ExpungeOperation')
  yield move('Volume', vm.volume, 'DestroyRequested')
  yield move('Volume', vm.volume, 'ExpungingRequested')
  yield [
    ...move('Volume', vm.volume, 'OperationSucceeded'),
    usageMessage('VOLUME.DELETE', { entity: 'Volume', uid: vm.volume.uid }, account, inventory.zone),
  ]
  yield [
    actionMessage(
      vmAction('VM.EXPUNGE', vm, inventory.admin),
      'Completed',
      'Successfully completed expunging Vm',
    ),
  ]
  inventory.vms.splice(inventory.vms.indexOf(vm), 1)
}

export function* snapshotVolume(vm: Vm, { zone }: Inventory): Operation {
  const snapshot = { uid: randomUUID(), state: 'Allocated' }
  const subject = { entity: 'Snapshot', uid: snapshot.uid }
  const action = { event: 'SNAPSHOT.CREATE', subject, actor: vm.owner, touched: { Volume: vm.volume.uid } }
  const work = function* (): Operation {
    yield [
      ...move('Volume', vm.volume, 'SnapshotRequested'),
      ...move('Snapshot', snapshot, 'CreateRequested'),
    ]
    yield move('Snapshot', snapshot, 'OperationSucceeded')
    yield [
      ...move('Snapshot', snapshot, 'BackupToSecondary'),
      ...move('Volume', vm.volume, 'OperationSucceeded'),
    ]
    yield [
      ...move('Snapshot', snapshot, 'OperationSucceeded'),
      usageMessage('SNAPSHOT.CREATE', subject, vm.owner.account, zone),
    ]
  }
  yield [actionMessage(action, 'Created', 'Successfully created entity for creating snapshot')]
  const result = () => ({
    id: snapshot.uid,
    name: `${vm.name}_ROOT`,
    state: snapshot.state,
    volumeid: vm.volume.uid,
    zoneid: zone,
    object: 'snapshot',
    class: 'org.apache.cloudstack.api.response.SnapshotResponse',
  })
  yield* call(
    action,
    'user.snapshot.CreateSnapshotCmd',
    `creating snapshot for volume: ${vm.name}`,
    work(),
    result,
  )
}

/** A network is made, used for a while, and removed. */
export function* passingNetwork({ owners, zone }: Inventory): Operation {
  const owner = pick(owners)
  const network: Network = { uid: randomUUID(), name: 'net-passing', owner, state: 'Allocated' }
  const subject = { entity: 'Network', uid: network.uid }
  const created = { event: 'NETWORK.CREATE', subject, actor: owner }
  yield [
    actionMessage(created, 'Completed', 'Successfully completed creating network'),
    usageMessage('NETWORK.CREATE', subject, owner.account, zone),
  ]
  for (const trigger of ['ImplementNetwork', 'OperationSucceeded', 'DestroyNetwork', 'OperationSucceeded']) {
    yield move('Network', network, trigger)
  }
  yield [
    ...move('Network', network, 'DestroyNetwork'),
    usageMessage('NETWORK.DELETE', subject, owner.account, zone),
    actionMessage(
      { ...created, event: 'NETWORK.DELETE' },
      'Completed',
      'Successfully completed deleting network',
    ),
  ]
}

/** Prepared for maintenance, emptied, worked on, and taken back. */
export function* maintainHost(host: Host, inventory: Inventory): Operation {
  const subject = { entity: 'Host', uid: host.uid }
  const prepare = { event: 'MAINT.PREPARE', subject, actor: inventory.admin, touched: { Host: host.uid } }
  const enter = (resourcestate: string) => () => {
    host.resourceState = resourcestate
    const { uid: id, name } = host
    const type = { object: 'host', class: 'org.apache.cloudstack.api.response.HostResponse' }
    return { id, name, state: 'Up', resourcestate, ...type }
  }
  const words = `preparing host: ${host.name} for maintenance`
  yield* call(prepare, 'admin.host.PrepareForHostMaintenanceCmd', words, [], enter('PrepareForMaintenance'))
  const subjectLine = `Host ${host.name} is being emptied for maintenance`
  yield [alertMessage('ALERT.COMPUTE.HOST', inventory.zone, subjectLine, subjectLine)]
  for (const vm of inventory.vms.filter((other) => other.host === host)) {
    // Asked at its turn: while the one before moved, this one may have been stopped.
    if (!isIdle(vm, inventory) || vm.state !== 'Running') continue
    vm.busyUntil = Number.POSITIVE_INFINITY
    yield* migrateVm(vm, inventory)
    rest(vm, inventory)
  }
  const cancel = { ...prepare, event: 'MAINT.CANCEL' }
  const cancelWords = `canceling maintenance for host: ${host.name}`
  yield* call(cancel, 'admin.host.CancelHostMaintenanceCmd', cancelWords, [], enter('Enabled'))
}

/** The bus has whole seconds only: what repeats within one of them would count as the same event. */
const restMs = 2_000

export function isIdle(vm: Vm, { clock }: Inventory): boolean {
  return clock() >= vm.busyUntil
}

export function rest(vm: Vm, { clock }: Inventory): void {
  vm.busyUntil = clock() + restMs
}
