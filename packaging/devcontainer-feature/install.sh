#!/bin/sh
# Installs credbridge in a container: the files of the standalone executable, which lie beside this script.
# https://containers.dev/implementors/features/
set -eu
cd "$(dirname "$0")"
if [ ! -x standalone/credbridge ]; then
  echo 'credbridge: the folder standalone is not here: copy build/standalone to it' >&2
  exit 1
fi
lib=/usr/local/lib/credbridge
mkdir -p "$lib" /usr/local/bin
cp -R standalone/. "$lib/"
for file in "$lib"/*; do
  name=${file##*/}
  case $name in
  credbridge | credbridge-* | *-credbridge | *-credbridge-*) ln -sf "$file" "/usr/local/bin/$name" ;;
  esac
done
