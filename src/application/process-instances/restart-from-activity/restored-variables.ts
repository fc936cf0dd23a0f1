import { Injectable } from '@nestjs/common';
import { openElements, type JsonObject } from '../../../engine/index.js';
import { InstanceHistory } from '../../ports/instance-history.js';
import type { LiveInstance } from '../../session/live-instance.js';
import { VariablesPast } from '../../variables-past.js';
import type { RestartFromActivityData } from './restart-from-activity.dto.js';

type Wanted = Pick<RestartFromActivityData, 'activityId' | 'restoreVariables' | 'variables'>;

/** The variables that a restart begins with, before its own changes of them; or why they cannot be had, as a sentence. */
@Injectable()
export class RestoredVariables {
  constructor(
    private readonly history: InstanceHistory,
    private readonly past: VariablesPast,
  ) {}

  async of(original: LiveInstance, { activityId, restoreVariables, variables }: Wanted): Promise<JsonObject | string> {
    const { header, state } = original;
    if (restoreVariables === 'latest') return state.variables;
    if (!(await this.history.isRecorded(header.id)))
      return `Process instance '${header.guid}' began before variables were recorded. Restore the 'latest' ones.`;
    const visit = await this.lastVisit(original, activityId);
    if (visit === null)
      return `Process instance '${header.guid}' never entered '${activityId}'. Restore the 'latest' variables to begin there.`;
    const restored = await this.past.before(original, { visit });
    const missing = restored.omitted.filter(({ name }) => !Object.hasOwn(variables ?? {}, name)).map(({ name }) => name);
    if (missing.length === 0) return restored.variables;
    return `Too large to be recorded were the values then of: ${missing.join(', ')}. Give them as variables, or restore the 'latest' ones.`;
  }

  private async lastVisit({ header, state }: LiveInstance, activityId: string): Promise<number | null> {
    const open = openElements(state).findLast(({ nodeId }) => nodeId === activityId);
    const ended = await this.history.lastVisit({ id: header.id, startedAt: state.startedAt }, activityId);
    return open === undefined ? ended : Math.max(open.id, ended ?? 0);
  }
}
