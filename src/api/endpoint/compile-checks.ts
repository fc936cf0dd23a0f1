import { getMetadataStorage, ValidationTypes, type ValidationArguments } from 'class-validator';

/** Whether all rules of a class hold for this instance of it, and it has no field without a rule. */
export type Checks = (instance: object) => boolean;

interface Field {
  /** All must say yes for the rules to count: `IsOptional` does not for a missing value. */
  readonly conditions: ((object: object, value: unknown) => boolean)[];
  readonly rules: ((object: object, value: unknown) => boolean)[];
}

const compiled = new WeakMap<object, Checks>();

/**
 * The rules that class-validator knows of a class, as one function that only says yes or no, made once. Reading the rules anew
 * and making a report for each call costs more than the rest of an endpoint's work; a report is only needed for a no.
 */
export function checksOf(type: new () => object): Checks {
  const known = compiled.get(type);
  if (known) return known;
  const checks = compile(type);
  compiled.set(type, checks);
  return checks;
}

function compile(type: new () => object): Checks {
  const fields = readFields(type);
  if (!fields) return () => false; // A rule of a kind that is not known here: class-validator itself must tell.
  return (instance) => {
    for (const name in instance) if (!fields.has(name)) return false;
    for (const [name, { conditions, rules }] of fields) {
      const value: unknown = (instance as Record<string, unknown>)[name];
      if (conditions.every((holds) => holds(instance, value)) && !rules.every((holds) => holds(instance, value))) return false;
    }
    return true;
  };
}

function readFields(type: new () => object): Map<string, Field> | null {
  const storage = getMetadataStorage();
  const fields = new Map<string, Field>();
  for (const rule of storage.getTargetValidationMetadatas(type, '', false, false)) {
    const { propertyName, constraints } = rule;
    const field = fields.get(propertyName) ?? { conditions: [], rules: [] };
    fields.set(propertyName, field);
    if (rule.each || rule.validateIf) return null;
    if (rule.type === ValidationTypes.CONDITIONAL_VALIDATION)
      field.conditions.push(constraints[0] as (object: object, value: unknown) => boolean);
    else if (rule.type === ValidationTypes.CUSTOM_VALIDATION) {
      for (const { async, instance } of storage.getTargetValidatorConstraints(rule.constraintCls)) {
        if (async) return null;
        field.rules.push((object, value) => {
          const details: ValidationArguments = { targetName: type.name, property: propertyName, object, value, constraints };
          return instance.validate(value, details) === true;
        });
      }
    } else return null;
  }
  return fields;
}
