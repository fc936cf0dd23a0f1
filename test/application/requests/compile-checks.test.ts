import { getMetadataStorage, IsInt, ValidateNested, validateSync } from 'class-validator';
import fc from 'fast-check';
import { checksOf } from '../../../src/api/endpoint/compile-checks.js';
import '../../../src/application/handlers.js';
import { allRequests } from '../../../src/application/requests/api-request.js';

const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false } as const;

class Nested {
  @ValidateNested()
  part?: object;
}
class EachOne {
  @IsInt({ each: true })
  numbers?: number[];
}

/** Values that are right for some field, and values that are right for none. */
const value = fc.oneof(
  fc.constantFrom<unknown>(undefined, '', 'Supervised', 'terminate', '2030-01-31', 'x\u0000', '\ud800', 'x'.repeat(5_000)),
  fc.constantFrom<unknown>(0, 1, -1, 1.5, NaN, Infinity, 2 ** 60, true, false, [], ['a'], {}, { a: 1 }, { a: NaN }),
  fc.string(),
  fc.integer(),
  fc.jsonValue(),
);

describe('compiled checks', () => {
  test.each(allRequests().map(({ name, data }) => ({ name, data })))('say what class-validator says: $name', ({ data }) => {
    const fields = getMetadataStorage()
      .getTargetValidationMetadatas(data, '', false, false)
      .map(({ propertyName }) => propertyName);
    const names = fc.constantFrom(...new Set([...fields, 'unheardOf']));
    fc.assert(
      fc.property(fc.dictionary(names, value, { maxKeys: 6 }), (given) => {
        const instance = Object.assign(new data(), given);
        const isValid = validateSync(instance, OPTIONS).length === 0;
        return checksOf(data)(instance) === isValid;
      }),
      { numRuns: 200 },
    );
  });

  test.each(allRequests())('need not leave any to class-validator: $name', ({ data }) => {
    const rules = getMetadataStorage().getTargetValidationMetadatas(data, '', false, false);
    const kinds = new Set(rules.map(({ type, each }) => (each ? 'each' : type)));
    for (const kind of kinds) expect(['customValidation', 'conditionalValidation']).toContain(kind);
  });

  test.each([Nested, EachOne])('leave rules of other kinds to class-validator: %p', (type) => {
    expect(checksOf(type)(new type())).toBe(false);
  });
});
