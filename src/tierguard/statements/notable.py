"""Functions of which it is known that they do something, and those of extensions that do not. Values.

What a server's own catalogue calls volatile, and is not here, may do anything; :mod:`tierguard.statements.harmless` has
the rest of the catalogue.
"""

from __future__ import annotations

from typing import Final

from tierguard.statements.effects import Hold
from tierguard.statements.naming import names_in
from tierguard.statements.tour import ADMIN, OPAQUE, WRITE

# Functions that are declared volatile and still only look (manual, chapter 9). The command that reads the catalogue
# adds them to the others.
VOLATILE_READS: Final = frozenset(
    names_in(
        """
        amvalidate array_sample array_shuffle bernoulli clock_timestamp current_query currval gen_random_uuid
        lastval lo_get pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
        pg_advisory_unlock_shared pg_available_wal_summaries pg_blocking_pids pg_collation_actual_version
        pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system pg_current_logfile
        pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn pg_database_collation_actual_version
        pg_database_size pg_export_snapshot pg_get_aios pg_get_backend_memory_contexts pg_get_loaded_modules
        pg_get_multixact_members pg_get_sequence_data pg_get_shmem_allocations pg_get_shmem_allocations_numa
        pg_get_wait_events pg_get_wal_replay_pause_state pg_get_wal_resource_managers pg_get_wal_summarizer_state
        pg_indexes_size pg_is_in_recovery pg_is_wal_replay_paused pg_isolation_test_session_is_blocked
        pg_jit_available pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn
        pg_last_xact_replay_timestamp pg_lock_status pg_notification_queue_usage pg_partition_ancestors
        pg_partition_tree pg_prepared_xact pg_relation_size pg_replication_origin_progress
        pg_replication_origin_session_is_setup pg_replication_origin_session_progress
        pg_safe_snapshot_blocking_pids pg_sequence_last_value pg_show_replication_origin_status pg_sleep
        pg_sleep_for pg_sleep_until pg_stat_clear_snapshot pg_stat_force_next_flush pg_stat_get_backend_io
        pg_stat_get_backend_wal pg_stat_get_io pg_stat_get_recovery_prefetch pg_stat_get_xact_blocks_fetched
        pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls pg_stat_get_xact_function_self_time
        pg_stat_get_xact_function_total_time pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted
        pg_stat_get_xact_tuples_fetched pg_stat_get_xact_tuples_hot_updated pg_stat_get_xact_tuples_inserted
        pg_stat_get_xact_tuples_newpage_updated pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated
        pg_stat_have_stats pg_table_size pg_tablespace_size pg_total_relation_size pg_try_advisory_lock
        pg_try_advisory_lock_shared pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_xact_status random
        random_normal setseed system timeofday txid_status uuidv4 uuidv7
        """
    )
)

# Functions that are declared immutable or stable, of a family that is not for everybody.
NOT_HARMLESS: Final = frozenset({"pg_event_trigger_ddl_commands", "pg_event_trigger_dropped_objects"})

_SEQUENCE: Final = (WRITE, "moves a sequence on, which no rollback undoes", Hold.TRANSACTION)
# Without a rollback, a lower number makes the inserts of everybody fail, or gives a number away twice.
_SET: Final = (WRITE, "sets a sequence, which no rollback undoes", Hold.BEYOND)
_OBJECT: Final = (WRITE, "changes a large object", Hold.TRANSACTION)
_LOCK: Final = (WRITE, "takes a lock until the transaction ends", Hold.TRANSACTION)
_SERVER: Final = (ADMIN, "acts on the server itself", Hold.BEYOND)
_SESSIONS: Final = (ADMIN, "acts on another session", Hold.BEYOND)
# What a monitor does, a job that ends slow queries, and one that follows changes: none of it loses a committed row.
_STATEMENTS: Final = (OPAQUE, "ends what another session is doing, not the session", Hold.BEYOND)
_STREAM: Final = (OPAQUE, "moves on what a replication slot has given out", Hold.BEYOND)
_SIZES: Final = (OPAQUE, "lists files of the server", Hold.TRANSACTION)
_FILES: Final = (ADMIN, "reads or writes a file of the server", Hold.BEYOND)
_TEXT: Final = (OPAQUE, "runs a statement that it is given as text", Hold.TRANSACTION)
_STATISTICS: Final = (OPAQUE, "changes statistics, which no rollback undoes", Hold.BEYOND)

