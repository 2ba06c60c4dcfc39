#!/bin/sh
# Install steatoscope from a wheelhouse (deploy/wheelhouse.sh); nothing is fetched from a network.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh FOLDER/install.sh [--prefix /opt/steatoscope] [--python python3.11] [--sums SHA256]

Checks every file of FOLDER against SHA256SUMS (and SHA256SUMS itself against --sums, where given),
then builds PREFIX/venv from the wheels, each held to the hash in lock.txt. An installation that is
there already is replaced only once the new one runs; the old one stays as PREFIX/venv.old.
TEXT
}

prefix=/opt/steatoscope
python=python3.11
sums=
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) prefix=$2; shift 2 ;;
        --python) python=$2; shift 2 ;;
        --sums) sums=$2; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) echo "install.sh: unknown argument $1" >&2; usage >&2; exit 2 ;;
    esac
done

folder=$(cd "$(dirname "$0")" && pwd)
cd "$folder"
if [ -n "$sums" ] && [ "$(sha256sum SHA256SUMS | cut -d' ' -f1)" != "$sums" ]; then
    echo "install.sh: $folder/SHA256SUMS is not the list that --sums tells of; nothing is installed" >&2
    exit 1
fi
if ! sha256sum --quiet --strict --check SHA256SUMS; then
    echo "install.sh: $folder is damaged or was changed; carry it over anew; nothing is installed" >&2
    exit 1
fi

new=$prefix/venv.new
rm -rf "$new"
mkdir -p "$prefix"
"$python" -m venv "$new"
pip="$new/bin/python -m pip --disable-pip-version-check --isolated install --quiet --no-index"
$pip --find-links wheels --require-hashes --only-binary :all: --requirement lock.txt
$pip --no-deps wheels/steatoscope-*.whl
"$new/bin/python" -I -m edge --version

# Scripts of an environment hold its path, and `python -m` needs none of them.
rm -rf "$prefix/venv.old"
if [ -d "$prefix/venv" ]; then mv "$prefix/venv" "$prefix/venv.old"; fi
mv "$new" "$prefix/venv"
echo "installed in $prefix/venv; next: $prefix/venv/bin/python -m edge run --check"
