"""What is added to, or left out of, what a project needs, so that an attempt can be repeated."""

from __future__ import annotations

from reproof.model.execution import FailedImport
from reproof.model.requirements import Requirement, Requirements
from reproof.model.resolution import Obstacle, Pin
from reproof.revive.remedies import remedy_for, with_more, without_hopeless

PROVIDERS = {"cv2": ("opencv-python", "opencv-python-headless"), "sklearn": ("scikit-learn",)}


def provide(module: str) -> tuple[str, ...]:
    return PROVIDERS.get(module, ())


def needs(*requirements: Requirement) -> Requirements:
    return Requirements(project="p", dates=(), pythons=(), requirements=requirements)


def missing(module: str) -> FailedImport:
    text = f"No module named '{module}'"
    return FailedImport(module=module, error="ModuleNotFoundError", text=text, missing=module)


def pin(name: str) -> Pin:
    return Pin(name=name, version="1", location="/site", confidence="dated", artifact=None, evidence="")


def blocked(package: str) -> Obstacle:
    return Obstacle(kind="never existed", package=package, what=f"no index has {package}", remedy="correct the name")


def test_a_module_that_the_table_knows_is_added_with_the_place_that_showed_it() -> None:
    remedy = remedy_for([missing("cv2")], (), provide, {})
    [added] = remedy.requirements
    assert (added.name, added.kind) == ("opencv-python", "imported")
    assert "cv2" in added.source and remedy


def test_a_module_whose_distribution_is_there_already_is_an_obstacle() -> None:
    remedy = remedy_for([missing("sklearn")], [pin("scikit-learn")], provide, {})
    assert not remedy
    assert [obstacle.kind for obstacle in remedy.obstacles] == ["not declared"]


def test_a_module_that_no_table_knows_is_never_guessed_to_be_a_distribution_of_its_name() -> None:
    remedy = remedy_for([missing("utils")], (), provide, {})
    assert not remedy and remedy.obstacles[0].package == "utils"


def test_a_shared_library_is_added_by_its_package() -> None:
    text = "libGL.so.1: cannot open shared object file: No such file or directory"
    failed = FailedImport(module="cv2", error="ImportError", text=text)
    assert remedy_for([failed], [pin("opencv-python")], provide, {"libGL.so.1": "libgl1"}).packages == ("libgl1",)
    assert not remedy_for([failed], [pin("opencv-python")], provide, {})


def test_what_is_there_is_not_added_twice_but_a_mere_constraint_does_not_count() -> None:
    numpy = Requirement(name="numpy", kind="constraint", source="c.txt:1", specifier="<2")
    torch = Requirement(name="torch", kind="declared", source="r.txt:1", specifier="==1.4")
    more = [Requirement(name=name, kind="imported", source="x") for name in ("numpy", "torch")]
    names = [(one.name, one.kind) for one in with_more(needs(numpy, torch), more).requirements]
    assert names == [("numpy", "constraint"), ("torch", "declared"), ("numpy", "imported")]


def test_what_nobody_declared_and_nobody_has_is_left_out_with_a_gap() -> None:
    guessed = Requirement(name="mylib", kind="imported", source="a.py:1")
    declared = Requirement(name="numpy", kind="declared", source="r.txt:1")
    fewer = without_hopeless(needs(guessed, declared), [blocked("mylib")])
    assert fewer is not None
    assert [one.name for one in fewer.requirements] == ["numpy"]
    assert "mylib" in fewer.gaps[0].what


def test_what_somebody_declared_is_never_left_out() -> None:
    declared = Requirement(name="numpy", kind="declared", source="r.txt:1")
    assert without_hopeless(needs(declared), [blocked("numpy")]) is None


def test_at_first_only_what_the_code_may_do_without_is_left_out() -> None:
    needed = Requirement(name="mylib", kind="imported", source="a.py:1")
    spare = needed.model_copy(update={"optional": True})
    assert without_hopeless(needs(needed), [blocked("mylib")], optional=True) is None
    assert without_hopeless(needs(spare), [blocked("mylib")], optional=True) is not None


def test_a_placeholder_gives_way_to_what_is_meant() -> None:
    wrong = Requirement(name="sklearn", kind="declared", source="requirements.txt:2", specifier="==0.0")
    fewer = without_hopeless(needs(wrong), [blocked("sklearn")])
    assert fewer is not None
    assert [(one.name, one.specifier) for one in fewer.requirements] == [("scikit-learn", "")]
