#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Install what the build needs and does not find: Debian packages, and PicoRV32 from PyPI into a virtual environment.
# Does nothing, and needs no network, if all is there.
#
# usage: tools/setup.sh VENV
set -euo pipefail

packages=(
	gcc g++ make                                            # g++: for the code that Verilator writes
	verilator yosys                                         # simulation; synthesis and a second reader of the RTL
	gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf    # firmware
	libjansson-dev zlib1g-dev                               # the command's JSON; FST traces
	python3-venv                                            # only to install PicoRV32
	clang-format mandoc git                                 # lint
	spin                                                    # models of the protocol
	clang-14 libclang-rt-14-dev                             # libFuzzer, for the MMU core
)
picorv32=pythondata-cpu-picorv32==1.0.post218

die() {
	echo "setup: $*" >&2
	exit 1
}

[ $# = 1 ] || die "usage: tools/setup.sh VENV"
venv=$1

# dpkg-query prints nothing on standard output for a package that it has never heard of.
missing_packages() {
	local have
	have=$(dpkg-query -W -f='${Package} ${db:Status-Abbrev}\n' "${packages[@]}" 2>/dev/null |
		awk '$2 == "ii" {print $1}')
	printf '%s\n' "${packages[@]}" | grep -vxF -f <(printf '%s\n' "$have" | grep . || echo /) || true
}

find_verilog() {
	[ -d "$venv" ] && find "$venv/" -path '*/pythondata_cpu_picorv32/*' -name picorv32.v | grep -q .
}

if command -v dpkg-query apt-get >/dev/null; then
	missing=$(missing_packages)
	if [ -n "$missing" ]; then
		# shellcheck disable=SC2086 # one word per package
		set -- $missing
		sudo=
		if [ "$(id -u)" != 0 ]; then
			command -v sudo >/dev/null || die "not root, and no sudo; as root: apt-get install $*"
			sudo=sudo
		fi
		echo "setup: installing Debian packages: $*"
		$sudo apt-get -qq update
		export DEBIAN_FRONTEND=noninteractive
		$sudo ${sudo:+-E} apt-get -qq install -y --no-install-recommends "$@" >/dev/null ||
			die "apt-get failed"
	fi
else
	for tool in gcc g++ make verilator yosys riscv64-unknown-elf-gcc clang-format mandoc git python3 spin \
		clang-14; do
		command -v "$tool" >/dev/null || die "this is no Debian, and $tool is missing; needed: ${packages[*]}"
	done
fi

if ! [ -e "$venv/.ready" ] || [ "$(cat "$venv/.ready")" != "$picorv32" ] || ! find_verilog; then
	echo "setup: installing $picorv32 from PyPI into $venv"
	python=/usr/bin/python3
	[ -x $python ] || python=python3
	$python -m venv "$venv" || die "cannot make $venv"
	"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps "$picorv32" || die "pip failed"
	find_verilog || die "$picorv32 holds no picorv32.v"
	echo "$picorv32" >"$venv/.ready"
elif [ "$0" -nt "$venv/.ready" ]; then
	touch "$venv/.ready"
fi
