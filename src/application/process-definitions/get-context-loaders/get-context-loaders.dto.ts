import { OptionalText } from '../../requests/fields.js';

/** Reference origin.md 4.17. */
export class GetContextLoadersData {
  @OptionalText('Only of this category.', 255)
  category?: string;
}
