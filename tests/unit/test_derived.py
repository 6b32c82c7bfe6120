"""Names of the databases that tools make beside another one."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tierguard.deciding import derived
from tierguard.deciding.derived import Kind

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=70)
ID = derived.make_id(datetime(2026, 11, 25, 0, 15, tzinfo=UTC), "ab12")


@given(name=NAMES, kind=st.sampled_from(Kind), number=st.one_of(st.none(), st.integers(0, 99)))
def test_a_derived_name_fits_and_is_known_again(name, kind, number):
    number = number if kind is Kind.WORKER else None
    made = derived.derive(name, kind, ID, number=number)
    assert len(made.encode()) <= derived.LIMIT
    assert derived.belongs(made, name, kind)
    assert derived.parse(made) == (derived.shorten(name), kind, number, ID)


@given(name=NAMES, other=NAMES)
def test_a_derived_name_belongs_to_one_database(name, other):
    made = derived.derive(name, Kind.SNAPSHOT, ID)
    assert derived.belongs(made, other, Kind.SNAPSHOT) == (name == other)
    assert not derived.belongs(made, name, Kind.TEMPLATE)
