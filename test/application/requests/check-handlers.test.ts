import { CommandHandler } from '@nestjs/cqrs';
import { HANDLERS } from '../../../src/application/handlers.js';
import { allRequests, ApiRequest, findRequest } from '../../../src/application/requests/api-request.js';
import { checkHandlers } from '../../../src/application/requests/check-handlers.js';
import { RenameProcessDefinitionCommand } from '../../../src/application/process-definitions/rename-process-definition/rename-process-definition.command.js';

class Spare extends ApiRequest<object> {}
class SpareHandler {
  execute(): void {}
}
class OtherHandler {
  execute(): void {}
}
CommandHandler(Spare)(SpareHandler);
CommandHandler(Spare)(OtherHandler);

describe('the registry of commands', () => {
  test('every command and query has one handler', () => {
    expect(() => checkHandlers(HANDLERS, allRequests())).not.toThrow();
  });

  test('two handlers of one command are named', () => {
    expect(() => checkHandlers([SpareHandler, OtherHandler], [])).toThrow('SpareHandler and OtherHandler claim one command');
  });

  test('a command without a handler is named', () => {
    const without = HANDLERS.filter(({ name }) => name !== 'RenameProcessDefinitionHandler');
    expect(() => checkHandlers(without, allRequests())).toThrow('RenameProcessDefinitionCommand has no handler');
  });

  test('a handler that claims nothing is named', () => {
    class Bare {}
    expect(() => checkHandlers([Bare], [])).toThrow('Bare claims no command');
  });

  test.each([
    'RenameProcessDefinitionCommand',
    'RenameProcessDefinition',
    'RenameProcessDefinitiionCommand',
    'renameprocessdefinition',
  ])('a client may call a command %s', (name) => {
    expect(findRequest(name)?.requestClass).toBe(RenameProcessDefinitionCommand);
  });
});
