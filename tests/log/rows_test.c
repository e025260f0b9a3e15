/* Every byte of every row of the log's tables is accounted for: changed, it is noticed or makes no difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/help/damaged.h"

static struct mu_agent_id founder(void)
{
    mu_key *key = help_key(1);
    struct mu_public public;

    mu_key_public(key, &public);
    mu_key_close(&key);
    return mu_public_id(&public);
}

/* Reads whatever can be read and says the first thing that is wrong. */
static enum mu_err read_everything(void)
{
    const struct mu_agent_id first = founder();
    const struct mu_agent_id *agent = &damaged.author.seal.agent;
    const struct mu_bytes name = {(const uint8_t *)"screen", 6};
    char note[MU_NOTE_BYTES_MAX];
    struct mu_stored stored;
    struct mu_sequence lane;
    struct mu_origin origin;
    struct mu_agent_id asker;
    struct mu_hash subject;
    mu_view *view;
    uint64_t number = 0, size = damaged_size();
    int64_t due;
    enum mu_err err;

    for (uint64_t n = 1; n <= size; n += stored.seal.count)
        if ((err = damaged_read_batch(n, MU_VIEW_ONCE, &stored)) != MU_OK)
            return err;
    for (uint64_t s = 1; s <= 41; s++)
        if ((err = mu_log_origin(damaged.log, agent, 1, 2, s, &origin)) != MU_OK)
            return err;
    if ((err = mu_log_origin(damaged.log, &first, 1, 0, 1, &origin)) != MU_OK ||
        (err = mu_log_sequence(damaged.log, &first, 1, 0, &lane)) != MU_OK ||
        (err = mu_log_sequence(damaged.log, agent, 1, 2, &lane)) != MU_OK ||
        (err = mu_log_sequence(damaged.log, agent, 77, 1, &lane)) != MU_OK ||
        (err = mu_log_cursor(damaged.log, agent, name, &number)) != MU_OK ||
        (err = mu_log_clock(damaged.log, &due)) != MU_OK ||
        (err = mu_log_next_timer(damaged.log, &due, &asker, &subject)) != MU_OK ||
        (err = mu_log_last_checkpoint(damaged.log, note, &number)) != MU_OK ||
        (err = mu_view_open(damaged.log, &view)) != MU_OK)
        return err;
    if ((err = mu_view_roster(view, 1, &number)) == MU_OK)
        err = mu_view_roster(view, number + 1, &number);
    mu_view_close(&view);
    return err;
}

/* A record with a row of each kind; entries end on a full tile and a part of one. */
static void fill_every_table(void)
{
    const struct mu_agent_id *agent = &damaged.author.seal.agent;
    const struct mu_bytes name = {(const uint8_t *)"screen", 6};
    const struct mu_verdict verdicts[3] = {{MU_E_MISSING, "a.b"}, {0, NULL}, {MU_E_BAD_VALUE, ""}};
    struct mu_hash subject = {{9}};
    struct help_batch *batch = help_seal(&damaged.author, 3);
    struct mu_head head;
    uint64_t first;

    assert_int_equal(mu_log_turn_begin(damaged.log), MU_OK);
    assert_int_equal(
        mu_log_turn_batch(damaged.log, &batch->batch, damaged.now_ms, 4, verdicts, &first), MU_OK);
    assert_int_equal(mu_log_turn_timer(damaged.log, 5000, agent, &subject, true), MU_OK);
    assert_int_equal(mu_log_turn_cursor(damaged.log, agent, name, 17), MU_OK);
    assert_int_equal(mu_log_turn_roster(damaged.log, 3), MU_OK);
    assert_int_equal(mu_log_turn_fence(damaged.log, agent, 77, 1), MU_OK);
    assert_int_equal(mu_log_turn_clock(damaged.log, 123456), MU_OK);
    assert_int_equal(mu_log_turn_commit(damaged.log), MU_OK);
    help_batch_free(&batch);
    damaged_append(2, 19);
    mu_log_head(damaged.log, &head);
    damaged_put_checkpoint(&head);
}

/* The next row that is ours to change: among those of `meta` lie LMDB's own, about the tables. */
static int next_row(MDB_cursor *cursor, bool meta, MDB_cursor_op op, MDB_val *k, MDB_val *v)
{
    static const char *const ours[] = {"format", "log", "epochs", "edge", "clock"};
    int rc = mdb_cursor_get(cursor, k, v, op);

    while (meta && rc == 0) {
        for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
            if (k->mv_size == strlen(ours[i]) && memcmp(k->mv_data, ours[i], k->mv_size) == 0)
                return 0;
        rc = mdb_cursor_get(cursor, k, v, MDB_NEXT);
    }
    return rc;
}

