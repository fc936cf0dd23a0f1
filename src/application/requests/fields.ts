import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  registerDecorator,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { findJsonProblem } from '../../contract/json-rules.js';
import { instantOf } from './field-values.js';

/** Longest comment, reason or name. */
const TEXT_LENGTH = 4_000;

/** A required text. */
export function RequiredText(description: string, maxLength = 255): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, maxLength }), IsString(), IsNotEmpty(), MaxLength(maxLength), IsStorable());
}

/** A text that must be given; a blank one is the handler's to refuse. */
export function PresentText(description: string, maxLength = 255): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, maxLength }), IsString(), MaxLength(maxLength), IsStorable());
}

/** An optional text. */
export function OptionalText(description: string, maxLength = TEXT_LENGTH): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, maxLength }),
    IsOptional(),
    IsString(),
    MaxLength(maxLength),
    IsStorable(),
  );
}

/** Optional texts: a list, or a single one (as a query string has it); use `textsOf` to read them. */
export function OptionalTexts(description: string, choices?: readonly string[]): PropertyDecorator {
  const items = { type: 'string' as const, ...(choices ? { enum: [...choices] } : {}) };
  return applyDecorators(
    ApiPropertyOptional({ description, type: 'array', items }),
    IsOptional(),
    ValidateBy({
      name: 'texts',
      validator: {
        validate: (value: unknown) => textList(value).every((each) => isShortText(each) && (choices?.includes(each) ?? true)),
        defaultMessage: (args?: ValidationArguments) =>
          `${args?.property ?? ''} must be ${choices ? `among ${choices.join(', ')}` : 'texts of 1 to 255 characters'}: one, or a list of up to 100`,
      },
    }),
  );
}

/** The same, required: at least one text. */
export function RequiredTexts(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description, type: 'array', items: { type: 'string' }, minItems: 1 }),
    ValidateBy({
      name: 'texts',
      validator: {
        validate: (value: unknown) => textList(value).length > 0 && textList(value).every(isShortText),
        defaultMessage: (args?: ValidationArguments) =>
          `${args?.property ?? ''} must be texts of 1 to 255 characters: one, or a list of 1 to 100`,
      },
    }),
  );
}

/** An optional ISO 8601 instant or date; use `instantOf` to read it. */
export function OptionalInstant(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, format: 'date-time' }),
    IsOptional(),
    ValidateBy({
      name: 'instant',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && instantOf(value) !== null,
        defaultMessage: (args?: ValidationArguments) =>
          `${args?.property ?? ''} must be an ISO 8601 instant or date such as 2030-01-31T09:00:00Z`,
      },
    }),
  );
}

/** Neither NUL nor half a surrogate pair: Postgres has no text for them (CONTRACT section 8). */
function IsStorable(): PropertyDecorator {
  return ValidateBy({
    name: 'storable',
    validator: {
      validate: (value: unknown) => typeof value !== 'string' || findJsonProblem(value) === null,
      defaultMessage: (args?: ValidationArguments) =>
        `${args?.property ?? ''}: ${findJsonProblem(args?.value)?.message ?? 'cannot be stored'}`,
    },
  });
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 255 && findJsonProblem(value) === null;
}

/** Elements of a list, or the one value; a list that is too long fails as a whole. */
function textList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return [value];
  return value.length <= 100 ? (value as readonly unknown[]) : [null];
}

/** An optional whole number within bounds. */
export function OptionalInt(description: string, min: number, max: number): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, type: 'integer', minimum: min, maximum: max }),
    IsOptional(),
    IsInt(),
    Min(min),
    Max(max),
  );
}

/** An optional finite number within bounds. */
export function OptionalNumber(description: string, min: number, max: number): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, type: 'number', minimum: min, maximum: max }),
    IsOptional(),
    IsNumber({ allowNaN: false, allowInfinity: false }),
    Min(min),
    Max(max),
  );
}

