"""Every convention of saying what a project needs that is read. Where files contradict each other, the first counts."""

from __future__ import annotations

from reproof.needs.reader import Reader
from reproof.needs.readers.ci import AZURE, CIRCLECI, GITHUB, GITLAB, TRAVIS
from reproof.needs.readers.conda import ENVIRONMENT_YML
from reproof.needs.readers.conda_list import CONDA_LIST
from reproof.needs.readers.dockerfile import DOCKERFILE
from reproof.needs.readers.gitmodules import GITMODULES
from reproof.needs.readers.notebooks import NOTEBOOK
from reproof.needs.readers.pdm_lock import PDM_LOCK
from reproof.needs.readers.pipfile import PIPFILE, PIPFILE_LOCK
from reproof.needs.readers.pkg_info import EGG_INFO, PKG_INFO
from reproof.needs.readers.poetry_lock import POETRY_LOCK
from reproof.needs.readers.pylock import PYLOCK
from reproof.needs.readers.pyproject import PYPROJECT
from reproof.needs.readers.python_files import PYTHON_VERSION, RUNTIME, TOOL_VERSIONS
from reproof.needs.readers.readme import README
from reproof.needs.readers.requirements_txt import REQUIREMENTS_TXT
from reproof.needs.readers.setup_cfg import SETUP_CFG
from reproof.needs.readers.setup_py import SETUP_PY
from reproof.needs.readers.tox_ini import TOX_INI
from reproof.needs.readers.uv_lock import UV_LOCK

READERS: tuple[Reader, ...] = (
    PYLOCK, UV_LOCK, POETRY_LOCK, PDM_LOCK, PIPFILE_LOCK,
    PYTHON_VERSION, RUNTIME, TOOL_VERSIONS,
    REQUIREMENTS_TXT, CONDA_LIST, ENVIRONMENT_YML,
    PIPFILE, PYPROJECT, SETUP_CFG, SETUP_PY, PKG_INFO, EGG_INFO,
    NOTEBOOK, DOCKERFILE, TOX_INI, TRAVIS, GITHUB, GITLAB, CIRCLECI, AZURE, README,
    GITMODULES,
)  # fmt: skip
