import { NO_TIMEOUTS, type Work } from '../../engine/index.js';
import { textOf } from '../moddle-element.js';
import type { Report } from '../problem.js';
import type { Settings, WorkSetting } from '../settings.js';
import type { SourceNode } from '../source-model.js';
import { compileScript } from './compile-script.js';

/** What a service, send or script task does; reports a task that nothing says how to do. */
export function compileWork(node: SourceNode, settings: Settings, report: Report): Work {
  const work = settings.work ?? scriptOf(node, settings, report);
  if (work?.timeoutMs != null && settings.timeoutMs !== undefined)
    report.error('conflicting-settings', 'Expected timeoutMs to be said once, but two dialects say it', 'Keep one of them.');
  if (work)
    return {
      connector: work.connector,
      config: work.config,
      delivery: settings.delivery ?? 'at-least-once',
      timeoutMs: work.timeoutMs ?? settings.timeoutMs ?? null,
      timeouts: settings.timeouts ?? NO_TIMEOUTS,
    };
  const hint =
    node.type === 'scriptTask'
      ? 'Add bpmn:script, property Script or zeebe:script.'
      : 'Add property ConnectorKey, zeebe:taskDefinition, camunda:topic or camunda:delegateExpression.';
  report.error('task-without-work', `Expected ${node.type} '${node.name}' to say how it is done, but it does not`, hint);
  return { connector: '', config: {}, delivery: 'at-least-once', timeoutMs: null, timeouts: NO_TIMEOUTS };
}

function scriptOf(node: SourceNode, settings: Settings, report: Report): WorkSetting | null {
  const source = node.type === 'scriptTask' ? textOf(node.element, 'script') : null;
  if (source === null || source.trim() === '') return null;
  const language = textOf(node.element, 'scriptFormat')?.trim() || (settings.scriptLanguage ?? 'javascript');
  return compileScript(source, language, 'bpmn:script', report);
}