/** A required whole number within bounds. */
export function RequiredInt(description: string, min: number, max: number): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, type: 'integer', minimum: min, maximum: max }), IsInt(), Min(min), Max(max));
}

export function OptionalFlag(description: string): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ description }), IsOptional(), IsBoolean());
}

/** A required text out of a few. */
export function RequiredChoice(description: string, choices: readonly string[]): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, enum: [...choices] }), IsIn([...choices]));
}

export function OptionalChoice(description: string, choices: readonly string[]): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ description, enum: [...choices] }), IsOptional(), IsIn([...choices]));
}

/** An optional JSON object that can be stored without loss. */
export function OptionalVariables(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, type: 'object', additionalProperties: true }),
    IsOptional(),
    IsVariables(),
  );
}

export function RequiredVariables(description: string): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, type: 'object', additionalProperties: true }), IsVariables());
}

/** Any JSON value that can be stored without loss, of at most so many bytes as text. */
export function OptionalJson(description: string, maxBytes = Infinity): PropertyDecorator {
  const tooLarge = (value: unknown): boolean => maxBytes < Infinity && Buffer.byteLength(JSON.stringify(value)) > maxBytes;
  return applyDecorators(
    ApiPropertyOptional({ description, oneOf: [{ type: 'object', additionalProperties: true }, ...SCALARS] }),
    IsOptional(),
    ValidateBy({
      name: 'json',
      validator: {
        validate: (value: unknown) => findJsonProblem(value) === null && !tooLarge(value),
        defaultMessage: (args?: ValidationArguments) =>
          `${args?.property ?? ''}: ${findJsonProblem(args?.value)?.message ?? `Expected at most ${maxBytes} bytes of JSON`}`,
      },
    }),
  );
}

const SCALARS = [{ type: 'array', items: {} }, { type: 'string' }, { type: 'number' }, { type: 'boolean' }];

function IsVariables(): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'variables',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => isObject(value) && findJsonProblem(value) === null,
        defaultMessage: ({ value, property }: ValidationArguments) => describe(property, value),
      },
    });
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(property: string, value: unknown): string {
  if (!isObject(value))
    return `${property} must be a JSON object, but is ${Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`}`;
  const problem = findJsonProblem(value);
  return `${property}${problem && problem.path !== '' ? `.${problem.path}` : ''}: ${problem?.message ?? 'cannot be stored'}`;
}

const ID_SCHEMA = { oneOf: [{ type: 'string', maxLength: 255 }, { type: 'integer' }] };

/** An id that may arrive as text or number (CONTRACT section 1). */
export function OptionalId(description: string): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ description, ...ID_SCHEMA }), IsOptional(), IsId());
}

/** The same, required. */
export function RequiredId(description: string): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, ...ID_SCHEMA }), IsId());
}

function IsId(): PropertyDecorator {
  return ValidateBy({
    name: 'id',
    validator: {
      validate: (value: unknown) => isShortText(value) || Number.isSafeInteger(value),
      defaultMessage: (args?: ValidationArguments) =>
        `${args?.property ?? 'id'} must be a text of 1 to 255 characters or a whole number`,
    },
  });
}

/** Longest wait for an answer, in ms (CONTRACT section 3e). */
export const MAX_WAIT_MS = 120_000;

/** What every instance command has. */
export class InstanceData {
  @RequiredText('The process instance.')
  instanceGuid!: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}

/** What commands of operators have in common (CONTRACT section 3, "Ours"). */
export class OperatorData extends InstanceData {
  @OptionalInt('Refuse if the instance is no longer at this version.', 0, Number.MAX_SAFE_INTEGER)
  expectedVersion?: number;

  @OptionalFlag('Answer what would happen, change nothing.')
  dryRun?: boolean;

  @OptionalInt('How long to wait for the outcome, in ms.', 0, MAX_WAIT_MS)
  waitMs?: number;
}

/** Names of an instance that clients use. */
export const INSTANCE_ALIASES = { instanceId: 'instanceGuid', processInstanceId: 'instanceGuid' } as const;
