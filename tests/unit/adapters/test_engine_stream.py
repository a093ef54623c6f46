"""What the engine tells while it builds or fetches."""

from __future__ import annotations

from reproof.adapters.engine_errors import registry_error
from reproof.adapters.engine_stream import BuildLog, follow_build, follow_pull
from reproof.progress import Progress, Task


class Counting(Task):
    def __init__(self) -> None:
        self.amount = 0

    def advance(self, amount: int = 1) -> None:
        self.amount += amount


def built(*events: dict[str, object]) -> BuildLog:
    log = BuildLog()
    follow_build(events, log, Progress())
    return log


def test_the_last_image_named_is_the_one_that_was_built() -> None:
    log = built(
        {"stream": "Step 1/1 : FROM scratch\n"}, {"aux": {"ID": "sha256:aa"}}, {"stream": "Successfully built aa\n"}
    )
    assert (log.image, log.error) == ("sha256:aa", None)


def test_a_failing_step_is_named_with_what_it_printed_last() -> None:
    log = built(
        {"stream": "Step 1/3 : FROM base\n"},
        {"stream": "noise of the first step\n"},
        {"stream": "Step 2/3 : RUN pip install x\n"},
        {"stream": " ---> Running in 0123\n"},
        {"stream": "\x1b[91mno matching distribution\n\x1b[0m"},
        {"stream": "Removing intermediate container 0123\n"},
        {"errorDetail": {"code": 1, "message": "returned a non-zero code: 1"}, "error": "returned a non-zero code: 1"},
    )
    message = log.failure().message
    assert "at step 2 of 3, `RUN pip install x`: returned a non-zero code: 1" in message
    assert message.endswith("\n  | no matching distribution")


def test_podman_writes_steps_in_capitals() -> None:
    assert built({"stream": "STEP 2/5: RUN true\n"}).step == "RUN true"


def test_a_file_without_any_step_fails_as_a_whole() -> None:
    log = built({"error": "dockerfile parse error line 1: unknown instruction: FRO"})
    assert "it failed: dockerfile parse error line 1" in log.failure().message


def test_a_download_counts_each_byte_of_each_layer_once() -> None:
    task = Counting()
    events = [
        {"status": "Pulling from x", "id": "latest"},
        {"status": "Downloading", "id": "a", "progressDetail": {"current": 10, "total": 30}},
        {"status": "Downloading", "id": "b", "progressDetail": {"current": 5, "total": 5}},
        {"status": "Downloading", "id": "a", "progressDetail": {"current": 30, "total": 30}},
        {"status": "Extracting", "id": "a", "progressDetail": {"current": 30, "total": 30}},
        {"status": "Downloading", "id": "c", "progressDetail": {}},
    ]
    assert (follow_pull(events, task), task.amount) == (None, 35)


def test_a_download_that_fails_tells_the_engines_words() -> None:
    assert follow_pull([{"error": "manifest unknown"}], Task()) == "manifest unknown"


def test_each_way_a_registry_refuses_has_its_own_sentence_and_advice() -> None:
    said = {
        "manifest for reg:5000/x@sha256:0 not found: manifest unknown": ("has no", "resolve again"),
        'Get "http://reg:5000/v2/": dial tcp: connect: connection refused': ("cannot be reached", "proxy"),
        "no basic auth credentials": ("wants a password", "docker login reg:5000"),
        "x509: certificate signed by unknown authority": ("cannot be trusted", "certificate authority"),
        "something nobody has seen": ("could not be fetched", "log"),
    }
    for words, (sentence, advice) in said.items():
        error = registry_error("reg:5000/x@sha256:0", words)
        assert sentence in error.message, words
        assert "reg:5000" in error.message, words
        assert advice in error.hint, words
