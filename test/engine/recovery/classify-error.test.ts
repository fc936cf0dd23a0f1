import { classifyError, ERROR_CLASSES, isTransient, statusOf } from '../../../src/engine/index.js';

describe('the class of a failure', () => {
  it.each([
    // the original's six lines
    ['ERROR', 'Network timeout after 30s', null, 'NETWORK_TIMEOUT'],
    ['ERROR', 'Credit bureau API still unavailable - 503 Service Unavailable', null, 'SERVICE_UNAVAILABLE'],
    ['ERROR', '429 rate limit exceeded', null, 'RATE_LIMITED'],
    ['ERROR', '401 unauthorized', null, 'AUTHENTICATION_ERROR'],
    ['ERROR', 'validation of the account failed', null, 'INVALID_DATA'],
    ['ERROR', 'something odd', null, 'UNKNOWN'],
    // words, in any case
    ['ERROR', 'The call TIMED OUT', null, 'NETWORK_TIMEOUT'],
    ['ERROR', 'connect ETIMEDOUT 10.0.0.1:443', null, 'NETWORK_TIMEOUT'],
    ['ERROR', 'Service Unavailable', null, 'SERVICE_UNAVAILABLE'],
    ['ERROR', 'Too Many Requests', null, 'RATE_LIMITED'],
    ['ERROR', 'Forbidden', null, 'AUTHENTICATION_ERROR'],
    ['ERROR', 'Invalid date', null, 'INVALID_DATA'],
    ['ERROR', 'Record not found', null, 'NOT_FOUND'],
    ['ERROR', '404', null, 'NOT_FOUND'],
    // the first line that fits, as in the original
    ['ERROR', 'timeout, 503 unavailable', null, 'NETWORK_TIMEOUT'],
    ['ERROR', 'invalid request: 429', null, 'RATE_LIMITED'],
    // our own codes, whatever the message says
    ['TIMEOUT', 'no', null, 'NETWORK_TIMEOUT'],
    ['HEARTBEAT_TIMEOUT', 'no', null, 'NETWORK_TIMEOUT'],
    ['CONNECTION_REFUSED', 'invalid', null, 'SERVICE_UNAVAILABLE'],
    ['ATTEMPT_LOST', 'timeout', null, 'SERVICE_UNAVAILABLE'],
    ['SCRIPT_TIMEOUT', 'timeout', null, 'LOGIC_ERROR'],
    ['EXPRESSION_FAILED', 'timeout', null, 'LOGIC_ERROR'],
    ['RESULT_NOT_STORABLE', 'timeout', null, 'INVALID_DATA'],
    // a script's own error: by its words, else its logic
    ['SCRIPT_ERROR', 'x is not a function', null, 'LOGIC_ERROR'],
    ['SCRIPT_ERROR', 'service unavailable', null, 'SERVICE_UNAVAILABLE'],
    // a code that is a property of every object
    ['constructor', 'something odd', null, 'UNKNOWN'],
    // the status, whatever else
    ['HTTP_408', 'invalid', 408, 'NETWORK_TIMEOUT'],
    ['HTTP_504', '', 504, 'NETWORK_TIMEOUT'],
    ['HTTP_429', '', 429, 'RATE_LIMITED'],
    ['HTTP_401', 'timeout', 401, 'AUTHENTICATION_ERROR'],
    ['HTTP_403', '', 403, 'AUTHENTICATION_ERROR'],
    ['HTTP_407', '', 407, 'AUTHENTICATION_ERROR'],
    ['HTTP_404', '', 404, 'NOT_FOUND'],
    ['HTTP_410', '', 410, 'NOT_FOUND'],
    ['HTTP_409', '', 409, 'SERVICE_UNAVAILABLE'],
    ['HTTP_423', '', 423, 'SERVICE_UNAVAILABLE'],
    ['HTTP_425', '', 425, 'SERVICE_UNAVAILABLE'],
    ['HTTP_400', '', 400, 'INVALID_DATA'],
    ['HTTP_422', '', 422, 'INVALID_DATA'],
    ['HTTP_500', '', 500, 'SERVICE_UNAVAILABLE'],
    ['HTTP_503', '', 503, 'SERVICE_UNAVAILABLE'],
    ['HTTP_501', '', 501, 'LOGIC_ERROR'],
    ['HTTP_505', '', 505, 'LOGIC_ERROR'],
    ['HTTP_302', '', 302, 'UNKNOWN'],
  ] as const)('%s "%s" with status %s is %s', (code, message, status, errorClass) => {
    expect(classifyError(code, message, status)).toBe(errorClass);
  });

  it('passes by itself unless it is about who asks, what is asked for, or how', () => {
    expect(ERROR_CLASSES.filter(isTransient)).toEqual(['NETWORK_TIMEOUT', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED', 'UNKNOWN']);
  });
});

describe('the HTTP status of a failure', () => {
  it.each([
    ['HTTP_ERROR', { status: 503 }, 503],
    ['HTTP_404', { status: 503 }, 503],
    ['HTTP_404', null, 404],
    ['HTTP_404', { status: '503' }, 404],
    ['HTTP_404', { status: 700 }, 404],
    ['HTTP_600', null, null],
    ['HTTP_40', null, null],
    ['XHTTP_404', null, null],
    ['TIMEOUT', { status: 503.5 }, null],
    ['TIMEOUT', null, null],
  ])('of %s with %j is %s', (code, details, status) => {
    expect(statusOf(code, details)).toBe(status);
  });
});
