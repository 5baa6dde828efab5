// Named here so that the build takes only these out of Sentry's package.
export { captureException, init } from '@sentry/react';
