/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What kind of report an event is. */
export type Category =
  /** Somebody did something: its progress and its end. */
  | 'ACTION'
  /** The cloud asks for attention. */
  | 'ALERT'
  /** An asynchronous job of the API was submitted, moved on or ended. */
  | 'JOB'
  /** Anything that fits none of the others. */
  | 'OTHER'
  /** A state machine moved. */
  | 'STATE'
  /** Something began or ceased to be charged for. */
  | 'USAGE';

/** What a change means to the subscriber. */
export type ChangeType =
  /** The resource is now in the filter and visible; so are those of the state that is sent first. */
  | 'ADDED'
  /** The resource is gone, or no longer in the filter, or no longer visible. */
  | 'DELETED'
  /** The resource was in the filter and still is. */
  | 'MODIFIED'
  /** The state has been sent: every change from here on follows. */
  | 'SYNCED';

/** Which events are wanted: any of a list, and all of the fields. What is left out means anything; an empty list is refused. */
export type EventFilter = {
  /** Ids of the accounts it belongs to. */
  accounts?: Array<string> | null | undefined;
  /** Categories. */
  categories?: Array<Category> | null | undefined;
  /** States that were left. */
  fromStates?: Array<string> | null | undefined;
  /** Kinds of what it happened to, such as VirtualMachine. */
  kinds?: Array<string> | null | undefined;
  /** This severity or a graver one; an event without a severity never matches. */
  minSeverity?: Severity | null | undefined;
  /** This must not match. */
  not?: EventFilter | null | undefined;
  /** At least one of these must match as well. */
  or?: Array<EventFilter> | null | undefined;
  /** How it ended. */
  outcomes?: Array<Outcome> | null | undefined;
  /** What the event names, or what its resource is known to belong to: a VM starts in this network. */
  related?: Array<ResourceRefInput> | null | undefined;
  /** What it happened to. */
  resources?: Array<ResourceRefInput> | null | undefined;
  /** The source's own words for the progress, such as Completed. */
  statuses?: Array<string> | null | undefined;
  /** States that were entered. */
  toStates?: Array<string> | null | undefined;
  /** Types such as VM.START, or VM.* for all that start with VM. and more. */
  types?: Array<string> | null | undefined;
  /** Ids of zones. */
  zones?: Array<string> | null | undefined;
};

/** How what an event tells of has ended. */
export type Outcome =
  /** It was called off. */
  | 'CANCELLED'
  /** It failed. */
  | 'FAILURE'
  /** It was done. */
  | 'SUCCESS';

/** Which resources are wanted: any of a list, and all of the fields. What is left out means anything; an empty list is refused. */
export type ResourceFilter = {
  /** Ids of the accounts they belong to. */
  accounts?: Array<string> | null | undefined;
  /** Ids: the cloud's own, or global ones. */
  ids?: Array<string> | null | undefined;
  /** Deleted ones as well, for as long as they are kept; default false. */
  includeDeleted?: boolean | null | undefined;
  /** Kinds, such as VirtualMachine. */
  kinds?: Array<string> | null | undefined;
  /** Names, whole and as they are written. */
  names?: Array<string> | null | undefined;
  /** Any of its states: the main one, or the resourcestate of a host. */
  states?: Array<string> | null | undefined;
  /** Ids of the zones they are in. */
  zones?: Array<string> | null | undefined;
};

/** Names a resource. */
export type ResourceRefInput = {
  /** The cloud's own id, or the global one. */
  id: string;
  /** Its kind, such as VirtualMachine. */
  kind: string;
};

/** What a caller may do. */
export type Role =
  /** Sees everything. */
  | 'ADMIN'
  /** May only post events. */
  | 'INGEST'
  /** May only read metrics. */
  | 'METRICS'
  /** Sees what belongs to its accounts. */
  | 'TENANT';

/** How grave an event is, mildest first. */
export type Severity =
  /** Something failed. */
  | 'ERROR'
  /** For the record. */
  | 'INFO'
  /** May need attention. */
  | 'WARN';

type EventFields_ActionEvent_Fragment = { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null };

type EventFields_AlertEvent_Fragment = { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null };

type EventFields_JobEvent_Fragment = { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null };

type EventFields_OtherEvent_Fragment = { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null };

type EventFields_StateEvent_Fragment = { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null };

type EventFields_UsageEvent_Fragment = { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null };

export type EventFieldsFragment =
  | EventFields_ActionEvent_Fragment
  | EventFields_AlertEvent_Fragment
  | EventFields_JobEvent_Fragment
  | EventFields_OtherEvent_Fragment
  | EventFields_StateEvent_Fragment
  | EventFields_UsageEvent_Fragment
;

type ResourceFields_Cluster_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_GenericResource_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Host_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_IpAddress_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_KubernetesCluster_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_LoadBalancerRule_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Network_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Nic_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Router_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Snapshot_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_StoragePool_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_SystemVm_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Template_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_VirtualMachine_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Volume_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Vpc_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

type ResourceFields_Zone_Fragment = { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null };