/* Flip one bit in byte `at` of row `row` (counted) of `table`. False: there is no such byte. */
static bool flip_row(const char *table, size_t row, size_t at, bool *no_row)
{
    uint8_t value[4096];
    struct raw raw;
    MDB_cursor *cursor;
    MDB_val k, v;
    bool done = false;
    int rc;

    damaged_open_table(&raw, table);
    assert_int_equal(mdb_cursor_open(raw.txn, raw.table, &cursor), 0);
    rc = next_row(cursor, table == NULL, MDB_FIRST, &k, &v);
    for (size_t i = 0; rc == 0 && i < row; i++)
        rc = next_row(cursor, table == NULL, MDB_NEXT, &k, &v);
    *no_row = rc != 0;
    if (rc == 0 && at < v.mv_size) {
        memcpy(value, v.mv_data, v.mv_size);
        value[at] ^= (uint8_t)(1u << (at + row) % 8);
        v.mv_data = value;
        assert_int_equal(mdb_cursor_put(cursor, &k, &v, MDB_CURRENT), 0);
        done = true;
    }
    damaged_close_table(&raw);
    return done;
}

static void every_byte_of_every_row_is_accounted_for(void **state)
{
    static const char *const tables[] = {"record", "tiles",   "lanes",  "fences",
                                         "roster", "cursors", "timers", NULL};
    unsigned flips = 0, stopped = 0;

    (void)state;
    fill_every_table();
    assert_int_equal(damaged_reopen(), MU_OK);
    assert_int_equal(read_everything(), MU_OK);
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        bool no_row = false;

        for (size_t row = 0; !no_row; row++) {
            for (size_t at = 0; flip_row(tables[t], row, at, &no_row); at += at < 80 ? 1 : 7) {
                enum mu_err err = damaged_reopen();

                if (err != MU_OK) {
                    assert_int_equal(err, err == MU_E_VERSION ? MU_E_VERSION : MU_E_CORRUPT);
                    assert_int_equal(damaged_reopen_read_only() == MU_OK ? read_everything()
                                                                         : MU_E_CORRUPT,
                                     MU_E_CORRUPT);
                    stopped++;
                } else if (read_everything() != MU_E_CORRUPT) {
                    fail_msg("table %zu row %zu byte %zu passes", t, row, at);
                }
                flips++;
                assert_true(flip_row(tables[t], row, at, &no_row));
            }
        }
    }
    printf("# %u bits flipped one at a time, %u of them in what a start checks\n", flips, stopped);
    assert_int_equal(damaged_reopen(), MU_OK);
    assert_int_equal(read_everything(), MU_OK);
}

/* A lane whose row rotted is not guessed at; the others go on. */
static void a_lane_that_rotted_is_refused_alone(void **state)
{
    struct help_author other;
    struct help_batch *mine, *theirs;
    struct mu_sequence lane;
    uint64_t first;
    bool no_row;

    (void)state;
    damaged_append(3, 4);
    mine = help_seal(&damaged.author, 1);
    help_author_open(&other, 8, &damaged.id, MU_LANE_LIFE);
    theirs = help_seal(&other, 2);
    for (size_t row = 0; row < 4; row++)
        assert_true(flip_row("lanes", row, 5, &no_row));
    assert_int_equal(damaged_reopen(), MU_OK);
    assert_int_equal(mu_log_sequence(damaged.log, &damaged.author.seal.agent, 1, 2, &lane),
                     MU_E_CORRUPT);
    assert_int_equal(mu_log_turn_begin(damaged.log), MU_OK);
    assert_int_equal(mu_log_turn_batch(damaged.log, &mine->batch, damaged.now_ms, 1, NULL, &first),
                     MU_E_CORRUPT);
    assert_int_equal(
        mu_log_turn_batch(damaged.log, &theirs->batch, damaged.now_ms, 1, NULL, &first), MU_OK);
    assert_int_equal(mu_log_turn_commit(damaged.log), MU_OK);
    assert_int_equal(damaged_size(), 15);
    help_batch_free(&mine);
    help_batch_free(&theirs);
    help_author_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_byte_of_every_row_is_accounted_for, damaged_make,
                                        damaged_drop),
        cmocka_unit_test_setup_teardown(a_lane_that_rotted_is_refused_alone, damaged_make,
                                        damaged_drop),
    };

    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
