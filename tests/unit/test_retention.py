"""What is kept, for how long, and under which names: for any set of snapshots, and any name of a database."""

import string
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from tierguard.deciding import derived
from tierguard.deciding.derived import Kind
from tierguard.deciding.retention import SNAPSHOTS, TEMPLATES, Allowance, Kept, find_expired
from tierguard.model import Tier

NOW = datetime(2026, 11, 26, tzinfo=UTC)
MOMENTS = st.integers(-3 * 86400, 30 * 86400).map(lambda seconds: NOW - timedelta(seconds=seconds))
SNAPSHOT_SETS = st.dictionaries(st.text("ab", min_size=1, max_size=6), MOMENTS, max_size=12).map(
    lambda found: [Kept(name, at) for name, at in found.items()]
)
ALLOWANCES = st.builds(
    Allowance, st.integers(0, 6), st.none() | st.integers(1, 20).map(lambda days: timedelta(days=days)), st.none()
)
NAMES = st.text(min_size=1, max_size=63).filter(lambda name: "\0" not in name and len(_bytes(name)) <= derived.LIMIT)
SALTS = st.text(string.ascii_lowercase[:6] + string.digits, min_size=4, max_size=4)


def _bytes(name):
    return name.encode(errors="ignore")


@given(SNAPSHOT_SETS, ALLOWANCES)
def test_the_newest_stay_and_none_is_older_than_what_goes_before_its_age(kept, allowance):
    expired = find_expired(kept, allowance, NOW)
    stay = [one for one in kept if one.name not in expired]
    gone = [one for one in kept if one.name in expired]
    assert len(expired) == len(set(expired)) == len(gone)
    assert len(stay) <= allowance.count
    assert all(allowance.age is None or NOW - one.at <= allowance.age for one in stay)
    assert all(old.at <= new.at for old in gone for new in stay)
    if len(stay) < allowance.count:  # then only age was a reason
        assert all(allowance.age is not None and NOW - one.at > allowance.age for one in gone)


@given(SNAPSHOT_SETS, ALLOWANCES)
def test_pruning_twice_is_pruning_once_and_the_order_does_not_matter(kept, allowance):
    expired = find_expired(kept, allowance, NOW)
    assert find_expired(reversed(kept), allowance, NOW) == expired
    assert find_expired([one for one in kept if one.name not in expired], allowance, NOW) == ()
    ages = {one.name: one.at for one in kept}
    assert [ages[name] for name in expired] == sorted(ages[name] for name in expired)


@given(SNAPSHOT_SETS)
def test_what_has_just_been_kept_stays_whatever_other_clocks_said(kept):
    for allowance in (*SNAPSHOTS.values(), TEMPLATES):
        assert "now" not in find_expired([*kept, Kept("now", NOW)], allowance, NOW, spare="now")


def test_int_keeps_one_for_a_day_and_stg_five():
    hours = [Kept(f"{hour:02}", NOW - timedelta(hours=hour)) for hour in (1, 2, 23, 25, 100, 1000, 9000)]
    assert find_expired(hours, SNAPSHOTS[Tier.INT], NOW) == ("9000", "1000", "100", "25", "23", "02")
    assert find_expired(hours, SNAPSHOTS[Tier.STG], NOW) == ("9000", "1000")
    assert find_expired([Kept("old", NOW - timedelta(days=1, seconds=1))], SNAPSHOTS[Tier.INT], NOW) == ("old",)
    assert Tier.PROD not in SNAPSHOTS


@example("x" * 63, Kind.SNAPSHOT, None, "abcd")
@given(NAMES, st.sampled_from(Kind), st.none() | st.integers(0, 99), SALTS)
def test_every_name_that_is_made_fits_and_is_recognised(name, kind, number, salt):
    number = number if kind is Kind.WORKER else None
    made = derived.derive(name, kind, derived.make_id(NOW, salt), number=number)
    assert len(made.encode()) <= derived.LIMIT
    assert derived.belongs(made, name, kind)
    assert not any(derived.belongs(made, name, other) for other in Kind if other is not kind)
    assert derived.time_of(made) == NOW
    assert not derived.belongs(name, name, kind)


@given(NAMES, NAMES, st.sampled_from(Kind), SALTS)
def test_no_name_belongs_to_another_database(one, other, kind, salt):
    if one != other and derived.MARK not in one + other:
        assert not derived.belongs(derived.derive(one, kind, salt), other, kind)


@given(st.text(max_size=80))
def test_any_text_is_a_derived_name_or_none(text):
    assert derived.time_of(text) is None or derived.parse(text) is not None
