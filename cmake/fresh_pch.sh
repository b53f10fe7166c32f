#!/bin/sh
# Runs the compiler that makes a precompiled header, without the old one beside it: ccache would take that for part of the
# input, and may then serve a header of another state of the sources.
for word; do
  case $word in *.gch) rm -f "$word" ;; esac
done
exec "$@"