export type ResourceFieldsFragment =
  | ResourceFields_Cluster_Fragment
  | ResourceFields_GenericResource_Fragment
  | ResourceFields_Host_Fragment
  | ResourceFields_IpAddress_Fragment
  | ResourceFields_KubernetesCluster_Fragment
  | ResourceFields_LoadBalancerRule_Fragment
  | ResourceFields_Network_Fragment
  | ResourceFields_Nic_Fragment
  | ResourceFields_Router_Fragment
  | ResourceFields_Snapshot_Fragment
  | ResourceFields_StoragePool_Fragment
  | ResourceFields_SystemVm_Fragment
  | ResourceFields_Template_Fragment
  | ResourceFields_VirtualMachine_Fragment
  | ResourceFields_Volume_Fragment
  | ResourceFields_Vpc_Fragment
  | ResourceFields_Zone_Fragment
;

export type HeadQueryVariables = Exact<{ [key: string]: never; }>;


export type HeadQuery = { head: string };

export type InventoryQueryVariables = Exact<{
  filter?: ResourceFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type InventoryQuery = { head: string, resources: { nodes: Array<
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { attributes: unknown, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
    >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type VirtualMachineStateQueryVariables = Exact<{
  id: string;
}>;


export type VirtualMachineStateQuery = { head: string, virtualMachine: { version: string, id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { from: string | null, to: string, trigger: string | null, at: string, event:
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
       | null } | null, host: { uid: string, name: string | null, resourcestate: string | null } | null, volumes: { nodes: Array<{ uid: string, name: string | null, state: string | null, size: number | null }> }, nics: { nodes: Array<{ uid: string, ipaddress: string | null }> } } | null };

export type ResourceHistoryQueryVariables = Exact<{
  kind: string;
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ResourceHistoryQuery = { resource:
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, history: { nodes: Array<
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
          | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
   | null };

export type ListEventsQueryVariables = Exact<{
  filter?: EventFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type ListEventsQuery = { events: { edges: Array<{ cursor: string, node:
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
        | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
       }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type ListEventTypesQueryVariables = Exact<{ [key: string]: never; }>;


export type ListEventTypesQuery = { eventTypes: Array<{ type: string, kind: string | null, description: string | null }> };

export type WhoAmIQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoAmIQuery = { viewer: { name: string, role: Role, accounts: Array<string> } };

export type EventsSinceSubscriptionVariables = Exact<{
  filter?: EventFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type EventsSinceSubscription = { events:
    | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
    | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
    | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
    | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
    | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
    | { id: string, cursor: string, eventId: string, source: string, type: string, category: Category, time: string, receivedAt: string, owner: string | null, status: string | null, outcome: Outcome | null, description: string | null, resource: { kind: string, uid: string } | null, transition: { field: string, from: string | null, to: string, trigger: string | null } | null }
   };

export type ResourceChangesSubscriptionVariables = Exact<{
  filter?: ResourceFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type ResourceChangesSubscription = { resources: { type: ChangeType, cursor: string | null, resource:
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null, lastTransition: { field: string, from: string | null, to: string, trigger: string | null } | null }
     | null, event:
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
     | null } };

export type OneResourceSubscriptionVariables = Exact<{
  kind: string;
  id: string;
  after?: string | null | undefined;
}>;


export type OneResourceSubscription = { resource: { type: ChangeType, cursor: string | null, resource:
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
      | { id: string, uid: string, kind: string, name: string | null, state: string | null, owner: string | null, zone: string | null, updatedAt: string, deletedAt: string | null }
     | null, event:
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
      | { id: string, type: string, time: string }
     | null } };

export type WatchVmsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type WatchVmsSubscription = { resources: { type: ChangeType, cursor: string | null, resource:
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
      | { name: string | null, state: string | null, lastTransition: { from: string | null, to: string, trigger: string | null } | null }
     | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const EventFieldsFragmentDoc = new TypedDocumentString(`
    fragment EventFields on Event {
  id
  cursor
  eventId
  source
  type
  category
  time
  receivedAt
  owner
  status
  outcome
  description
  resource {
    kind
    uid
  }
  transition {
    field
    from
    to
    trigger
  }
}
    `, {"fragmentName":"EventFields"}) as unknown as TypedDocumentString<EventFieldsFragment, unknown>;
export const ResourceFieldsFragmentDoc = new TypedDocumentString(`
    fragment ResourceFields on Resource {
  id
  uid
  kind
  name
  state
  owner
  zone
  updatedAt
  deletedAt
}
    `, {"fragmentName":"ResourceFields"}) as unknown as TypedDocumentString<ResourceFieldsFragment, unknown>;
export const HeadDocument = new TypedDocumentString(`
    query Head {
  head
}
    `) as unknown as TypedDocumentString<HeadQuery, HeadQueryVariables>;
export const InventoryDocument = new TypedDocumentString(`
    query Inventory($filter: ResourceFilter, $first: Int, $after: String) {
  head
  resources(filter: $filter, first: $first, after: $after) {
    nodes {
      ...ResourceFields
      attributes
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ResourceFields on Resource {
  id
  uid
  kind
  name
  state
  owner
  zone
  updatedAt
  deletedAt
}`) as unknown as TypedDocumentString<InventoryQuery, InventoryQueryVariables>;
export const VirtualMachineStateDocument = new TypedDocumentString(`
    query VirtualMachineState($id: ID!) {
  head
  virtualMachine(id: $id) {
    ...ResourceFields
    version
    lastTransition {
      from
      to
      trigger
      at
      event {
        ...EventFields
      }
    }
    host {
      uid
      name
      resourcestate
    }
    volumes {
      nodes {
        uid
        name
        state
        size
      }
    }
    nics {
      nodes {
        uid
        ipaddress
      }
    }
  }
}
    fragment EventFields on Event {
  id
  cursor
  eventId
  source
  type
  category
  time
  receivedAt
  owner
  status
  outcome
  description
  resource {
    kind
    uid
  }
  transition {
    field
    from
    to
    trigger
  }
}
fragment ResourceFields on Resource {
  id
  uid
  kind
  name
  state
  owner
  zone
  updatedAt
  deletedAt
}`) as unknown as TypedDocumentString<VirtualMachineStateQuery, VirtualMachineStateQueryVariables>;
export const ResourceHistoryDocument = new TypedDocumentString(`
    query ResourceHistory($kind: String!, $id: ID!, $first: Int, $after: Cursor) {
  resource(kind: $kind, id: $id) {
    ...ResourceFields
    history(first: $first, after: $after) {
      nodes {
        ...EventFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment EventFields on Event {
  id
  cursor
  eventId
  source
  type
  category
  time
  receivedAt
  owner
  status
  outcome
  description
  resource {
    kind
    uid
  }
  transition {
    field
    from
    to
    trigger
  }
}
fragment ResourceFields on Resource {
  id
  uid
  kind
  name
  state
  owner
  zone
  updatedAt
  deletedAt
}`) as unknown as TypedDocumentString<ResourceHistoryQuery, ResourceHistoryQueryVariables>;
export const ListEventsDocument = new TypedDocumentString(`
    query ListEvents($filter: EventFilter, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  events(
    filter: $filter
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    edges {
      cursor
      node {
        ...EventFields
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    fragment EventFields on Event {
  id
  cursor
  eventId
  source
  type
  category
  time
  receivedAt
  owner
  status
  outcome
  description
  resource {
    kind
    uid
  }
  transition {
    field
    from
    to
    trigger
  }
}`) as unknown as TypedDocumentString<ListEventsQuery, ListEventsQueryVariables>;
export const ListEventTypesDocument = new TypedDocumentString(`
    query ListEventTypes {
  eventTypes {
    type
    kind
    description
  }
}
    `) as unknown as TypedDocumentString<ListEventTypesQuery, ListEventTypesQueryVariables>;
export const WhoAmIDocument = new TypedDocumentString(`
    query WhoAmI {
  viewer {
    name
    role
    accounts
  }
}
    `) as unknown as TypedDocumentString<WhoAmIQuery, WhoAmIQueryVariables>;
export const EventsSinceDocument = new TypedDocumentString(`
    subscription EventsSince($filter: EventFilter, $after: Cursor) {
  events(filter: $filter, after: $after) {
    ...EventFields
  }
}
    fragment EventFields on Event {
  id
  cursor
  eventId
  source
  type
  category
  time
  receivedAt
  owner
  status
  outcome
  description
  resource {
    kind
    uid
  }
  transition {
    field
    from
    to
    trigger
  }
}`) as unknown as TypedDocumentString<EventsSinceSubscription, EventsSinceSubscriptionVariables>;
export const ResourceChangesDocument = new TypedDocumentString(`
    subscription ResourceChanges($filter: ResourceFilter, $after: Cursor) {
  resources(filter: $filter, after: $after) {
    type
    cursor
    resource {
      ...ResourceFields
      lastTransition {
        field
        from
        to
        trigger
      }
    }
    event {
      id
      type
      time
    }
  }
}
    fragment ResourceFields on Resource {
  id
  uid
  kind
  name
  state
  owner
  zone
  updatedAt
  deletedAt
}`) as unknown as TypedDocumentString<ResourceChangesSubscription, ResourceChangesSubscriptionVariables>;
export const OneResourceDocument = new TypedDocumentString(`
    subscription OneResource($kind: String!, $id: ID!, $after: Cursor) {
  resource(kind: $kind, id: $id, after: $after) {
    type
    cursor
    resource {
      ...ResourceFields
    }
    event {
      id
      type
      time
    }
  }
}
    fragment ResourceFields on Resource {
  id
  uid
  kind
  name
  state
  owner
  zone
  updatedAt
  deletedAt
}`) as unknown as TypedDocumentString<OneResourceSubscription, OneResourceSubscriptionVariables>;
export const WatchVmsDocument = new TypedDocumentString(`
    subscription WatchVms($after: Cursor) {
  resources(filter: {kinds: ["VirtualMachine"]}, after: $after) {
    type
    cursor
    resource {
      name
      state
      lastTransition {
        from
        to
        trigger
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WatchVmsSubscription, WatchVmsSubscriptionVariables>;