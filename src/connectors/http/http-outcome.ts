import { STATUS_CODES } from 'node:http';
import type { JsonObject, JsonValue } from '../../engine/index.js';
import { compileFeel, fillText } from '../../expressions/index.js';
import type { AttemptOutcome, TaskAttempt } from '../connector.js';
import { readRetryAfter } from './retry-after.js';

/** An answer as far as it was taken in. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: JsonObject;
  /** Parsed where it is JSON. */
  readonly body: JsonValue;
  readonly text: string;
}

/** Longest part of an answer that goes into an error message. */
const EXCERPT = 200;
/** Longest answer that an incident keeps as it is; of a longer one the beginning, as text. */
const DETAIL = 2_000;

/** 2xx completes the task, anything else fails it; Camunda 8's `errorExpression` may say otherwise. */
export function toOutcome(attempt: TaskAttempt, answer: HttpAnswer): AttemptOutcome {
  const { config } = attempt;
  const modelled = config['dialect'] === 'camunda8' ? errorFromExpression(attempt, answer) : null;
  if (modelled) return modelled;
  if (answer.status < 200 || answer.status > 299) return failure(attempt, answer);
  const whole: JsonObject = { status: answer.status, headers: answer.headers, body: answer.body };
  if (config['dialect'] === 'camunda8') return { kind: 'completed', result: whole, variables: camunda8Variables(attempt, whole) };
  if (config['dialect'] === 'camunda7')
    return { kind: 'completed', result: answer.body, variables: camunda7Variables(attempt, answer) };
  return { kind: 'completed', result: answer.body };
}

/** Says the reason as a person would, and ends with the status (CONTRACT section 9). */
function failure(attempt: TaskAttempt, answer: HttpAnswer): AttemptOutcome {
  const status = `${answer.status} ${STATUS_CODES[answer.status] ?? 'Unknown'}`;
  const retryAfterMs = readRetryAfter(answer.headers['retry-after'], Date.now());
  const details = { status: answer.status, body: answer.text.length > DETAIL ? answer.text.slice(0, DETAIL) : answer.body };
  return {
    kind: 'failed',
    code: `HTTP_${answer.status}`,
    message: `${reasonOf(answer) ?? `${attempt.taskName} failed`} - ${status}`,
    details,
    ...(retryAfterMs !== undefined && { retry: { retryAfterMs } }),
  };
}

/** The service's own words, where it has some. */
function reasonOf({ body }: HttpAnswer): string | null {
  const said = typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as JsonObject) : null;
  const nested = said?.['error'];
  const candidates = [
    said?.['message'],
    said?.['detail'],
    typeof nested === 'object' && nested !== null ? (nested as JsonObject)['message'] : nested,
    said?.['title'],
    typeof body === 'string' && !body.trimStart().startsWith('<') ? body : null,
  ];
  const reason = candidates.find((each) => typeof each === 'string' && each.trim() !== '');
  return typeof reason === 'string' ? reason.trim().replace(/\s+/g, ' ').slice(0, EXCERPT) : null;
}

function camunda8Variables(attempt: TaskAttempt, response: JsonObject): JsonObject {
  const { resultVariable, resultExpression } = attempt.config;
  const mapped =
    typeof resultExpression === 'string'
      ? compileFeel(resultExpression).evaluate({ ...attempt.variables, response, ...response })
      : null;
  const fromExpression = typeof mapped === 'object' && mapped !== null && !Array.isArray(mapped) ? (mapped as JsonObject) : {};
  return { ...(typeof resultVariable === 'string' ? { [resultVariable]: response } : {}), ...fromExpression };
}

/** `bpmnError("code", "message")` or `jobError("message")`; null where the expression sees no error. */
function errorFromExpression(attempt: TaskAttempt, answer: HttpAnswer): AttemptOutcome | null {
  const { errorExpression } = attempt.config;
  if (typeof errorExpression !== 'string') return null;
  const response = { status: answer.status, headers: answer.headers, body: answer.body };
  const error = { code: String(answer.status), message: reasonOf(answer) ?? STATUS_CODES[answer.status] ?? '' };
  const functions = {
    bpmnError: (code: unknown, message: unknown) => ({ errorType: 'bpmnError', code, message }),
    jobError: (message: unknown) => ({ errorType: 'jobError', message }),
  };
  const scope = { ...attempt.variables, response, ...response, ...(answer.status > 299 ? { error } : {}), ...functions };
  const verdict = compileFeel(errorExpression).evaluate(scope as unknown as JsonObject);
  if (typeof verdict !== 'object' || verdict === null || Array.isArray(verdict)) return null;
  const { errorType, code, message } = verdict as JsonObject;
  const said = typeof message === 'string' ? message : '';
  if (errorType === 'jobError') return { kind: 'failed', code: `HTTP_${answer.status}`, message: said };
  return errorType === 'bpmnError' && code !== undefined ? { kind: 'bpmn-error', code: String(code), message: said } : null;
}

/** `camunda:outputParameter` of the connector: `${response}`, `${statusCode}`. */
function camunda7Variables(attempt: TaskAttempt, answer: HttpAnswer): JsonObject {
  const outputs = attempt.config['outputs'];
  if (typeof outputs !== 'object' || outputs === null || Array.isArray(outputs)) return {};
  const scope = { ...attempt.variables, statusCode: answer.status, response: answer.text, headers: answer.headers };
  const whole: Record<string, JsonValue> = {
    '${response}': answer.text,
    '${statusCode}': answer.status,
    '${headers}': answer.headers,
  };
  return Object.fromEntries(
    Object.entries(outputs as JsonObject).map(([name, source]) => [
      name,
      typeof source === 'string' ? (whole[source.trim()] ?? fillText(source, scope)) : source,
    ]),
  );
}
