import type { Validator } from './validator.js';

/** A model has a process to execute, and each has an id. A missing `isExecutable` counts as executable. */
export const executableProcess: Validator = (model, problems) => {
  const executable = model.processes.filter((process) => process.executable);
  if (executable.length === 0)
    problems
      .of(model.processes[0]?.id ?? null)
      .error(
        'no-executable-process',
        `Expected an executable process, but found ${model.processes.length === 0 ? 'no process' : 'only processes with isExecutable="false"'}`,
        'Set isExecutable="true" on bpmn:process.',
      );
  for (const process of executable)
    if (process.id === null) problems.of(null).error('missing-id', 'Expected each process to have an id, but one has none');
};
