import { OptionalInt, RequiredId } from '../../requests/fields.js';

export class GetProcessDefinitionXmlData {
  @RequiredId('The process definition.')
  id!: string | number;

  @OptionalInt('A version other than the newest.', 1, 2_147_483_647)
  version?: number;
}
