/* Somebody changes the record's own rows, with the right tool and the broker away: verify names the
 * entries, exit 6.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <lmdb.h>

#include "tests/help/auditor.h"

#define DAMAGE(what, first, last)                                                                  \
    "{\"what\":\"" what "\",\"first\":\"" #first "\",\"last\":\"" #last "\"}"

static struct auditor auditor;
static MDB_env *env;
static MDB_txn *txn;
static MDB_dbi table;

/* 1 genesis, 2 enrolment, 3-5, 6-8, 9, 10, 11-13; checkpoints at 1, 2, 5, 8, 9 and 10. */
static int make(void **state)
{
    static const size_t batches[] = {3, 3, 1, 1, 3};

    (void)state;
    auditor_open(&auditor);
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++)
        auditor_says(&auditor, batches[i]);
    assert_int_equal(auditor.size, 13);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    auditor_close(&auditor);
    return 0;
}

static void open_rows(void)
{
    char path[160];

    mu_log_close(&auditor.county.log);
    snprintf(path, sizeof path, "%s/log", auditor.county.dir);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(mdb_env_set_mapsize(env, (size_t)1 << 30), 0);
    assert_int_equal(mdb_env_open(env, path, MDB_NOSYNC, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "record", 0, &table), 0);
}

static void close_rows(void)
{
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

enum what { SEAL, ENTRY, CHECKPOINT };

static MDB_val key_of(uint64_t number, enum what what, uint8_t room[8])
{
    mu_put_u64(room, number * 4 + what);
    return (MDB_val){8, room};
}

static size_t get(uint64_t number, enum what what, uint8_t *out)
{
    uint8_t room[8];
    MDB_val k = key_of(number, what, room), v;

    assert_int_equal(mdb_get(txn, table, &k, &v), 0);
    memcpy(out, v.mv_data, v.mv_size);
    return v.mv_size;
}

static void put(uint64_t number, enum what what, uint8_t *data, size_t size)
{
    uint8_t room[8];
    MDB_val k = key_of(number, what, room), v = {size, data};

    assert_int_equal(mdb_put(txn, table, &k, &v, 0), 0);
}

static void take_away(uint64_t number, enum what what)
{
    uint8_t room[8];
    MDB_val k = key_of(number, what, room);

    assert_int_equal(mdb_del(txn, table, &k, NULL), 0);
}

static void flip(uint64_t number, enum what what, size_t at)
{
    uint8_t bytes[1024];
    size_t size = get(number, what, bytes);

    assert_true(at < size);
    bytes[at] ^= 1;
    put(number, what, bytes, size);
}

static void swap(uint64_t a, uint64_t b)
{
    uint8_t of_a[1024], of_b[1024];
    size_t size_a = get(a, ENTRY, of_a), size_b = get(b, ENTRY, of_b);

    put(a, ENTRY, of_b, size_b);
    put(b, ENTRY, of_a, size_a);
}

/* ---- stories --------------------------------------------------------------------------------- */

static void untouched_it_passes(void **state)
{
    (void)state;
    auditor_finds(&auditor, NULL, "");
    assert_non_null(strstr(auditor.said, "\"entries\":\"13\""));
    assert_non_null(strstr(auditor.said, "\"checkpointAt\":\"10\""));
    open_rows(); /* the tool alone changes nothing */
    close_rows();
    auditor_finds(&auditor, NULL, "");
}

static void every_byte_of_a_row_counts(void **state)
{
    uint8_t bytes[1024];
    size_t size;

    (void)state;
    open_rows();
    size = get(7, ENTRY, bytes);
    close_rows();
    for (size_t at = 0; at < size; at++) {
        open_rows();
        flip(7, ENTRY, at);
        close_rows();
        assert_int_equal(auditor_replay(&auditor, "verify --json %s"), 6);
        assert_non_null(strstr(auditor.said, "\"damageCount\":1"));
        /* The time and the judge's version are the batch's: they show in its first entry. */
        assert_true(strstr(auditor.said, DAMAGE("bytes", 7, 7)) != NULL ||
                    strstr(auditor.said, DAMAGE("bytes", 6, 6)) != NULL);
        open_rows();
        flip(7, ENTRY, at);
        close_rows();
    }
    auditor_finds(&auditor, NULL, "");
}

static void a_row_gone_is_missing(void **state)
{
    (void)state;
    open_rows();
    take_away(4, ENTRY);
    close_rows();
    auditor_finds(&auditor, NULL, DAMAGE("missing", 4, 4));
}

static void rows_swapped_are_both_named(void **state)
{
    (void)state;
    open_rows();
    swap(9, 10);
    close_rows();
    auditor_finds(&auditor, NULL, DAMAGE("bytes", 9, 10));
}

static void rows_of_one_batch_swapped_name_it_from_there(void **state)
{
    (void)state;
    open_rows();
    swap(6, 7);
    close_rows();
    auditor_finds(&auditor, NULL, DAMAGE("bytes", 6, 6));
}

static void a_seal_changed_is_named_by_its_first_entry(void **state)
{
    (void)state;
    open_rows();
    flip(9, SEAL, 40);
    close_rows();
    auditor_finds(&auditor, NULL, DAMAGE("bytes", 9, 9));
}

static void the_last_rows_gone_are_missing(void **state)
{
    (void)state;
    open_rows();
    for (uint64_t n = 11; n <= 13; n++)
        take_away(n, ENTRY);
    close_rows();
    auditor_finds(&auditor, NULL, DAMAGE("missing", 11, 13));
    open_rows();
    take_away(11, SEAL);
    take_away(10, ENTRY);
    take_away(10, SEAL);
    close_rows();
    auditor_finds(&auditor, NULL, DAMAGE("missing", 10, 13));
}

static void a_checkpoint_changed_is_named_by_its_stretch(void **state)
{
    (void)state;
    open_rows();
    flip(8, CHECKPOINT, 100);
    close_rows();
    auditor_finds(&auditor, NULL, DAMAGE("checkpoint", 6, 8));
    assert_non_null(strstr(auditor.said, "\"checkpointAt\":\"10\"")); /* the later ones are read */
}

static void the_last_checkpoint_gone_is_named(void **state)
{
    (void)state;
    open_rows();
    take_away(10, CHECKPOINT);
    close_rows();
    auditor_finds(&auditor, NULL, DAMAGE("checkpoint", 10, 13));
}

static void what_is_damaged_is_not_shown(void **state)
{
    (void)state;
    assert_int_equal(auditor_replay(&auditor, "show %s"), 0);
    assert_non_null(strstr(auditor.said, "entries 1\u201313, EXERCISE\n"));
    assert_null(strstr(auditor.said, "DAMAGED"));
    open_rows();
    flip(13, ENTRY, 60);
    close_rows();
    assert_int_equal(auditor_replay(&auditor, "show %s"), 6);
    assert_non_null(strstr(auditor.said, "entries 1\u201310, EXERCISE\nDAMAGED"));
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(untouched_it_passes),
        STORY(every_byte_of_a_row_counts),
        STORY(a_row_gone_is_missing),
        STORY(rows_swapped_are_both_named),
        STORY(rows_of_one_batch_swapped_name_it_from_there),
        STORY(a_seal_changed_is_named_by_its_first_entry),
        STORY(the_last_rows_gone_are_missing),
        STORY(a_checkpoint_changed_is_named_by_its_stretch),
        STORY(the_last_checkpoint_gone_is_named),
        STORY(what_is_damaged_is_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
