import type { JsonObject } from '../json.js';

/** Deploy a BPMN model. */
export interface CreateProcessDefinitionRequest {
  /** Unique; without it the process's own name, or its id. */
  readonly name?: string;
  /** What it is for. */
  readonly description?: string;
  /** `General` without it. */
  readonly category?: string;
  /** The BPMN 2.0 model; each executable process in it becomes a definition. */
  readonly bpmnXml: string;
  /** Kind of the context loader. */
  readonly contextLoaderType?: string;
  /** Not available yet. */
  readonly triggerEvents?: string | readonly string[];
  /** Whether it can be started. */
  readonly isActive?: boolean;
  /** Kept as it is. */
  readonly metadata?: JsonObject;
  /** Say what is wrong with the model, and what would be deployed; change nothing. */
  readonly validateOnly?: boolean;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Delete a process definition with its ended instances. */
export interface DeleteProcessDefinitionRequest {
  /** The process definition. */
  readonly id: string | number;
  /** Cancel the active instances first; needs the permission to cancel. */
  readonly force?: boolean;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** The context loaders that definitions may name. */
export interface GetContextLoadersRequest {
  /** Only of this category. */
  readonly category?: string;
}

/** A process definition with what belongs to it. */
export interface GetProcessBundleRequest {
  /** The process definition. */
  readonly processDefinitionId: string | number;
  /** With its ten newest instances. */
  readonly includeInstances?: boolean;
  /** With the definitions that it calls, or that call it. */
  readonly includeRelatedDefinitions?: boolean;
}

/** Everything about one process definition. */
export interface GetProcessDefinitionByIdRequest {
  /** The process definition. */
  readonly id: string | number;
  /** With the model. */
  readonly includeXml?: boolean;
  /** With figures on its instances. */
  readonly includeStatistics?: boolean;
}

/** Process definitions, page by page. */
export interface GetProcessDefinitionListRequest {
  /** From 1. */
  readonly pageNumber?: number;
  /** 20 without it. */
  readonly pageSize?: number;
  /** In the name or the description. */
  readonly searchText?: string;
  /** Only of this category. */
  readonly category?: string;
  /** Only active, or only inactive ones. */
  readonly isActive?: boolean;
  /** `name` without it. */
  readonly sortBy?: 'name' | 'category' | 'createdDate' | 'version' | 'updatedDate';
  /** `asc` without it. */
  readonly sortDirection?: 'asc' | 'desc';
}

/** The BPMN model of a process definition. */
export interface GetProcessDefinitionXmlRequest {
  /** The process definition. */
  readonly id: string | number;
  /** A version other than the newest. */
  readonly version?: number;
}

/** Give a process definition another name; its version stays. */
export interface RenameProcessDefinitionRequest {
  /** The process definition. */
  readonly id: string | number;
  /** Unique. */
  readonly newName: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Change a process definition; a new model makes a new version. */
export interface UpdateProcessDefinitionRequest {
  /** The process definition. */
  readonly id: string | number;
  /** Unique. */
  readonly name?: string;
  /** What it is for. */
  readonly description?: string;
  /** The new BPMN 2.0 model: a new version. Running instances stay on theirs. */
  readonly bpmnXml?: string;
  /** For lists. */
  readonly category?: string;
  /** Whether it can be started. */
  readonly isActive?: boolean;
  /** Not available yet. */
  readonly triggerEvents?: string | readonly string[];
  /** Replaces what was there. */
  readonly metadata?: JsonObject;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Start a process by the clock (not available yet). */
export interface UpdateSchedulingInformationRequest {
  /** The process definition. */
  readonly processDefinitionId: string | number;
  /** Whether it is started by the clock. */
  readonly schedulingEnabled?: boolean;
  /** Six fields: second, minute, hour, day, month, weekday. */
  readonly cronExpression?: string;
  /** `UTC` without it. */
  readonly timezone?: string;
  /** Of each instance that is started. */
  readonly variables?: JsonObject;
  /** Instances at the same time. */
  readonly maxConcurrentInstances?: number;
  /** What it is for. */
  readonly description?: string;
}
