#!/bin/sh
# Fill a folder with all that an installation without a network needs.
set -eu

usage() {
    cat <<'TEXT'
Usage: deploy/wheelhouse.sh [--lock cpu|gpu] [--python PYTHON] FOLDER

Downloads the wheels of requirements/cpu.txt (or gpu.txt: about 2 GB), each held to the hash in that
lock, builds the project's own wheel, and puts install.sh, the settings' example, the systemd units
and SHA256SUMS beside them. Run it on a machine with a network, of the same system and Python (3.11) as
the target; carry the folder over; there:

  sh FOLDER/install.sh --prefix /opt/steatoscope
TEXT
}

lock=cpu
python=python3.11
while [ $# -gt 0 ]; do
    case $1 in
        --lock) lock=$2; shift 2 ;;
        --python) python=$2; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        -*) echo "wheelhouse.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
        *) break ;;
    esac
done
[ $# -eq 1 ] || { usage >&2; exit 2; }

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$1
[ -f "$root/requirements/$lock.txt" ] || {
    echo "wheelhouse.sh: $root/requirements/$lock.txt: no such lock; there are cpu and gpu" >&2
    exit 2
}
mkdir -p "$folder/wheels"

"$python" -m pip --disable-pip-version-check download --quiet --require-hashes --only-binary :all: \
    --dest "$folder/wheels" --requirement "$root/requirements/$lock.txt"
"$python" -m venv "$folder/.build"
"$folder/.build/bin/python" -m pip --disable-pip-version-check install --quiet --no-index \
    --find-links "$folder/wheels" hatchling editables
"$folder/.build/bin/python" -m pip --disable-pip-version-check wheel --quiet --no-deps \
    --no-build-isolation --wheel-dir "$folder/wheels" "$root"
rm -r "$folder/.build"

cp "$root/requirements/$lock.txt" "$folder/lock.txt"
cp "$root/deploy/install.sh" "$root/deploy/edge.toml" "$folder"
cp -r "$root/deploy/systemd" "$folder"
(cd "$folder" && rm -f SHA256SUMS && find . -type f ! -name SHA256SUMS -print0 | sort -z |
    xargs -0 sha256sum >SHA256SUMS)
echo "$folder: $(ls "$folder/wheels" | wc -l) wheels, $(du -sh "$folder" | cut -f1)"
echo "sha256 of SHA256SUMS, to be told by another way than the folder goes:"
sha256sum "$folder/SHA256SUMS" | cut -d' ' -f1
