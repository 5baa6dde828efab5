#!/bin/sh
# Makes nginx's configuration and the client's /config.js from the environment, then runs nginx.
set -eu

export PORT="${PORT:-8080}"
export API_UPSTREAM="${API_UPSTREAM:-http://backend:8080}"
export CONDUCTOR_RELEASE="${CONDUCTOR_RELEASE:-unversioned}"

# must NAME PATTERN WORDS: notes what is wrong with a setting. Its value is never shown: it may be a secret in the wrong place.
problems=''
must() {
  eval "value=\${$1:-}"
  case "$value" in
    # nginx reads these as its own language, in which other characters mean something.
    *[!A-Za-z0-9.:/_@%?=\&+~,-]*) problems="$problems  - $1 holds a character that no address has
" ;;
    *) printf '%s\n' "$value" | grep -Eq "$2" || problems="$problems  - $1 must be $3
" ;;
  esac
}
must PORT '^[0-9]+$' 'the number of a port'
must API_UPSTREAM '^https?://[^/]+' 'an address that begins with http:// or https://'
must API_URL '^$|^/|^https?://[^/]+' 'empty, a path, or an address that begins with http:// or https://'
must WS_URL '^$|^/|^wss?://[^/]+' 'empty, a path, or an address that begins with ws:// or wss://'
must SENTRY_DSN '^$|^https?://[^@/]+@[^/]+/.+' 'empty, or like https://key@host/project'
must GA_MEASUREMENT_ID '^$|^G-[A-Z0-9]{4,20}$' 'empty, or like G-ABC123DEF4'
must CONDUCTOR_RELEASE '.' 'the version'
must CONDUCTOR_ENVIRONMENT '' 'the name of the environment'
if [ -n "$problems" ]; then
  printf 'The settings are not usable, and nothing was started:\n%s' "$problems" >&2
  exit 78
fi

# Name servers as nginx wants them: IPv6 in brackets.
RESOLVERS="$(awk '$1 == "nameserver" { print (index($2, ":") ? "[" $2 "]" : $2) }' /etc/resolv.conf | tr '\n' ' ')"
export RESOLVERS="${RESOLVERS:-127.0.0.1 }"

# The other origins that the client talks to: the scheme and host of these settings, without their paths and keys.
origin() { printf '%s\n' "$1" | sed -n 's#^\([a-z]*://\)\([^/@]*@\)\{0,1\}\([^/]*\).*#\1\3#p'; }
CONNECT_ORIGINS="$(for url in "${API_URL:-}" "${WS_URL:-}" "${SENTRY_DSN:-}"; do origin "$url"; done | sort -u | tr '\n' ' ')"
export CONNECT_ORIGINS

mkdir -p /tmp/conductor
headers=/app/headers.conf
if [ -n "${GA_MEASUREMENT_ID:-}" ]; then headers=/app/headers-analytics.conf; fi
envsubst '$CONNECT_ORIGINS $CONDUCTOR_RELEASE' < "$headers" > /tmp/conductor/headers.conf
envsubst '$PORT $API_UPSTREAM $RESOLVERS' < /app/nginx.conf.template > /tmp/conductor/nginx.conf

api_url="${API_URL:-}"
if [ "$api_url" = / ]; then api_url=; fi
printf 'window.conductorConfig = Object.freeze({"apiUrl":"%s","wsUrl":"%s","gaMeasurementId":"%s","sentryDsn":"%s","release":"%s","environment":"%s"});\n' \
  "${api_url%/}" "${WS_URL:-}" "${GA_MEASUREMENT_ID:-}" "${SENTRY_DSN:-}" "$CONDUCTOR_RELEASE" "${CONDUCTOR_ENVIRONMENT:-production}" \
  > /tmp/conductor/config.js

# Platforms stop a container with TERM, on which nginx would cut requests off; on QUIT it finishes what it has.
nginx -c /tmp/conductor/nginx.conf -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT "$nginx"' TERM INT
code=0
while kill -0 "$nginx" 2>/dev/null; do
  wait "$nginx" && code=0 || code=$?
done
exit "$code"
