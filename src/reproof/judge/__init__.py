"""Comparison + policy -> judgement: the outcome, how exactly, the reasons, and the likely causes. Pure."""

from __future__ import annotations

from reproof.judge.causes import rank_causes
from reproof.judge.judgement import Account, Judgement, judge, judge_capture
from reproof.judge.weigh import decides

__all__ = ["Account", "Judgement", "decides", "judge", "judge_capture", "rank_causes"]
