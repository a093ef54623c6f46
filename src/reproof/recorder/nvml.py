"""Asks the NVIDIA driver's library for the GPUs, in a process of its own: `<python> -I -S nvml.py` prints a literal.

A driver that hangs or crashes must not take the recording with it. Names, signatures and sizes are those of `nvml.h`;
a function that a driver is too old for is left out of the answer. Nothing is started on a GPU, and no setting changes.
"""

import ctypes
import re
from typing import Any, Callable, Dict, Iterator, List, Optional

LIBRARY = "libnvidia-ml.so.1"
_TEXT = 96
"""NVML_DEVICE_NAME_V2_BUFFER_SIZE and NVML_DEVICE_UUID_V2_BUFFER_SIZE; those of versions are 80."""
_NOT_FOUND = 6
"""NVML_ERROR_NOT_FOUND: there is no MIG device of this index."""


class _Memory(ctypes.Structure):
    """nvmlMemory_t, in bytes."""

    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class _Failed(Exception):
    """A function that did not succeed; `status` is its nvmlReturn_t, None if the driver does not have it."""

    def __init__(self, name: str, status: Optional[int]) -> None:
        super().__init__(name, status)
        self.status = status


class Driver:
    """An opened libnvidia-ml."""

    def __init__(self, library: str) -> None:
        self.library = ctypes.CDLL(library)

    def describe(self) -> Dict[str, Any]:
        """Return the versions and the GPUs, or `error`: why the driver does not answer."""
        try:
            self._call("nvmlInit_v2")
        except _Failed as failure:
            return {"error": self._error(failure)}
        try:
            errors: List[str] = []
            return {
                "nvml": self._optional(lambda: self._text("nvmlSystemGetNVMLVersion")),
                "driver": self._optional(lambda: self._text("nvmlSystemGetDriverVersion")),
                "cuda": self._optional(lambda: self._numbers("nvmlSystemGetCudaDriverVersion", ctypes.c_int)[0]),
                "gpus": list(self._gpus(errors)),
                "errors": errors,
            }
        except _Failed as failure:
            return {"error": self._error(failure)}
        finally:
            self._optional(lambda: self._call("nvmlShutdown"))

    def _gpus(self, errors: List[str]) -> Iterator[Dict[str, Any]]:
        """Yield each GPU; one that fell off the bus goes to `errors`."""
        for index in range(self._numbers("nvmlDeviceGetCount_v2", ctypes.c_uint)[0]):
            handle = ctypes.c_void_p()
            try:
                self._call("nvmlDeviceGetHandleByIndex_v2", ctypes.c_uint(index), ctypes.byref(handle))
                yield self._gpu(handle)
            except _Failed as failure:
                errors.append("GPU {}: {}".format(index, self._error(failure)))

    def _gpu(self, handle: ctypes.c_void_p) -> Dict[str, Any]:
        memory = _Memory()
        measured = self._optional(lambda: self._call("nvmlDeviceGetMemoryInfo", handle, ctypes.byref(memory)))
        capability = self._optional(
            lambda: self._numbers("nvmlDeviceGetCudaComputeCapability", ctypes.c_int, 2, handle)
        )
        mode = self._optional(lambda: self._numbers("nvmlDeviceGetMigMode", ctypes.c_uint, 2, handle))
        partitioned = mode is not None and mode[0] == 1
        return {
            "name": self._text("nvmlDeviceGetName", handle),
            "uuid": self._optional(lambda: self._text("nvmlDeviceGetUUID", handle)) or "",
            "compute_capability": "{}.{}".format(*capability) if capability else None,
            "memory": int(memory.total) if measured is not None else None,
            "mig": partitioned,
            "mig_devices": list(self._mig_devices(handle)) if partitioned else [],
        }

    def _mig_devices(self, handle: ctypes.c_void_p) -> Iterator[str]:
        """Yield the profile of each MIG device: the driver names it `NVIDIA A100-SXM4-40GB MIG 1g.5gb`."""
        most = self._optional(lambda: self._numbers("nvmlDeviceGetMaxMigDeviceCount", ctypes.c_uint, 1, handle))
        for index in range(most[0] if most else 0):
            device = ctypes.c_void_p()
            try:
                self._call("nvmlDeviceGetMigDeviceHandleByIndex", handle, ctypes.c_uint(index), ctypes.byref(device))
                name = self._text("nvmlDeviceGetName", device)
            except _Failed as failure:
                if failure.status == _NOT_FOUND:
                    continue
                name = "unknown"
            profile = re.search(r"MIG (\S+)$", name)
            yield profile.group(1) if profile else name

    def _call(self, name: str, *arguments: Any) -> int:
        function = getattr(self.library, name, None)
        if function is None:
            raise _Failed(name, None)
        function.restype = ctypes.c_int
        status = int(function(*arguments))
        if status != 0:
            raise _Failed(name, status)
        return status

    def _text(self, name: str, *arguments: Any) -> str:
        buffer = ctypes.create_string_buffer(_TEXT)
        self._call(name, *arguments, buffer, ctypes.c_uint(_TEXT))
        return buffer.value.decode("utf-8", "replace")

    def _numbers(self, name: str, kind: Any, count: int = 1, *arguments: Any) -> List[int]:
        values = [kind() for _ in range(count)]
        self._call(name, *arguments, *[ctypes.byref(value) for value in values])
        return [int(value.value) for value in values]

    @staticmethod
    def _optional(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except _Failed:
            return None

    def _error(self, failure: _Failed) -> str:
        """Return the driver's own words for what went wrong."""
        if failure.status is None:
            return "{} has no {}".format(LIBRARY, failure.args[0])
        explain = getattr(self.library, "nvmlErrorString", None)
        if explain is None:
            return "{} failed with status {}".format(failure.args[0], failure.status)
        explain.restype = ctypes.c_char_p
        return "{}: {}".format(failure.args[0], (explain(failure.status) or b"?").decode("utf-8", "replace"))


if __name__ == "__main__":
    try:
        print(repr(Driver(LIBRARY).describe()))
    except OSError as error:
        print(repr({"error": str(error)}))
