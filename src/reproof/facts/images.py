"""Facts on the official Python images."""

from __future__ import annotations

SLIM_PACKAGES = frozenset(
    """
    base-files bash coreutils dash debianutils diffutils findutils gcc-12-base gcc-14-base grep gzip hostname
    libacl1 libattr1 libbz2-1.0 libc-bin libc6 libcrypt1 libdb5.3 libexpat1 libffi8 libgcc-s1 libgdbm6 libgdbm6t64
    libgmp10 liblz4-1 liblzma5 libmd0 libncursesw6 libpcre2-8-0 libreadline8 libreadline8t64 libselinux1
    libsqlite3-0 libssl3 libssl3t64 libstdc++6 libsystemd0 libtinfo6 libuuid1 libxxhash0 libzstd1 mount
    ncurses-base netbase passwd perl-base readline-common sed sysvinit-utils tar tzdata util-linux zlib1g
    """.split()  # noqa: SIM905 (read and compared by people)
)
"""Packages in the slim variants (Debian 12 and 13) that a training run's libraries and programs may belong to.

Source: the essential and required packages of those releases, and the run-time dependencies that the images' build
file keeps for Python. A package that is missing here is added again, which does no harm.
"""