GRAVE: Final[dict[str, tuple[int, str, Hold]]] = {
    "nextval": _SEQUENCE,
    "setval": _SET,
    "lo_unlink": (OPAQUE, "deletes a large object", Hold.TRANSACTION),
    **dict.fromkeys(("pg_current_xact_id", "txid_current"), (WRITE, "takes a transaction's number", Hold.TRANSACTION)),
    "pg_notify": (WRITE, "tells other sessions at COMMIT", Hold.TRANSACTION),
    **dict.fromkeys(
        names_in(
            """
        lo_creat lo_create lo_from_bytea lo_put lo_truncate lo_truncate64 lowrite lo_open
        """
        ),
        _OBJECT,
    ),
    **dict.fromkeys(
        [
            "pg_advisory_xact_lock",
            "pg_advisory_xact_lock_shared",
            "pg_try_advisory_xact_lock",
            "pg_try_advisory_xact_lock_shared",
        ],
        _LOCK,
    ),
    "pg_terminate_backend": _SESSIONS,
    **dict.fromkeys(("pg_cancel_backend", "pg_log_backend_memory_contexts"), _STATEMENTS),
    "pg_logical_emit_message": (WRITE, "writes what others follow, which no rollback may undo", Hold.BEYOND),
    **dict.fromkeys(
        names_in(
            """
        pg_create_logical_replication_slot pg_logical_slot_get_binary_changes pg_logical_slot_get_changes
        pg_replication_slot_advance
        """
        ),
        _STREAM,
    ),
    **dict.fromkeys(
        names_in(
            """
        pg_ls_archive_statusdir pg_ls_logdir pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir
        pg_ls_summariesdir pg_ls_tmpdir pg_ls_waldir
        """
        ),
        _SIZES,
    ),
    **dict.fromkeys(
        names_in(
            """
        pg_backup_start pg_backup_stop pg_start_backup pg_stop_backup pg_copy_logical_replication_slot
        pg_copy_physical_replication_slot pg_create_physical_replication_slot
        pg_create_restore_point pg_drop_replication_slot pg_import_system_collations pg_log_standby_snapshot
        pg_nextoid
        pg_promote pg_reload_conf pg_replication_origin_advance pg_replication_origin_create
        pg_replication_origin_drop pg_replication_origin_session_reset pg_replication_origin_session_setup
        pg_replication_origin_xact_reset pg_replication_origin_xact_setup
        pg_rotate_logfile pg_rotate_logfile_old pg_stop_making_pinned_objects pg_switch_wal
        pg_sync_replication_slots pg_wal_replay_pause pg_wal_replay_resume
        """
        ),
        _SERVER,
    ),
    **dict.fromkeys(
        names_in(
            """
        lo_export lo_import pg_file_rename pg_file_sync pg_file_unlink pg_file_write pg_logdir_ls
        pg_ls_dir
        pg_read_binary_file pg_read_file pg_stat_file
        """
        ),
        _FILES,
    ),
    **dict.fromkeys(
        names_in(
            """
        crosstab crosstab2 crosstab3 crosstab4 crosstabN connectby cursor_to_xml cursor_to_xmlschema query_to_xml
        query_to_xml_and_xmlschema query_to_xmlschema ts_rewrite ts_stat
        """
        ),
        _TEXT,
    ),
    **dict.fromkeys(
        names_in(
            """
        pg_clear_attribute_stats pg_clear_relation_stats pg_restore_attribute_stats pg_restore_relation_stats
        pg_stat_reset pg_stat_reset_backend_stats pg_stat_reset_replication_slot pg_stat_reset_shared
        pg_stat_reset_single_function_counters pg_stat_reset_single_table_counters pg_stat_reset_slru
        pg_stat_reset_subscription_stats pg_stat_statements_reset
        """
        ),
        _STATISTICS,
    ),
}

