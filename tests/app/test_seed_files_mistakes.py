"""Every kind of mistake in a seed file is reported with its file, its line and what would be right."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from app.services.seed_files import load
from tierguard.errors import SettingMismatch

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "categories.yaml": """\
# shelves
- slug: music
  name: Music
  subtitle: Notes
  icon_name: note
""",
    "services/music.yaml": """\
category: music
services:
  - slug: piano
    name: Piano
    description: Keys.
    search_terms: [piano, keys]
    related: [organ]
    online_capable: true
  - slug: organ
    name: Organ
    description: Pipes.
    search_terms: [organ]
    online_capable: false
""",
    "instructors.yaml": """\
- email: ann.lee@example.com
  full_name: Ann Lee
  bio: Plays.
  years_experience: 4
  areas: [North]
  min_advance_booking_hours: 24
  buffer_time_minutes: 15
  availability: mornings
  services:
    - service: piano
      hourly_rate: 62.50
      description: Scales.
      duration_options: [30, 60]
      experience_level: advanced
      levels_taught: [beginner]
      age_groups: [adults]
      location_types: [online]
""",
    "students.yaml": """\
- email: bo.ray@example.com
  full_name: Bo Ray
""",
    "availability_patterns.yaml": """\
- name: mornings
  slots:
    - days: [mon, tue]
      start: 08:00
      end: 10:30
""",
    "settings.yaml": """\
password: made-up-words
weeks_back: 8
weeks_ahead: 4
completed_bookings_per_offering: 3
upcoming_bookings_per_instructor: 2
search_phrases: [learn piano]
review_texts:
  - rating: 5
    text: Lovely.
