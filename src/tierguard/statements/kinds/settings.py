"""Settings of the session: SET, RESET, SHOW, DISCARD and set_config()."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Control, Hold
from tierguard.statements.naming import names_in
from tierguard.statements.tour import ADMIN, OPAQUE, READ, WRITE, Tour, constant_of, is_on

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

_WRITABLE: Final = frozenset({"transaction_read_only", "default_transaction_read_only"})
_ON: Final = frozenset({"on", "true", "yes", "1", "t", "y"})
_ROLES: Final = frozenset({"role", "session_authorization", "is_superuser"})
# Those that switch off what protects rows, or say how the text of statements is read (manual, chapter 20).
_PROTECTING: Final = frozenset(
    names_in(
        """
        allow_alter_system allow_in_place_tablespaces allow_system_table_mods backslash_quote event_triggers
        ignore_checksum_failure ignore_invalid_pages ignore_system_indexes local_preload_libraries row_security
        session_preload_libraries session_replication_role standard_conforming_strings track_counts
        zero_damaged_pages
        """
    )
)
# Their values that protect: scripts and libraries send these to be sure.
_PROTECTED: Final = {
    "backslash_quote": frozenset({"safe_encoding", "off", "false", "no", "0"}),  # else GBK or SJIS hides what follows
    "event_triggers": _ON,
    "row_security": _ON,
    "session_replication_role": frozenset({"origin"}),
    "standard_conforming_strings": _ON,
}
# Those that anyone may set and that change how a statement is planned, read or shown, not what it may do.
_HARMLESS: Final = frozenset(
    names_in(
        """
        application_name array_nulls backend_flush_after bytea_output
        client_connection_check_interval check_function_bodies client_encoding client_min_messages commit_delay
        commit_siblings compute_query_id constraint_exclusion createrole_self_grant cursor_tuple_fraction
        datestyle deadlock_timeout default_statistics_target default_table_access_method default_tablespace
        default_text_search_config default_toast_compression default_transaction_deferrable
        default_transaction_isolation effective_cache_size effective_io_concurrency escape_string_warning
        exit_on_error extra_float_digits file_copy_method force_parallel_mode from_collapse_limit
        gin_fuzzy_search_limit gin_pending_list_limit hash_mem_multiplier icu_validation_level
        idle_in_transaction_session_timeout idle_session_timeout intervalstyle io_combine_limit
        join_collapse_limit lc_messages lc_monetary lc_numeric lc_time lock_timeout logical_decoding_work_mem
        maintenance_io_concurrency maintenance_work_mem max_parallel_maintenance_workers max_parallel_workers
        max_parallel_workers_per_gather max_stack_depth md5_password_warnings min_parallel_index_scan_size
        min_parallel_table_scan_size parallel_leader_participation parallel_setup_cost parallel_tuple_cost
        password_encryption plan_cache_mode quote_all_identifiers random_page_cost recursive_worktable_factor
        restrict_nonsystem_relation_kind scram_iterations search_path seed seq_page_cost statement_timeout
        stats_fetch_consistency synchronize_seqscans synchronous_commit tcp_keepalives_count tcp_keepalives_idle
        tcp_keepalives_interval tcp_user_timeout temp_buffers temp_file_limit temp_tablespaces timezone
        timezone_abbreviations trace_notify trace_sort transaction_deferrable transaction_isolation
        transaction_timeout transform_null_equals update_process_title vacuum_buffer_usage_limit
        wal_sender_timeout wal_skip_threshold work_mem xmlbinary xmloption
        """
    )
)
_OURS: Final = "tierguard."
_PLANNING: Final = ("enable_", "geqo", "jit", "cpu_", "debug_", "vacuum_", "parallel_")
# A name with a dot is an application's own, unless it is that of an extension that watches or protects.
_WATCHING: Final = ("pgaudit.", "supautils.", "sepgsql.", "anon.", "set_user.", "auth_delay.", "plperl.", "plpython")


def judge_setting(name: str, value: str | None, tour: Tour) -> None:
    """Judge one setting that is given a value: None where it cannot be read, or is the default."""
    name = name.lower()
    if name in _WRITABLE:
        if (value or "").lower() not in _ON:
            tour.loosen(OPAQUE, "it may make the session writable")
    elif name == "session_authorization":
        tour.loosen(ADMIN, "it makes the session another user's")
    elif name in _ROLES:
        tour.loosen(OPAQUE, "it takes another role")
    elif name.startswith(_OURS):
        tour.loosen(OPAQUE, f"{name} is what a commit is held by")
    elif (value or "").lower() in _PROTECTED.get(name, ()):
        return
    elif name in _PROTECTING or name.startswith(_WATCHING):
        tour.loosen(ADMIN, f"{name} protects")
    elif name not in _HARMLESS and "." not in name and not name.startswith(_PLANNING):
        tour.may_do_anything(f"nobody knows the setting {name} here")


def set_by_function(call: Node, tour: Tour) -> None:
    """Judge set_config()."""
    arguments = call.get("args", [])
    name = constant_of(arguments[0]) if arguments else None
    if name is None or "agg_filter" in call:
        tour.loosen(OPAQUE, "set_config() may set anything")
        return
    judge_setting(name, constant_of(arguments[1]) if arguments[1:] else None, tour)


def _set(node: Node, tour: Tour) -> None:
    kind, name = node.get("kind", "VAR_SET_VALUE"), node.get("name", "")
    if kind == "VAR_RESET_ALL":
        tour.verb = "RESET ALL"
        tour.loosen(OPAQUE, "it resets every setting of the session")
    elif kind == "VAR_SET_MULTI":
        _set_characteristics(name, node, tour)
    elif kind in {"VAR_RESET", "VAR_SET_DEFAULT"}:
        tour.verb = "RESET" if kind == "VAR_RESET" else "SET"
        if name.lower() in _ROLES:
            tour.loosen(OPAQUE, "it takes another role")
        elif name.lower() not in _PROTECTING:
            judge_setting(name, None, tour)
    elif kind != "VAR_SET_CURRENT":  # SET … FROM CURRENT changes nothing
        judge_setting(name, _value(node), tour)


def _value(node: Node) -> str | None:
    arguments = node.get("args", [])
    return constant_of(arguments[0]) if len(arguments) == 1 else None


def _set_characteristics(name: str, node: Node, tour: Tour) -> None:
    session = name == "SESSION CHARACTERISTICS"
    tour.verb = f"SET {name}"
    tour.control = None if session else Control.CHARACTERISTICS
    for one in node.get("args", ()):
        element = one.get("DefElem", {})
        if element.get("defname") == "transaction_read_only":
            tour.read_only = is_on(element.get("arg"))
            if not tour.read_only:
                tour.loosen(OPAQUE, f"it makes the {'session' if session else 'transaction'} writable")


def _discard(node: Node, tour: Tour) -> None:
    target = node.get("target", "DISCARD_ALL").removeprefix("DISCARD_")
    tour.verb = f"DISCARD {target}"
    if target == "TEMP":
        tour.temporary = True
        tour.grave(WRITE, "it drops the temporary tables of the session")
    elif target not in {"PLANS", "SEQUENCES"}:
        tour.loosen(OPAQUE, "it resets the session")
        tour.grave(READ, hold=Hold.ALONE)


RULES: Final[Rules] = {"VariableSetStmt": _set, "VariableShowStmt": False, "DiscardStmt": _discard}
VERBS: Final = {"VariableSetStmt": "SET", "VariableShowStmt": "SHOW", "DiscardStmt": "DISCARD"}