# Functions of these families act where no rollback reaches, or may.
BEYOND: Final = ("dblink", "http_", "aws_", "pg_background", "cron", "lo_", "pg_file", "net_", "binary_upgrade")

# Functions of extensions that applications call as they read: each takes values and gives a value.
EXTENSIONS: Final = frozenset(
    names_in(
        """
        akeys avals binary_quantize bit_count armor bagg cosine_distance crypt cube cube_contains cube_dim
        cube_distance cube_inter cube_ll_coord cube_size cube_union cube_ur_coord daitch_mokotoff dearmor decrypt
        decrypt_iv defined difference digest dmetaphone dmetaphone_alt earth earth_box earth_distance encrypt
        encrypt_iv exist f_unaccent gen_random_bytes gen_salt geo_distance hamming_distance hmac hstore
        hstore_to_array hstore_to_json hstore_to_json_loose hstore_to_jsonb hstore_to_jsonb_loose icount idx
        inner_product intset isdefined isexists jaccard_distance l1_distance l2_distance l2_norm l2_normalize
        latitude lca levenshtein levenshtein_less_equal ll_to_earth longitude ltree2text metaphone nlevel
        normal_rand pg_stat_statements pg_stat_statements_info pgp_armor_headers pgp_key_id pgp_pub_decrypt
        pgp_pub_decrypt_bytea pgp_pub_encrypt pgp_pub_encrypt_bytea pgp_sym_decrypt pgp_sym_decrypt_bytea
        pgp_sym_encrypt pgp_sym_encrypt_bytea show_limit show_trgm similarity similarity_dist skeys slice soundex
        sort sort_asc sort_desc sparsevec st_area st_asbinary st_asewkb st_asewkt st_asgeojson st_asmvt
        st_asmvtgeom st_astext st_azimuth st_boundary st_buffer st_centroid st_closestpoint st_collect st_contains
        st_convexhull st_coveredby st_covers st_crosses st_difference st_dimension st_disjoint st_distance
        st_distancesphere st_distancespheroid st_dwithin st_endpoint st_envelope st_equals st_estimatedextent
        st_expand st_extent st_force2d st_geogfromtext st_geohash st_geometryn st_geometrytype st_geomfromewkb
        st_geomfromewkt st_geomfromgeojson st_geomfromtext st_geomfromwkb st_intersection st_intersects st_isempty
        st_isvalid st_length st_lineinterpolatepoint st_linelocatepoint st_linemerge st_m st_makeenvelope
        st_makeline st_makepoint st_makepolygon st_makevalid st_maxdistance st_memunion st_multi st_ndims
        st_npoints st_numgeometries st_overlaps st_perimeter st_point st_pointfromtext st_pointn st_pointonsurface
        st_polygon st_project st_rotate st_scale st_segmentize st_setsrid st_shortestline st_simplify
        st_simplifypreservetopology st_snaptogrid st_split st_srid st_startpoint st_subdivide st_symdifference
        st_tileenvelope st_touches st_transform st_translate st_unaryunion st_union st_within st_x st_xmax st_xmin
        st_y st_ymax st_ymin st_z strict_word_similarity subarray subltree subpath subvector svals tconvert
        text2ltree time_bucket time_bucket_gapfill unaccent unaccent_lexize uniq uuid_generate_v1
        uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_oid
        uuid_ns_url uuid_ns_x500 vector vector_dims vector_norm halfvec word_similarity
        """
    )
)

# Operators of extensions that applications use as they read: vectors, trigrams, geometry, hstore, ltree, cube, arrays.
EXTENSION_OPERATORS: Final = frozenset(
    names_in(
        """
        <-> <=> <#> <+> <~> <%> % %> <% <<% %>> <<-> <->> <<<-> <->>> %% %# #= -> ->> ~> ? ?| ?& ?@> ?<@ ?~ ?@ ~ @ @> <@
        @@ && &&& &&< &< &> << >> <<| |>> &<| |&> ~= ~== |=| <<->> <<#>> @@@ #
        """
    )
)