""",
}

CATEGORIES, MUSIC, INSTRUCTORS = "categories.yaml", "services/music.yaml", "instructors.yaml"
STUDENTS, PATTERNS, SETTINGS = "students.yaml", "availability_patterns.yaml", "settings.yaml"

# file, text to replace, its replacement, line that must be named, part of what must be said
MISTAKES = [
    (CATEGORIES, "name: Music", "name: [Music", 4, "this is not YAML"),
    (CATEGORIES, "icon_name: note", "icon_nam: note", 5, "unknown key 'icon_nam'; did you mean 'icon_name'?"),
    (CATEGORIES, "  subtitle: Notes\n", "", 2, "key 'subtitle' is missing"),
    (CATEGORIES, "name: Music", "name: 5", 3, "name must be text, not 5"),
    (CATEGORIES, "name: Music", "name: [a, b]", 3, "name must be text, not a list"),
    (CATEGORIES, "name: Music", "name:", 3, "name must be text, not nothing"),
    (CATEGORIES, "name: Music", "name: ' '", 3, "name must not be empty"),
    (CATEGORIES, "slug: music", "slug: Music!", 2, "slug must be lower-case letters and digits"),
    (CATEGORIES, "name: Music", "name: Music\n  name: Noise", 4, "key 'name' occurs twice, first on line 3"),
    (CATEGORIES, "- slug: music", "- hello\n- slug: music", 2, "must be a mapping of keys to values, not 'hello'"),
    (CATEGORIES, "name: Music", "name: &n Music", 3, "anchors such as &n are not allowed"),
    (CATEGORIES, "name: Music", "name: *n", 3, "aliases such as *n are not allowed"),
    (CATEGORIES, "name: Music", "name: !!python/object:os.system {}", 3, "are not allowed"),
    (CATEGORIES, "name: Music", "name: Mu\0sic", 3, "character U+0000 is not allowed"),
    (CATEGORIES, "name: Music", 'name: "Mu\\0sic"', 3, "character U+0000 is not allowed"),
    (CATEGORIES, "name: Music", "name: " + "[" * 30, 3, "nesting deeper than 12"),
    (CATEGORIES, "name: Music", "name: M\n---\n- x", 4, "one document per file"),
    (CATEGORIES, "name: Music", "? [a]\n  : Music", 3, "a key must be text"),
    (MUSIC, "category: music", "category: musik", 1, "there is no category 'musik'; did you mean 'music'?"),
    (MUSIC, "category: music", "shelf: music", 1, "key 'category' is missing"),
    (MUSIC, "slug: organ\n", "slug: piano\n", 9, "slug 'piano' is already used at"),
    (
        MUSIC,
        "related: [organ]",
        "related: [organ,\n      pino]",
        8,
        "there is no service 'pino'; did you mean 'piano'?",
    ),
    (MUSIC, "related: [organ]", "related: [piano]", 7, "must not be related to itself"),
    (MUSIC, "online_capable: true", "online_capable: yes", 8, "online_capable must be true or false, not 'yes'"),
    (MUSIC, "search_terms: [organ]", "search_terms: []", 12, "search_terms must have at least 1 item"),
    (MUSIC, "search_terms: [organ]", "search_terms: organ", 12, "search_terms must be a list, not 'organ'"),
    (MUSIC, "[piano, keys]", "[keys, keys]", 6, "search_terms must not repeat 'keys'"),
    (INSTRUCTORS, "service: piano", "service: paino", 10, "there is no service 'paino'; did you mean 'piano'?"),
    (
        INSTRUCTORS,
        "service: piano",
        "service: organ",
        17,
        "'organ' is not online_capable, so only in-person is allowed",
    ),
    (INSTRUCTORS, "62.50", "0", 11, "hourly_rate must be greater than 0, not 0"),
    (INSTRUCTORS, "62.50", "-3.5", 11, "hourly_rate must be greater than 0, not -3.5"),
    (INSTRUCTORS, "62.50", "62.505", 11, "no more than 2 decimal places, not 62.505"),
    (INSTRUCTORS, "62.50", "'62'", 11, "hourly_rate must be a number, not '62'"),
    (INSTRUCTORS, "62.50", "true", 11, "hourly_rate must be a number, not True"),
    (INSTRUCTORS, "[30, 60]", "[14, 60]", 13, "duration_options must be greater than or equal to 15, not 14"),
    (INSTRUCTORS, "[30, 60]", "[30, 721]", 13, "duration_options must be less than or equal to 720, not 721"),
    (INSTRUCTORS, "[30, 60]", "[]", 13, "duration_options must have at least 1 item"),
    (INSTRUCTORS, "advanced", "guru", 14, "must be 'beginner', 'intermediate' or 'advanced', not 'guru'"),
    (INSTRUCTORS, "bio: Plays.", "status: retired\n  bio: Plays.", 3, "must be 'active', 'suspended' or 'deactivated'"),
    (INSTRUCTORS, "hourly_rate", "hourly_rat", 11, "unknown key 'hourly_rat'; did you mean 'hourly_rate'?"),
    (INSTRUCTORS, "hourly_rate: 62.50\n      ", "", 10, "key 'hourly_rate' is missing"),
    (INSTRUCTORS, "availability: mornings", "availability: morning", 8, "did you mean 'mornings'?"),
    (INSTRUCTORS, "@example.com", "@gmail.com", 1, "must be a lower-case address at @example.com"),
    (STUDENTS, "bo.ray@", "ann.lee@", 1, "email 'ann.lee@example.com' is already used at"),
    (PATTERNS, "08:00", "8am", 4, "start must be a time from '00:00' to '23:59', not '8am'"),
    (PATTERNS, "08:00", "24:00", 4, "start must be a time"),
    (PATTERNS, "10:30", "07:30", 5, "end 07:30 must be after start 08:00"),
    (PATTERNS, "[mon, tue]", "[mon, tues]", 3, "days must be one of mon, tue, wed, thu, fri, sat, sun, not 'tues'"),
    (
        PATTERNS,
        "10:30\n",
        "10:30\n    - {days: [tue], start: 10:00, end: 11:00}\n",
        6,
        "this slot overlaps an earlier one",
    ),
    (SETTINGS, "rating: 5", "rating: 6", 8, "rating must be less than or equal to 5, not 6"),
    (SETTINGS, "rating: 5", "rating: 0", 8, "rating must be greater than or equal to 1, not 0"),
    (SETTINGS, "weeks_back: 8", "weeks_back: eight", 2, "weeks_back must be a whole number, not 'eight'"),
    (SETTINGS, "weeks_back: 8", "weeks_back: " + "9" * 5000, 2, "weeks_back must be a whole number"),
]


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "seeds"


def refusal(folder: Path) -> list[str]:
    with pytest.raises(SettingMismatch) as caught:
        load(folder)
    assert caught.value.exit_code == 2
    return caught.value.message.splitlines()


def test_the_small_example_has_no_mistake(folder):
    seeds = load(folder)
    assert [service.slug for service in seeds.services] == ["piano", "organ"]
    assert seeds.services[0].related == ("organ",)
    assert str(seeds.instructors[0].services[0].hourly_rate) == "62.50"
    assert [slot.weekday for slot in seeds.patterns[0].slots] == [0, 1]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[4][:40])
def test_a_mistake_names_its_line_and_the_remedy(folder, mistake):
    file, old, new, line, said = mistake
    assert FILES[file].count(old) == 1
    (folder / file).write_text(FILES[file].replace(old, new), encoding="utf-8")
    lines = refusal(folder)
    start = f"{folder / file}:{line}: "
    assert any(each.startswith(start) and said in each for each in lines[1:]), lines


def test_all_mistakes_of_all_files_are_told_at_once_in_order(folder):
    for file, old, new in [
        (SETTINGS, "weeks_back: 8", "weeks_back: x"),
        (CATEGORIES, "name: Music", "name: 1"),
        (MUSIC, "[organ]\n    online_capable: true", "[lute]\n    online_capable: 1"),
    ]:
        (folder / file).write_text(FILES[file].replace(old, new), encoding="utf-8")
    lines = refusal(folder)
    assert lines[0] == "The seed files have 3 mistakes:"
    places = [line.removeprefix(f"{folder}/").split(": ")[0] for line in lines[1:]]
    assert places == ["categories.yaml:3", "services/music.yaml:8", "settings.yaml:2"]


def test_a_reference_is_judged_even_when_another_entry_is_wrong(folder):
    text = FILES[MUSIC].replace("related: [organ]", "related: [lute]").replace("description: Pipes.", "description: 1")
    (folder / MUSIC).write_text(text, encoding="utf-8")
    assert [line.split(": ", 1)[1] for line in refusal(folder)[1:]] == [
        "there is no service 'lute'; allowed: organ, piano",
        "description must be text, not 1",
    ]


def test_a_broken_file_does_not_make_references_to_it_look_wrong(folder):
    (folder / MUSIC).write_text("category: [", encoding="utf-8")
    lines = refusal(folder)
    assert len(lines) == 2
    assert lines[1].startswith(f"{folder / MUSIC}:")


def test_only_the_first_twenty_mistakes_are_shown(folder):
    (folder / STUDENTS).write_text("- {}\n" * 30, encoding="utf-8")
    lines = refusal(folder)
    assert lines[0] == "The seed files have 60 mistakes:"
    assert len(lines) == 22
    assert lines[-1] == "… and 40 more"


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_told(folder, file):
    (folder / file).unlink()
    expected = folder / "services" if file == MUSIC else folder / file
    assert any(line.startswith(f"{expected}:1: ") for line in refusal(folder)[1:])


def test_a_missing_folder_tells_of_each_missing_file(folder):
    shutil.rmtree(folder)
    assert refusal(folder)[0] == "The seed files have 6 mistakes:"


@pytest.mark.parametrize("file", FILES)
def test_an_empty_file_is_told(folder, file):
    (folder / file).write_text("# nothing yet\n", encoding="utf-8")
    assert any(line.startswith(f"{folder / file}:1: ") for line in refusal(folder)[1:])


def test_a_file_that_is_not_utf_8_names_the_line_of_the_byte(folder):
    (folder / STUDENTS).write_bytes(b"- email: bo.ray@example.com\n  full_name: Bo R\xe4y\n")
    assert refusal(folder)[1] == f"{folder / STUDENTS}:2: byte 0xe4 is not UTF-8; save the file as UTF-8"


def test_a_byte_order_mark_is_harmless(folder):
    (folder / STUDENTS).write_text(FILES[STUDENTS], encoding="utf-8-sig")
    assert load(folder).students[0].email == "bo.ray@example.com"


def test_a_file_that_is_too_large_is_refused_unread(folder):
    (folder / STUDENTS).write_text("#" * 500_001, encoding="utf-8")
    assert "the file is too large" in refusal(folder)[1]


def test_a_pipe_in_place_of_a_file_does_not_block(folder):
    (folder / STUDENTS).unlink()
    os.mkfifo(folder / STUDENTS)
    assert refusal(folder)[1] == f"{folder / STUDENTS}:1: this is not a regular file"


def test_two_categories_with_one_slug_are_refused(folder):
    (folder / CATEGORIES).write_text(
        FILES[CATEGORIES] + FILES[CATEGORIES].removeprefix("# shelves\n"), encoding="utf-8"
    )
    expected = f"slug 'music' is already used at {folder / CATEGORIES}:2; it must be unique"
    assert refusal(folder)[1:] == [f"{folder / CATEGORIES}:6: {expected}"]


def test_two_patterns_with_one_name_are_refused(folder):
    (folder / PATTERNS).write_text(FILES[PATTERNS] * 2, encoding="utf-8")
    expected = f"name 'mornings' is already used at {folder / PATTERNS}:1; it must be unique"
    assert refusal(folder)[1:] == [f"{folder / PATTERNS}:6: {expected}"]


def test_a_service_offered_twice_by_one_instructor_is_refused(folder):
    offering = FILES[INSTRUCTORS].split("  services:\n")[1]
    (folder / INSTRUCTORS).write_text(FILES[INSTRUCTORS] + offering, encoding="utf-8")
    expected = "service 'piano' is offered twice by this instructor; once is allowed"
    assert refusal(folder)[1:] == [f"{folder / INSTRUCTORS}:18: {expected}"]


def test_two_files_for_one_category_are_refused(folder):
    (folder / "services" / "zither.yaml").write_text(
        "category: music\nservices: [{slug: z, name: Z, description: Z., search_terms: [z], online_capable: true}]\n",
        encoding="utf-8",
    )
    assert "category 'music' is already used at" in refusal(folder)[1]
