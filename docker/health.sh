#!/bin/bash
# health.sh PATH: asks this container's own server once, and prints what it answered, which is what `docker inspect` shows of it.
# Exit 0: it answered 200. Exit 1: anything else. How long it may take is the caller's to limit.
set -u
exec 3<>"/dev/tcp/127.0.0.1/$PORT" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$1" "$PORT" >&3
IFS= read -r status <&3 || status='no answer'
while IFS= read -r header <&3 && [ "${header%$'\r'}" != '' ]; do :; done
echo "GET $1: ${status%$'\r'} $(head -c 1000 <&3)"
case "$status" in HTTP/1.?' 200 '*) exit 0 ;; *) exit 1 ;; esac
