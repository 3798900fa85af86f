"""The life cycle: which steps are possible, where they lead, and what is said of those that are not."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.codes import Status
from notify.errors import LifecycleError
from notify.notices.steps import REVISION_STEP, STEPS, Step, after, possible, widens

STATUSES: tuple[Status, ...] = get_args(Status)

# CONTRACT.md, "Steps", written out; whatever is not here is refused.
POSSIBLE: dict[tuple[str, str], str] = {
    ("edit", "draft"): "draft",
    ("delete", "draft"): "draft",
    ("submit", "draft"): "submitted",
    ("return", "submitted"): "draft",
    ("publish", "draft"): "published",
    ("publish", "submitted"): "published",
    ("amend", "published"): "published",
    ("amend", "completed"): "completed",
    ("amend", "postponed"): "published",
    ("postpone", "published"): "postponed",
    ("cancel", "published"): "cancelled",
    ("cancel", "postponed"): "cancelled",
    ("complete", "published"): "completed",
    ("withdraw", "published"): "withdrawn",
    ("withdraw", "postponed"): "withdrawn",
    ("withdraw", "cancelled"): "withdrawn",
    ("withdraw", "completed"): "withdrawn",
}


@pytest.mark.parametrize(("step", "status"), list(product(STEPS, STATUSES)))
def test_a_step_leads_where_the_contract_says_or_is_refused_with_advice(step: Step, status: Status) -> None:
    expected = POSSIBLE.get((step, status))
    if expected is not None:
        assert after(step, status, begun=True, period_given=True) == expected
        return
    with pytest.raises(LifecycleError) as refusal:
        after(step, status, begun=True, period_given=True)
    assert str(refusal.value.detail).startswith("Only ")
    assert ": " in str(refusal.value.detail).partition(". ")[2], "says what can be done instead"


def test_a_notice_is_completed_only_once_it_has_begun() -> None:
    with pytest.raises(LifecycleError, match="has not begun"):
        after("complete", "published", begun=False)
    assert after("complete", "published", begun=True) == "completed"


def test_a_postponed_notice_is_in_force_again_only_with_a_period() -> None:
    assert after("amend", "postponed", period_given=False) == "postponed"
    assert after("amend", "postponed", period_given=True) == "published"


@pytest.mark.parametrize(
    ("status", "begun", "expected"),
    [
        ("draft", False, ("edit", "delete", "submit", "publish")),
        ("submitted", False, ("return", "publish")),
        ("published", False, ("amend", "postpone", "cancel", "withdraw")),
        ("published", True, ("amend", "postpone", "cancel", "complete", "withdraw")),
        ("postponed", True, ("amend", "cancel", "withdraw")),
        ("cancelled", True, ("withdraw",)),
        ("completed", True, ("amend", "withdraw")),
        ("withdrawn", True, ()),
    ],
)
def test_what_a_page_offers(status: Status, begun: bool, expected: tuple[Step, ...]) -> None:
    assert possible(status, begun=begun) == expected


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.booleans(), st.booleans()), max_size=30))
def test_any_order_of_steps_keeps_the_rules(acts: list[tuple[Step, bool, bool]]) -> None:
    status: Status = "draft"
    revision = 0
    for step, begun, period_given in acts:
        offered = step in possible(status, begun=begun)
        try:
            reached = after(step, status, begun=begun, period_given=period_given)
        except LifecycleError:
            assert not offered
            continue
        assert offered
        revision += step in REVISION_STEP
        # A draft has no revision, whatever is published has one and is never a draft again.
        assert (reached in ("draft", "submitted")) == (revision == 0)
        # Withdrawn is final; from cancelled nothing leads but a withdrawal.
        assert status != "withdrawn"
        assert status != "cancelled" or reached == "withdrawn"
        # What is in force was published, or got new dates; what was completed stays so.
        if reached == "published":
            assert step == "publish" or (step == "amend" and (status == "published" or period_given))
        assert status != "completed" or reached in ("completed", "withdrawn")
        status = reached


@pytest.mark.parametrize(
    ("before", "wanted", "expected"),
    [
        ("recipients", "recipients", True),
        ("recipients", "members", True),
        ("recipients", "public", True),
        ("members", "public", True),
        ("members", "recipients", False),
        ("public", "members", False),
        ("public", "recipients", False),
    ],
)
def test_visibility_only_widens(before: str, wanted: str, expected: bool) -> None:
    assert widens(before, wanted) is expected
