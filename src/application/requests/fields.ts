import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
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

/** Longest comment, reason or name. */
const TEXT_LENGTH = 4_000;

/** A required text. */
export function RequiredText(description: string, maxLength = 255): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, maxLength }), IsString(), IsNotEmpty(), MaxLength(maxLength));
}

/** An optional text. */
export function OptionalText(description: string, maxLength = TEXT_LENGTH): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ description, maxLength }), IsOptional(), IsString(), MaxLength(maxLength));
}

/** An optional whole number within bounds. */
export function OptionalInt(description: string, min: number, max: number): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ description, type: 'integer', minimum: min, maximum: max }), IsOptional(), IsInt(), Min(min), Max(max));
}

export function RequiredInt(description: string, min: number, max: number): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, type: 'integer', minimum: min, maximum: max }), IsInt(), Min(min), Max(max));
}

export function OptionalFlag(description: string): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ description }), IsOptional(), IsBoolean());
}

export function OptionalChoice(description: string, choices: readonly string[]): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ description, enum: [...choices] }), IsOptional(), IsIn([...choices]));
}

/** An optional JSON object that can be stored without loss. */
export function OptionalVariables(description: string): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ description, type: 'object', additionalProperties: true }), IsOptional(), IsVariables());
}

export function RequiredVariables(description: string): PropertyDecorator {
  return applyDecorators(ApiProperty({ description, type: 'object', additionalProperties: true }), IsVariables());
}

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
  if (!isObject(value)) return `${property} must be a JSON object, but is ${Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`}`;
  const problem = findJsonProblem(value);
  return `${property}${problem && problem.path !== '' ? `.${problem.path}` : ''}: ${problem?.message ?? 'cannot be stored'}`;
}

/** An id that may arrive as text or number (CONTRACT section 1); use `idText` to read it. */
export function OptionalId(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, oneOf: [{ type: 'string', maxLength: 255 }, { type: 'integer' }] }),
    IsOptional(),
    ValidateBy({
      name: 'id',
      validator: {
        validate: (value: unknown) => (typeof value === 'string' && value !== '' && value.length <= 255) || Number.isSafeInteger(value),
        defaultMessage: ({ property }: ValidationArguments = { property: 'id' } as ValidationArguments) => `${property} must be a text of 1 to 255 characters or a whole number`,
      },
    }),
  );
}

/** Longest wait for an answer, in ms (CONTRACT section 3e). */
export const MAX_WAIT_MS = 120_000;

/** The one field that every instance command has. */
export class InstanceData {
  @RequiredText('The process instance.')
  instanceGuid!: string;
}

/** What commands of operators have in common (CONTRACT section 3, "Ours"). */
export class OperatorData extends InstanceData {
  @OptionalInt('Refuse if the instance is no longer at this version.', 0, Number.MAX_SAFE_INTEGER)
  expectedVersion?: number;

  @OptionalFlag('Answer what would happen, change nothing.')
  dryRun?: boolean;

  @OptionalInt('How long to wait for the outcome, in ms.', 0, MAX_WAIT_MS)
  waitMs?: number;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}

/** Names of an instance that clients use. */
export const INSTANCE_ALIASES = { instanceId: 'instanceGuid', processInstanceId: 'instanceGuid' } as const;
