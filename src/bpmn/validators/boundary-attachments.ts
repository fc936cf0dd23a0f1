import { ACTIVITIES } from '../dialects/dialect.js';
import { executableScopes } from './executable-parts.js';
import type { Validator } from './validator.js';

const PASSED_AT_ONCE = ['task', 'manualTask'];

/** A boundary event is attached to an activity beside it. */
export const boundaryAttachments: Validator = (model, problems) => {
  for (const scope of executableScopes(model)) {
    const hosts = new Map(scope.nodes.flatMap((host) => host.boundaryEvents.map((event) => [event, host] as const)));
    for (const event of scope.nodes.filter(({ type }) => type === 'boundaryEvent')) {
      const report = problems.of(event.id);
      const host = hosts.get(event);
      const unknown = model.unresolved.get(event.element)?.get('attachedToRef');
      if (!host)
        report.error(
          'boundary-event-without-host',
          `Expected attachedToRef to be an activity beside the boundary event, but ${unknown === undefined ? 'it is none' : `'${unknown}' does not exist`}`,
        );
      else if (!ACTIVITIES.includes(host.type) && !host.type.endsWith('Task'))
        report.error(
          'boundary-event-without-host',
          `Expected attachedToRef to be an activity, but '${host.id}' is a ${host.type}`,
        );
      else if (PASSED_AT_ONCE.includes(host.type))
        report.warning('boundary-event-never-fires', `Expected a task that takes time, but '${host.id}' is passed at once`);
    }
  }
};
